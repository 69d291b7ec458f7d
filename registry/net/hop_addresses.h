#ifndef REGISTRYD_REGISTRY_NET_HOP_ADDRESSES_H_
#define REGISTRYD_REGISTRY_NET_HOP_ADDRESSES_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "registry/base/cancellation.h"
#include "registry/net/dns_resolver.h"
#include "registry/net/ip_address.h"
#include "registry/uri/url.h"

namespace registryd {

// Where the hops of one call may connect to. Each host is resolved at most once in a
// call: a name whose answer changes leads no later hop to an address that was not
// checked. For one hop at a time.
class HopAddresses {
 public:
  using Done = absl::AnyInvocable<void(absl::StatusOr<std::vector<IpAddress>>) &&>;

  // `upstream_host` and `configured_host` (empty: none) are the hosts that may have any
  // address, as Origin has them; `checked` those of the first, null if it is to be
  // resolved. `resolver` outlives this object.
  HopAddresses(DnsResolver& resolver, std::string upstream_host, DnsAnswer checked,
               std::string configured_host);

  // Calls `done`, which keeps this object alive until then, with the addresses of the
  // host of `url`. A proxy resolves names itself: for a request that goes through one
  // (`proxied`) a name has no addresses, and only a literal is checked.
  //
  // Errors: those of DnsResolver::Resolve; FAILED_PRECONDITION (ADDRESS_REFUSED) if the
  // host has no usual form, or one of its addresses is neither public nor the upstream's.
  void Find(const Url& url, bool proxied, const CallContext& context, Done done);

 private:
  void Resolve(const std::string& host, const CallContext& context, DnsResolver::Callback done);
  // `host` has addresses that are not public: they must all be the upstream's.
  void CheckAgainstUpstream(const std::string& host, std::vector<IpAddress> addresses,
                            const CallContext& context, Done done);
  absl::Status Refusal(absl::string_view host, const IpAddress& address) const;

  DnsResolver& resolver_;
  const std::string upstream_host_;
  const std::string configured_host_;
  std::map<std::string, DnsAnswer> known_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_HOP_ADDRESSES_H_
