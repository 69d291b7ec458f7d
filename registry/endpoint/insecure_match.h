#ifndef REGISTRYD_REGISTRY_ENDPOINT_INSECURE_MATCH_H_
#define REGISTRYD_REGISTRY_ENDPOINT_INSECURE_MATCH_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "registry/config/service_config.h"
#include "registry/net/dns_resolver.h"

namespace registryd {

// Whether a host is reached without verification, and why.
struct InsecureDecision {
  bool insecure = false;
  absl::string_view rule;  // For people. Of static storage.
  // The addresses of the name that were looked at, for strict `localhost` those of
  // loopback. Null where the name alone decided, as for a literal.
  DnsAnswer checked_addresses;
};

// Decisions by Docker Engine's rules, and by the stricter ones of InsecureMatch.
// Pure: the caller finds out addresses. In order:
//
//   an index configured by this very name      says it itself; Docker Hub is secure
//   an IP literal, without its zone            insecure if in any insecure CIDR,
//                                              127.0.0.0/8 among them
//   strict: `localhost`                        insecure, at the loopback addresses
//   strict: a name                             insecure if configured CIDRs hold
//                                              all its addresses
//   compatible: a name                         insecure if any CIDR holds any
//                                              of its addresses
//
// A name without addresses is secure. So is what is no name: only 1 to 254 letters,
// digits and ".-_" are ever asked of DNS, whatever a system's resolver would make
// of other text.

// The decision on HOST[:PORT] if it needs no addresses; nullopt when the addresses
// of HostOf(hostname) decide.
std::optional<InsecureDecision> MatchInsecureByName(const ServiceConfig& config,
                                                    absl::string_view hostname);

// The decision where MatchInsecureByName made none. Null: the name has no address.
InsecureDecision MatchInsecureByAddresses(const ServiceConfig& config, DnsAnswer addresses);

// Whether non-distributable layers may be pushed to HOST[:PORT]: it is configured
// by this very name, or a configured CIDR holds any of its addresses. The policy
// makes no difference, as it is no matter of trust. As above in two steps.
std::optional<bool> MatchNondistributableByName(const ServiceConfig& config,
                                                absl::string_view hostname);
bool MatchNondistributableByAddresses(const ServiceConfig& config, const DnsAnswer& addresses);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_ENDPOINT_INSECURE_MATCH_H_
