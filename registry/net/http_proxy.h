#ifndef REGISTRYD_REGISTRY_NET_HTTP_PROXY_H_
#define REGISTRYD_REGISTRY_NET_HTTP_PROXY_H_

#include <string>
#include <vector>

#include "registry/base/secret.h"
#include "registry/net/ip_address.h"

namespace registryd {

// A proxy that a request goes through: https by a CONNECT tunnel, http by the
// absolute form of the request's target.
struct HttpProxy {
  // "http://HOST:PORT" or "https://HOST:PORT", without user information.
  std::string url;
  // "Basic ..."; empty: the proxy asks for no credentials.
  Secret authorization;
  // Where it is dialled, in order of trial. May be empty where HOST is a literal.
  std::vector<IpAddress> addresses;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_HTTP_PROXY_H_
