#include "tests/v1/v1_caller.h"

#include <algorithm>
#include <chrono>

#include "client/status_from_grpc.h"

namespace registryd {

void V1Caller::SetDeadline(grpc::ClientContext& context) {
  // Time for a gigabyte on a busy machine.
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(10));
}

absl::Status V1Caller::Failure(const grpc::Status& status) {
  return client::FromGrpcStatus(status);
}

absl::Status V1Caller::Download(
    const api::GetRemoteImageLayerRequest& request,
    const std::function<void(const api::GetRemoteImageLayerResponse&)>& take) {
  grpc::ClientContext context;
  SetDeadline(context);
  const auto stream = stub_->GetRemoteImageLayer(&context, request);
  for (api::GetRemoteImageLayerResponse message; stream->Read(&message);) take(message);
  return Failure(stream->Finish());
}

absl::StatusOr<api::PushImageLayerRegistryResponse> V1Caller::Upload(
    const api::V1LayerMetadata& metadata, absl::string_view layer, size_t chunk_size) {
  grpc::ClientContext context;
  SetDeadline(context);
  api::PushImageLayerRegistryResponse response;
  const auto stream = stub_->PushImageLayerRegistry(&context, &response);
  api::PushImageLayerRegistryRequest message;
  *message.mutable_metadata() = metadata;
  bool open = stream->Write(message);
  for (; open && !layer.empty(); layer.remove_prefix(std::min(chunk_size, layer.size()))) {
    message.set_chunk(std::string(layer.substr(0, chunk_size)));
    open = stream->Write(message);
  }
  stream->WritesDone();
  const grpc::Status status = stream->Finish();
  if (!status.ok()) return Failure(status);
  return response;
}

}  // namespace registryd
