#ifndef REGISTRYD_REGISTRY_NET_FAKE_DNS_RESOLVER_H_
#define REGISTRYD_REGISTRY_NET_FAKE_DNS_RESOLVER_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "registry/base/pending_call.h"
#include "registry/base/timer_queue.h"
#include "registry/net/dns_resolver.h"

namespace registryd {

// Answers from a table; a name that is not in it gets NOT_FOUND. Answers come
// before Resolve returns, unless they are held back. Thread-safe.
//
//   FakeDnsResolver resolver{{{"registry.internal", {"10.1.2.3"}}}};
class FakeDnsResolver final : public DnsResolver {
 public:
  using Table = std::map<std::string, std::vector<std::string>, std::less<>>;

  // Every address must parse, and no name be without one.
  explicit FakeDnsResolver(const Table& table = {});

  void Resolve(absl::string_view host, const CallContext& context, Callback done) override;
  // Names of the table only after MakeCached(); literals always.
  DnsAnswer Cached(absl::string_view host, bool* known_failure = nullptr) override;

  // From now on `host` has these addresses, or this failure.
  void SetAddresses(absl::string_view host, const std::vector<std::string>& addresses);
  void SetError(absl::string_view host, absl::Status error);

  // From now on Cached knows every name, and every name that is not.
  void MakeCached();

  // Holds back the answers of calls from now on; deadlines and cancellations
  // still come.
  void Hold();
  // Gives what was held back, with the table as it is now, on this thread.
  void Release();

  // Calls of Resolve so far for `host`, and for all names. Literals count.
  int queries(absl::string_view host) const;
  int queries() const;

 private:
  using Call = PendingCall<DnsAnswer>;

  absl::StatusOr<DnsAnswer> LookUp(absl::string_view host) const ABSL_SHARED_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  std::map<std::string, absl::StatusOr<DnsAnswer>, std::less<>> table_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, int, std::less<>> queries_ ABSL_GUARDED_BY(mutex_);
  bool cached_ ABSL_GUARDED_BY(mutex_) = false;
  bool held_ ABSL_GUARDED_BY(mutex_) = false;
  // Destroyed after the calls, which use it.
  TimerQueue timers_;
  std::vector<std::pair<std::string, std::shared_ptr<Call>>> waiting_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_FAKE_DNS_RESOLVER_H_
