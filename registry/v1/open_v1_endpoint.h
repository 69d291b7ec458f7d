#ifndef REGISTRYD_REGISTRY_V1_OPEN_V1_ENDPOINT_H_
#define REGISTRYD_REGISTRY_V1_OPEN_V1_ENDPOINT_H_

#include <memory>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "registry/base/cancellation.h"
#include "registry/net/upstream.h"
#include "registry/v1/v1_endpoint.h"
#include "registry/v1/v1_ping.h"
#include "registry/v1/v1_requests.h"
#include "registry/v1/v1_trust.h"

namespace registryd {

// An endpoint that answered.
struct OpenedV1Endpoint {
  // With the scheme that it answered by.
  V1Endpoint endpoint;
  std::shared_ptr<const Upstream> upstream;
  V1Ping ping;
};

// Finds out how `endpoint`, whatever its scheme, can be reached: it is pinged by https
// and, where it is insecure and that fails in any way, by http. The index server is
// taken as it is.
//
// Errors: those of PingV1, with Docker Engine's words around them: of a secure endpoint
// how to make it an insecure one, of another what both attempts ended with. The code
// and the details are those of the last attempt.
void OpenV1Endpoint(const V1Requests& requests, const V1Endpoint& endpoint, V1Trust trust,
                    const CallContext& context,
                    absl::AnyInvocable<void(absl::StatusOr<OpenedV1Endpoint>) &&> done);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_V1_OPEN_V1_ENDPOINT_H_
