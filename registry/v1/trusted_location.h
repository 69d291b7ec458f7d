#ifndef REGISTRYD_REGISTRY_V1_TRUSTED_LOCATION_H_
#define REGISTRYD_REGISTRY_V1_TRUSTED_LOCATION_H_

#include "registry/uri/url.h"

namespace registryd {

// Docker's own: https, and a host that is `docker.com`, `docker.io` or below them in
// small letters, at any port. V1 requests keep their Authorization in a redirect only
// from one such place to another. That they be of one origin is asked for besides, by
// whoever adds secrets (HttpHop::own_origin).
bool IsTrustedLocation(const Url& url);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_V1_TRUSTED_LOCATION_H_
