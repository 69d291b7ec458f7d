#ifndef REGISTRYD_REGISTRY_V1_V1_LAYER_WRITER_H_
#define REGISTRYD_REGISTRY_V1_V1_LAYER_WRITER_H_

#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "registry/base/cancellation.h"
#include "registry/v1/v1_session.h"

namespace registryd {

struct V1LayerPush {
  std::string image_id;
  // Base URL of a registry; empty: the session's endpoint.
  std::string registry;
  // The image's JSON, to the byte as it was pushed.
  std::string json;
};

struct V1LayerChecksums {
  // TarSum, version 0, of the layer with its JSON: "tarsum+sha256:HEX".
  std::string checksum;
  // "sha256:HEX" of the JSON, a newline and the layer's bytes.
  std::string checksum_payload;
};

// Sends one layer to a registry, byte for byte and in chunks, as its owner gets it. The
// checksums are computed on the owner's thread as it passes; memory holds one part.
//
//   auto writer = V1LayerWriter::Start(session, push, context, std::move(done));
//   writer->Write(part, [] { /* may be called with the next part */ });
//   writer->Finish();
//
// `done` is called once, whatever the owner does. Whoever gives up without Finish or Fail
// cancels the context. Thread-safe, but parts are given by one thread at a time.
class V1LayerWriter {
 public:
  using Done = absl::AnyInvocable<void(absl::StatusOr<V1LayerChecksums>) &&>;
  using Ready = absl::AnyInvocable<void() &&>;

  // Errors: those of CheckImageId (field "metadata.image_id"), V1Call::Find (field
  // "metadata.registry") and V1Call::Stream; INVALID_ARGUMENT (FIELD_INVALID, field
  // "chunk") for what is no tar archive; what Fail was called with; an HTTP status other
  // than 200 as RegistryError has it, in Docker Engine's words; INTERNAL
  // (RESPONSE_INVALID) for a 200 before the layer's end.
  static std::shared_ptr<V1LayerWriter> Start(const std::shared_ptr<V1Session>& session,
                                              V1LayerPush push, const CallContext& context,
                                              Done done);

  virtual ~V1LayerWriter() = default;

  // Gives the next part, which may be empty. Calls `ready` once, on any thread, before or
  // after it returns: when the transport has taken the part, or the call has ended. Not
  // called again before that.
  virtual void Write(std::string part, Ready ready) = 0;

  // The layer is complete: no part is under way.
  virtual void Finish() = 0;

  // Ends the call with `status`, which is not OK: the layer will not become complete.
  virtual void Fail(absl::Status status) = 0;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_V1_V1_LAYER_WRITER_H_
