#ifndef REGISTRYD_REGISTRY_V1_AUTHORIZE_V1_H_
#define REGISTRYD_REGISTRY_V1_AUTHORIZE_V1_H_

#include <memory>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "registry/auth/auth_config.h"
#include "registry/base/cancellation.h"
#include "registry/v1/open_v1_endpoint.h"
#include "registry/v1/v1_authorizer.h"
#include "registry/v1/v1_requests.h"

namespace registryd {

// An endpoint, and what its requests are authorized by.
struct AuthorizedV1Endpoint {
  OpenedV1Endpoint opened;
  std::shared_ptr<V1Authorizer> authorizer;  // Never null.
};

// Begins a session with `opened`. An endpoint reached by https is pinged again, as
// Docker Engine does to learn whether it is standalone; not the index server.
// `credentials` may be null: anonymous. Errors as PingV1.
void AuthorizeV1(const V1Requests& requests, OpenedV1Endpoint opened,
                 std::shared_ptr<const AuthConfig> credentials, const CallContext& context,
                 absl::AnyInvocable<void(absl::StatusOr<AuthorizedV1Endpoint>) &&> done);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_V1_AUTHORIZE_V1_H_
