#ifndef REGISTRYD_REGISTRY_AUTH_FAKE_TOKEN_SOURCE_H_
#define REGISTRYD_REGISTRY_AUTH_FAKE_TOKEN_SOURCE_H_

#include <functional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "registry/auth/token_source.h"

namespace registryd {

// Answers by a function, before Get returns, and remembers what it was asked.
// Thread-safe.
//
//   FakeTokenSource tokens([](const TokenRequest&) { return Token{}; });
class FakeTokenSource final : public TokenSource {
 public:
  using Answer = std::function<absl::StatusOr<Token>(const TokenRequest&)>;

  explicit FakeTokenSource(Answer answer);

  void Get(TokenRequest request, const CallContext& context, Callback done) override;

  void Forget(const TokenRequest& request) override;

  // From now on.
  void SetAnswer(Answer answer);

  // Requests so far, in order.
  std::vector<TokenRequest> requests() const;
  std::vector<TokenRequest> forgotten() const;

 private:
  mutable absl::Mutex mutex_;
  Answer answer_ ABSL_GUARDED_BY(mutex_);
  std::vector<TokenRequest> requests_ ABSL_GUARDED_BY(mutex_);
  std::vector<TokenRequest> forgotten_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_AUTH_FAKE_TOKEN_SOURCE_H_
