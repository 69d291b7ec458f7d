#ifndef REGISTRYD_REGISTRY_NET_UPSTREAM_H_
#define REGISTRYD_REGISTRY_NET_UPSTREAM_H_

#include <string>

#include "registry/net/dns_resolver.h"
#include "registry/tls/host_certificates.h"

namespace registryd {

// A server that was looked up by this service's rules, and whose words (redirects,
// token realms) are then followed as far as those allow.
struct Upstream {
  // SCHEME://HOST[:PORT], without path: an endpoint's address.
  std::string origin;
  // How it is trusted.
  TlsConfig tls;
  // What that trust rests on: it is dialled at one of these, and its name is not
  // resolved again. Null: the name is resolved when it is needed.
  DnsAnswer checked_addresses;
  // Credentials may go to it by plain http: an operator named it.
  bool allow_plaintext_credentials = false;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_UPSTREAM_H_
