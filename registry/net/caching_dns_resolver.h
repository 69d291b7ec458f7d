#ifndef REGISTRYD_REGISTRY_NET_CACHING_DNS_RESOLVER_H_
#define REGISTRYD_REGISTRY_NET_CACHING_DNS_RESOLVER_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "registry/base/clock.h"
#include "registry/base/timer_queue.h"
#include "registry/net/dns_resolver.h"

namespace registryd {

struct CachingDnsResolverOptions {
  // How long an answer is given without asking again.
  absl::Duration positive_ttl = absl::Seconds(30);
  // For how long after that it is still given, while it is asked for again in
  // the background: hosts in use are never waited for. An answer is at most
  // positive_ttl + stale_ttl old.
  absl::Duration stale_ttl = absl::Seconds(60);
  // How long a failure is given without asking again.
  absl::Duration negative_ttl = absl::Seconds(5);
  // How long the upstream may take. Callers have deadlines of their own, and a
  // question that they gave up is still good for the next.
  absl::Duration query_timeout = absl::Seconds(10);
  // Names known at the same time, good and bad.
  size_t max_entries = 16384;
};

// A moment's figures, for metrics. Those of calls only grow.
struct DnsCacheStats {
  uint64_t hits = 0;           // Answers from memory.
  uint64_t negative_hits = 0;  // Failures from memory.
  uint64_t misses = 0;         // Calls that had to wait.
  uint64_t in_flight = 0;      // Questions that the upstream has not answered yet.
  uint64_t entries = 0;        // Names remembered.
};

// Remembers what another resolver answers, because every look-up of an endpoint
// asks for the same few names. Callers that wait for the same name share one
// question. NOT_FOUND and failed look-ups are remembered too; OVERLOADED is not,
// being no fact about the name. A failure to refresh leaves a usable answer as it
// is, unless the name is gone (NOT_FOUND). What was learnt at a time that is yet to come,
// because the clock was set back by more than a second, is not known.
//
// Memory is bounded whatever names are asked for: new names push out those that
// nobody asked for again.
class CachingDnsResolver final : public DnsResolver {
 public:
  // All three outlive this object and every call of the upstream.
  CachingDnsResolver(DnsResolver& upstream, TimerQueue& timers, const Clock& clock,
                     const CachingDnsResolverOptions& options = {});
  ~CachingDnsResolver() override;

  void Resolve(absl::string_view host, const CallContext& context, Callback done) override;

  // The first call that finds an answer older than positive_ttl asks the upstream
  // again before it returns, which takes locks; the others do not.
  DnsAnswer Cached(absl::string_view host, bool* known_failure = nullptr) override;

  DnsCacheStats stats() const;

 private:
  // Shared with questions on their way, which may outlive this object.
  class Core;
  const std::shared_ptr<Core> core_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_CACHING_DNS_RESOLVER_H_
