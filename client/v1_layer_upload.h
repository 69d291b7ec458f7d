#ifndef REGISTRYD_CLIENT_V1_LAYER_UPLOAD_H_
#define REGISTRYD_CLIENT_V1_LAYER_UPLOAD_H_

#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "grpcpp/client_context.h"
#include "registry/v1/v1_session_service.grpc.pb.h"

namespace registryd::client {

// A layer on its way to a V1 registry.
//
//   auto upload = client.v1_sessions().PushImageLayerRegistry(metadata);
//   while (Read(block) && upload->Write(block)) continue;
//   auto checksums = upload->Finish();
//
// Destruction before Finish ends the call, and the layer is not pushed. Cancel is for
// any thread, the rest for one at a time.
class V1LayerUpload {
 public:
  // Sends `metadata`. `stub` must outlive the call to this constructor only. Without a
  // `deadline` the call may take as long as it takes.
  V1LayerUpload(::registry::v1::V1SessionService::StubInterface& stub,
                ::registry::v1::V1LayerMetadata metadata, std::optional<absl::Time> deadline);
  ~V1LayerUpload();

  V1LayerUpload(const V1LayerUpload&) = delete;
  V1LayerUpload& operator=(const V1LayerUpload&) = delete;

  // Sends the layer's next bytes, of any number. Blocks while the service takes none:
  // it takes them as fast as the registry does. False: the call has ended, and Finish
  // says with what.
  bool Write(absl::string_view bytes);

  // The layer is complete: waits for what the registry makes of it. Errors as
  // PushImageLayerRegistry's, and CANCELLED after Cancel. At most once.
  absl::StatusOr<::registry::v1::PushImageLayerRegistryResponse> Finish();

  // Makes Write and Finish return soon.
  void Cancel();

 private:
  grpc::ClientContext context_;
  ::registry::v1::PushImageLayerRegistryResponse response_;
  std::unique_ptr<grpc::ClientWriterInterface<::registry::v1::PushImageLayerRegistryRequest>>
      writer_;
  // Whether the service still takes messages.
  bool open_;
  bool finished_ = false;
};

}  // namespace registryd::client

#endif  // REGISTRYD_CLIENT_V1_LAYER_UPLOAD_H_
