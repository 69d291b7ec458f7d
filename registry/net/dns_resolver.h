#ifndef REGISTRYD_REGISTRY_NET_DNS_RESOLVER_H_
#define REGISTRYD_REGISTRY_NET_DNS_RESOLVER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "registry/base/cancellation.h"
#include "registry/net/ip_address.h"

namespace registryd {

// The addresses of one host, in the resolver's order. Never empty, immutable and
// shared, so that a cached answer is handed out without copying.
using DnsAnswer = std::shared_ptr<const std::vector<IpAddress>>;

// Turns host names into addresses. Thread-safe.
class DnsResolver {
 public:
  using Callback = absl::AnyInvocable<void(absl::StatusOr<DnsAnswer>) &&>;

  virtual ~DnsResolver() = default;

  // Resolves `host`, a name without port or brackets (IP literals are answered
  // too). Calls `done` exactly once: before Resolve returns, on this thread,
  // when the answer is known already; otherwise later, on a thread of the
  // resolver's, which `done` must not block.
  //
  // Errors: NOT_FOUND (the name has no address), UNAVAILABLE (look-up failed,
  // or too many are waiting: reason OVERLOADED), DEADLINE_EXCEEDED, CANCELLED;
  // the last two arrive at the deadline or cancellation, whatever the look-up
  // itself does.
  virtual void Resolve(absl::string_view host, const CallContext& context, Callback done) = 0;

  // The answer for `host` if it is known now; takes no lock and makes no system
  // call when it is. nullptr when Resolve would have to wait, or `host` is known
  // not to resolve (`*known_failure` is then set, where given).
  virtual DnsAnswer Cached(absl::string_view host, bool* known_failure = nullptr) = 0;
};

// The answer for `host` where it is an IP literal, without brackets; nullptr
// where it is a name.
DnsAnswer AnswerLiteral(absl::string_view host);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_DNS_RESOLVER_H_
