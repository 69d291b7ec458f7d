#include "client/v1_layer_download.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "client/status_from_grpc.h"
#include "client/unary_call.h"

namespace registryd::client {

namespace v1 = ::registry::v1;

V1LayerDownload::V1LayerDownload(v1::V1SessionService::StubInterface& stub,
                                 const v1::GetRemoteImageLayerRequest& request,
                                 std::optional<absl::Time> deadline)
    : offset_(request.offset()) {
  if (deadline.has_value()) SetDeadline(*deadline, context_);
  reader_ = stub.GetRemoteImageLayer(&context_, request);
}

V1LayerDownload::~V1LayerDownload() {
  if (end_.has_value()) return;
  context_.TryCancel();
  // gRPC wants a stream read to its end.
  while (!end_.has_value()) Read().IgnoreError();
}

absl::StatusOr<std::optional<v1::GetRemoteImageLayerResponse>> V1LayerDownload::Read() {
  if (!end_.has_value()) {
    v1::GetRemoteImageLayerResponse message;
    if (reader_->Read(&message)) return message;
    end_ = FromGrpcStatus(reader_->Finish());
  }
  if (!end_->ok()) return *end_;
  return std::nullopt;
}

absl::Status V1LayerDownload::Refuse(absl::string_view fault) {
  context_.TryCancel();
  while (!end_.has_value()) Read().IgnoreError();
  end_ = absl::InternalError(absl::StrCat("the service sent ", fault));
  return *end_;
}

absl::StatusOr<v1::V1LayerInfo> V1LayerDownload::Info() {
  if (info_.has_value()) return *info_;
  auto message = Read();
  if (!message.ok()) return message.status();
  if (!message->has_value()) return Refuse("nothing of a layer");
  if (!(*message)->has_info()) return Refuse("a layer's bytes before what is known of it");
  info_ = std::move(*(*message)->mutable_info());
  return *info_;
}

absl::StatusOr<std::optional<v1::V1LayerChunk>> V1LayerDownload::Next() {
  const auto info = Info();
  if (!info.ok()) return info.status();
  auto message = Read();
  if (!message.ok()) return message.status();
  if (!message->has_value()) return std::nullopt;
  v1::V1LayerChunk chunk = std::move(*(*message)->mutable_chunk());
  if (chunk.data().empty() || chunk.offset() != offset_) {
    return Refuse(absl::StrCat(chunk.data().size(), " bytes of a layer at byte ", chunk.offset(),
                               " instead of byte ", offset_));
  }
  offset_ += static_cast<int64_t>(chunk.data().size());
  return chunk;
}

void V1LayerDownload::Cancel() { context_.TryCancel(); }

}  // namespace registryd::client
