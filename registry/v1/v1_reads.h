#ifndef REGISTRYD_REGISTRY_V1_V1_READS_H_
#define REGISTRYD_REGISTRY_V1_V1_READS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "registry/base/cancellation.h"
#include "registry/v1/v1_ping.h"
#include "registry/v1/v1_session.h"

namespace registryd {

// An image at a registry.
struct V1ImageAddress {
  std::string image_id;
  // Base URL of a registry; empty: the session's endpoint.
  std::string registry;
};

struct V1ImageJson {
  std::string json;  // As it came, to the byte.
  // Of the layer, in bytes; -1: the registry did not say.
  int64_t size = -1;
};

// What a registry says of an image. Each asks once and calls `done` once. Errors: those
// of CheckImageId (field "image_id"), V1Call::Find (field "registry") and V1Call::Ask; an
// HTTP status other than 200 as RegistryError has it, in Docker Engine's words; INTERNAL
// (RESPONSE_INVALID) and RESOURCE_EXHAUSTED (RESPONSE_TOO_LARGE) for an answer that cannot be
// read.

// Asks the session's endpoint for `_ping`; without credentials, as Docker Engine does.
void PingV1Session(const std::shared_ptr<V1Session>& session, const CallContext& context,
                   absl::AnyInvocable<void(absl::StatusOr<V1Ping>) &&> done);

// The image's own id and its ancestors', the oldest last.
void GetRemoteHistory(const std::shared_ptr<V1Session>& session, const V1ImageAddress& image,
                      const CallContext& context,
                      absl::AnyInvocable<void(absl::StatusOr<std::vector<std::string>>) &&> done);

// OK if the registry has the image.
void LookupRemoteImage(const std::shared_ptr<V1Session>& session, const V1ImageAddress& image,
                       const CallContext& context, absl::AnyInvocable<void(absl::Status) &&> done);

// The size comes from X-Docker-Size.
void GetRemoteImageJson(const std::shared_ptr<V1Session>& session, const V1ImageAddress& image,
                        const CallContext& context,
                        absl::AnyInvocable<void(absl::StatusOr<V1ImageJson>) &&> done);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_V1_V1_READS_H_
