#ifndef REGISTRYD_REGISTRY_AUTH_CACHING_TOKEN_SOURCE_H_
#define REGISTRYD_REGISTRY_AUTH_CACHING_TOKEN_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/time/time.h"
#include "registry/auth/token_source.h"
#include "registry/base/cancellation.h"
#include "registry/base/clock.h"
#include "registry/base/timer_queue.h"

namespace registryd {

struct CachingTokenSourceOptions {
  // Tokens remembered at the same time. 0 remembers none; requests at the same time
  // still share one.
  size_t max_entries = 10'000;
  // No token is given for longer, whatever its server allows: so long may a caller whose
  // password was changed go on.
  absl::Duration max_age = absl::Hours(1);
};

// A moment's figures, for metrics. Hits and misses only grow.
struct TokenCacheStats {
  uint64_t hits = 0;       // Requests answered from memory.
  uint64_t misses = 0;     // Requests that had to wait.
  uint64_t in_flight = 0;  // Questions that the upstream has not answered yet.
  uint64_t entries = 0;    // Tokens remembered.
};

// Remembers the tokens of another source until shortly before they expire: a tenth of
// what is left of their lifetime, but 5 seconds at least and 30 at most. A token is for
// equal requests alone (TokenKey): the same caller with the same credentials, registry,
// realm, service and scopes, in any order (docs/security.md, row 9). Its refresh token comes with
// it each time. Failures are not remembered. Nothing is kept beyond the process.
//
// Equal requests at the same time share one question (docs/security.md, row 16). The deadline or
// cancellation of one ends that one alone; when none is left the question is cancelled.
//
// A login is to prove credentials, and asks the upstream itself. Thread-safe.
class CachingTokenSource final : public TokenSource {
 public:
  // All three outlive this object and every call of the upstream, which ends its calls
  // by itself.
  CachingTokenSource(TokenSource& upstream, TimerQueue& timers, const Clock& clock,
                     const CachingTokenSourceOptions& options = {});
  ~CachingTokenSource() override;

  void Get(TokenRequest request, const CallContext& context, Callback done) override;
  void Forget(const TokenRequest& request) override;

  // Forgets all tokens. Questions on their way are answered, to those who wait for them
  // already.
  void Clear();

  TokenCacheStats stats() const;

 private:
  // Shared with questions on their way, which may outlive this object.
  class Core;
  const std::shared_ptr<Core> core_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_AUTH_CACHING_TOKEN_SOURCE_H_
