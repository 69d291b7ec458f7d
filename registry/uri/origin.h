#ifndef REGISTRYD_REGISTRY_URI_ORIGIN_H_
#define REGISTRYD_REGISTRY_URI_ORIGIN_H_

#include <cstdint>
#include <optional>
#include <string>

#include "registry/uri/url.h"

namespace registryd {

// Who serves a URL. Credentials for one origin are for no other.
struct Origin {
  std::string scheme;  // "http" or "https".
  std::string host;    // In lower case, without brackets. Addresses as they were written.
  uint16_t port = 0;   // The scheme's own, where the URL has none.

  friend bool operator==(const Origin& a, const Origin& b) {
    return a.scheme == b.scheme && a.host == b.host && a.port == b.port;
  }
  friend bool operator!=(const Origin& a, const Origin& b) { return !(a == b); }
};

// The origin of `url`; nullopt where no request can be made for it: another scheme
// than http and https, no host, or a port outside 1 to 65535.
std::optional<Origin> OriginOf(const Url& url);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_URI_ORIGIN_H_
