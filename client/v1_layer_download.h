#ifndef REGISTRYD_CLIENT_V1_LAYER_DOWNLOAD_H_
#define REGISTRYD_CLIENT_V1_LAYER_DOWNLOAD_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/client_context.h"
#include "registry/v1/v1_session_service.grpc.pb.h"

namespace registryd::client {

// A layer on its way from a V1 registry: pull one chunk after another.
//
//   auto download = client.v1_sessions().GetRemoteImageLayer(request);
//   for (;;) {
//     auto chunk = download->Next();
//     if (!chunk.ok()) return chunk.status();
//     if (!chunk->has_value()) break;
//     Write((*chunk)->data());
//   }
//
// Memory holds about one chunk: the service sends no more than is taken. After an
// error, a new call with `offset()` in its request goes on where this one ended.
// Destruction ends the call. Cancel is for any thread, the rest for one at a time.
class V1LayerDownload {
 public:
  // `stub` must outlive the call to this constructor only. Without a `deadline` the
  // call may take as long as it takes.
  V1LayerDownload(::registry::v1::V1SessionService::StubInterface& stub,
                  const ::registry::v1::GetRemoteImageLayerRequest& request,
                  std::optional<absl::Time> deadline);
  ~V1LayerDownload();

  V1LayerDownload(const V1LayerDownload&) = delete;
  V1LayerDownload& operator=(const V1LayerDownload&) = delete;

  // What is known of the layer before its bytes. Waits for it, if it is not here yet.
  // Errors as Next's.
  absl::StatusOr<::registry::v1::V1LayerInfo> Info();

  // Waits for the next chunk, which is not empty and begins with byte `offset()`.
  // Nothing: the layer is complete.
  //
  // An error ends the download and is returned from then on: what the call ended
  // with, CANCELLED after Cancel, or INTERNAL if the service sent what is no layer.
  absl::StatusOr<std::optional<::registry::v1::V1LayerChunk>> Next();

  // The byte of the layer that comes next.
  int64_t offset() const { return offset_; }

  // Makes Info and Next return soon.
  void Cancel();

 private:
  // Reads a message, or the end.
  absl::StatusOr<std::optional<::registry::v1::GetRemoteImageLayerResponse>> Read();
  absl::Status Refuse(absl::string_view fault);

  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderInterface<::registry::v1::GetRemoteImageLayerResponse>> reader_;
  std::optional<::registry::v1::V1LayerInfo> info_;
  int64_t offset_;
  // What the call ended with. Missing: it has not ended.
  std::optional<absl::Status> end_;
};

}  // namespace registryd::client

#endif  // REGISTRYD_CLIENT_V1_LAYER_DOWNLOAD_H_
