#ifndef REGISTRYD_REGISTRY_V1_V1_WRITES_H_
#define REGISTRYD_REGISTRY_V1_V1_WRITES_H_

#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "registry/base/cancellation.h"
#include "registry/v1/v1_session.h"

namespace registryd {

// What a registry is told of an image that was pushed.
struct V1ImageChecksums {
  std::string image_id;
  std::string checksum;          // X-Docker-Checksum
  std::string checksum_payload;  // X-Docker-Checksum-Payload
};

struct V1TagUpdate {
  // A reference, of which the path counts.
  std::string repository;
  // The image's id.
  std::string revision;
  std::string tag;
};

// What is written to a registry, whose base URL is `registry`; empty: the session's
// endpoint. Each asks once and calls `done` once. Errors: those of CheckImageId, CheckTag
// and RepositoryPath; of V1Call::Find (field "registry") and V1Call::Ask; ALREADY_EXISTS
// (REGISTRY_FAILED) where the registry says "Image already exists"; an HTTP status other
// than 200 as RegistryError has it, in Docker Engine's words.

// Fields "image.id", "image.checksum", "image.checksum_payload".
void PushImageChecksumRegistry(const std::shared_ptr<V1Session>& session, V1ImageChecksums image,
                               const std::string& registry, const CallContext& context,
                               absl::AnyInvocable<void(absl::Status) &&> done);

// Field "image_id". A 401 by http is put down to credentials that are not sent there.
void PushImageJsonRegistry(const std::shared_ptr<V1Session>& session, const std::string& image_id,
                           std::string json, const std::string& registry,
                           const CallContext& context,
                           absl::AnyInvocable<void(absl::Status) &&> done);

// Fields "repository", "revision", "tag". 201 also means success; there is no
// ALREADY_EXISTS.
void PushRegistryTag(const std::shared_ptr<V1Session>& session, const V1TagUpdate& update,
                     const std::string& registry, const CallContext& context,
                     absl::AnyInvocable<void(absl::Status) &&> done);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_V1_V1_WRITES_H_
