#ifndef REGISTRYD_REGISTRY_V1_V1_PING_H_
#define REGISTRYD_REGISTRY_V1_V1_PING_H_

#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "registry/base/cancellation.h"
#include "registry/net/http_client.h"
#include "registry/net/http_message.h"
#include "registry/v1/v1_endpoint.h"
#include "registry/v1/v1_requests.h"

namespace registryd {

// What a V1 registry says of itself.
struct V1Ping {
  // It works without an index.
  bool standalone = true;
  // Of its software. Often empty.
  std::string version;
};

// What an answer to a ping means, as Docker Engine reads it. X-Docker-Registry-Standalone
// decides where it is not empty: "1" and "true", in any case, mean yes; all else no.
// Without it the body's `standalone` does, and what cannot be read is passed over:
// registries older than the header were standalone. X-Docker-Registry-Version goes
// before the body's `version`. The HTTP status means nothing.
V1Ping ReadV1Ping(const HttpResponseHead& head, absl::string_view body);

// Asks `endpoint` for `_ping`. The index server is not asked: it is not standalone.
// `hop_headers` may be null. An answer counts also if its body does not arrive, or is
// above 64 KiB.
//
// Errors: those of V1Requests::Send.
void PingV1(const V1Requests& requests, std::shared_ptr<const Upstream> upstream,
            const V1Endpoint& endpoint, std::shared_ptr<HttpHopHeaders> hop_headers,
            const CallContext& context, absl::AnyInvocable<void(absl::StatusOr<V1Ping>) &&> done);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_V1_V1_PING_H_
