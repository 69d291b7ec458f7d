#ifndef REGISTRYD_REGISTRY_NET_PUBLIC_ADDRESS_H_
#define REGISTRYD_REGISTRY_NET_PUBLIC_ADDRESS_H_

#include "registry/net/ip_address.h"

namespace registryd {

// `address` is one of the open Internet's: by IANA's registries of special-purpose
// addresses neither unspecified, of this machine, link or site, of a carrier's inside,
// multicast, for documentation or tests, nor reserved; of IPv6 only 2000::/3. Where an
// IPv6 address carries IPv4 ones (mapped, NAT64, 6to4, Teredo), those must be public.
bool IsPublic(const IpAddress& address);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_PUBLIC_ADDRESS_H_
