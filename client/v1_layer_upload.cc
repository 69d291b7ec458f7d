#include "client/v1_layer_upload.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "client/status_from_grpc.h"
#include "client/unary_call.h"

namespace registryd::client {

namespace v1 = ::registry::v1;

namespace {

// Well below what a gRPC server takes as one message, and enough to keep it busy.
constexpr size_t kMaxChunkBytes = 128 << 10;

}  // namespace

V1LayerUpload::V1LayerUpload(v1::V1SessionService::StubInterface& stub,
                             v1::V1LayerMetadata metadata, std::optional<absl::Time> deadline) {
  if (deadline.has_value()) SetDeadline(*deadline, context_);
  writer_ = stub.PushImageLayerRegistry(&context_, &response_);
  v1::PushImageLayerRegistryRequest first;
  *first.mutable_metadata() = std::move(metadata);
  open_ = writer_->Write(first);
}

V1LayerUpload::~V1LayerUpload() {
  if (finished_) return;
  context_.TryCancel();
  // gRPC wants a call's status taken.
  writer_->Finish();
}

bool V1LayerUpload::Write(absl::string_view bytes) {
  while (open_ && !bytes.empty()) {
    v1::PushImageLayerRegistryRequest message;
    message.set_chunk(std::string(bytes.substr(0, kMaxChunkBytes)));
    bytes.remove_prefix(message.chunk().size());
    open_ = writer_->Write(message);
  }
  return open_;
}

absl::StatusOr<v1::PushImageLayerRegistryResponse> V1LayerUpload::Finish() {
  if (std::exchange(finished_, true)) {
    return absl::FailedPreconditionError("the upload was finished already");
  }
  if (open_) writer_->WritesDone();
  const absl::Status status = FromGrpcStatus(writer_->Finish());
  if (!status.ok()) return status;
  return std::move(response_);
}

void V1LayerUpload::Cancel() { context_.TryCancel(); }

}  // namespace registryd::client
