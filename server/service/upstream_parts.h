#ifndef REGISTRYD_SERVER_SERVICE_UPSTREAM_PARTS_H_
#define REGISTRYD_SERVER_SERVICE_UPSTREAM_PARTS_H_

#include "registry/auth/registry_login.h"
#include "registry/auth/service_credentials.h"
#include "registry/base/clock.h"
#include "registry/net/http_client.h"
#include "registry/search/index_search.h"

namespace registryd {

// What the RPCs that ask a registry work with. Plain references, to be copied; the
// objects outlive whoever holds them, and are thread-safe.
struct UpstreamParts {
  HttpClient& client;
  const Clock& clock;
  RegistryLogin& login;
  IndexSearch& search;
  ServiceCredentials& credentials;
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SERVICE_UPSTREAM_PARTS_H_
