#ifndef REGISTRYD_REGISTRY_NET_SYSTEM_DNS_RESOLVER_H_
#define REGISTRYD_REGISTRY_NET_SYSTEM_DNS_RESOLVER_H_

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "registry/base/executor.h"
#include "registry/base/pending_call.h"
#include "registry/base/timer_queue.h"
#include "registry/net/dns_resolver.h"

namespace registryd {

struct SystemDnsResolverOptions {
  // How many look-ups run at the same time. Each may take as long as the
  // system's resolver tries, some ten seconds where a name server is silent; names of
  // such servers are to be had by anybody, and must not be all that is looked up.
  int threads = 64;
  // How many more wait for a thread; beyond that Resolve answers OVERLOADED.
  size_t queue_limit = 1024;
};

// Asks the system (getaddrinfo: /etc/hosts, the name servers of resolv.conf) on
// threads of its own. A name is not looked up twice at the same time: who asks while a
// look-up runs, or waits for a thread, gets its answer. Remembers nothing: see
// CachingDnsResolver.
//
// Names are refused unasked, as NOT_FOUND, where no host can have them, and where
// the system would read a number as an address ("127.1", "0x7f000001"), which no
// check of literals would have seen.
class SystemDnsResolver final : public DnsResolver {
 public:
  // Blocks until the addresses are known. Thread-safe.
  using Lookup = absl::AnyInvocable<absl::StatusOr<DnsAnswer>(const std::string& host) const>;

  // `timers` outlives this object. `lookup` is for tests.
  explicit SystemDnsResolver(TimerQueue& timers, const SystemDnsResolverOptions& options = {},
                             Lookup lookup = &SystemDnsResolver::GetAddrInfo);

  // Waits for the look-ups that run; those that wait for a thread end with
  // UNAVAILABLE, reason SHUTTING_DOWN.
  ~SystemDnsResolver() override;

  void Resolve(absl::string_view host, const CallContext& context, Callback done) override;
  // Knows literals, and names that are refused unasked.
  DnsAnswer Cached(absl::string_view host, bool* known_failure = nullptr) override;

  // Look-ups that the system has not answered yet, whether or not somebody waits for them.
  size_t running() const { return running_; }

 private:
  // Who waits for a look-up, which alone keeps this alive: given up, it gives up its callers.
  using Callers = std::vector<std::shared_ptr<PendingCall<DnsAnswer>>>;

  static absl::StatusOr<DnsAnswer> GetAddrInfo(const std::string& host);

  // On a thread of the executor.
  void LookUp(const std::string& host, const std::shared_ptr<Callers>& callers);
  bool IsWanted(const std::string& host, const Callers& callers);
  // Ends the look-up: whoever asks from now on begins another.
  void Answer(const std::string& host, Callers& callers, const absl::StatusOr<DnsAnswer>& answer);

  TimerQueue& timers_;
  const Lookup lookup_;
  std::atomic<bool> stopping_{false};
  std::atomic<size_t> running_{0};
  absl::Mutex mutex_;  // Of the callers as well.
  absl::flat_hash_map<std::string, std::weak_ptr<Callers>> looked_up_ ABSL_GUARDED_BY(mutex_);
  Executor executor_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_SYSTEM_DNS_RESOLVER_H_
