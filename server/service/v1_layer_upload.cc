#include "server/service/v1_layer_upload.h"

#include <utility>

#include "registry/base/error.h"
#include "server/service/unary_call.h"
#include "server/service/v1_call_target.h"

namespace registryd {
namespace {

namespace api = ::registry::v1;

// Stands in a message until gRPC parses another into it, which may fail.
constexpr char kUnread[] = "(unread)";

absl::Status CallerIsGone() {
  return Error(absl::StatusCode::kCancelled, Reason::kCancelled, "the caller ended the stream");
}

absl::Status NotReadable() {
  return FieldError(Reason::kFieldInvalid, "part", "a message cannot be read");
}

}  // namespace

V1LayerUpload::V1LayerUpload(V1SessionTable& sessions, std::string caller,
                             const grpc::CallbackServerContext& context, const ObservedCall& call,
                             api::PushImageLayerRegistryResponse* response)
    : sessions_(sessions),
      caller_(std::move(caller)),
      server_context_(context),
      call_(call),
      context_{DeadlineOf(context), std::make_shared<Cancellation>()},
      response_(response) {}

void V1LayerUpload::Start() { Read(); }

void V1LayerUpload::OnReadDone(bool ok) {
  if (ended()) return;
  if (!ok) return Close();
  if (writer_ == nullptr) return Begin();
  Write();
}

void V1LayerUpload::OnCancel() { context_.cancellation->Cancel(); }

void V1LayerUpload::Begin() {
  if (!message_.has_metadata()) {
    return End(FieldError(Reason::kFieldMissing, "metadata", "the first message is metadata"));
  }
  api::V1LayerMetadata& metadata = *message_.mutable_metadata();
  const auto session =
      FindV1Session(sessions_, metadata.session_id(), caller_, "metadata.session_id");
  if (!session.ok()) return End(session.status());
  call_.SetRegistry(V1RegistryLabel(**session, metadata.registry()), (*session)->has_credentials());
  if (!TryHold()) return;
  writer_ = V1LayerWriter::Start(
      *session,
      {std::move(*metadata.mutable_image_id()), std::move(*metadata.mutable_registry()),
       std::move(*metadata.mutable_json())},
      context_,
      [this](absl::StatusOr<V1LayerChecksums> checksums) { OnUploaded(std::move(checksums)); });
  ReadOn();
}

void V1LayerUpload::Write() {
  if (message_.has_metadata()) {
    return writer_->Fail(FieldError(Reason::kFieldInvalid, "metadata", "metadata comes once"));
  }
  if (!message_.has_chunk()) {
    return writer_->Fail(FieldError(Reason::kFieldMissing, "part", "a message is empty"));
  }
  if (!TryHold()) return;
  writer_->Write(std::move(*message_.mutable_chunk()), [this] { ReadOn(); });
}

void V1LayerUpload::Close() {
  // A layer that was cut must not look complete. gRPC says the same when the caller has
  // sent all, when a message does not parse, when it is larger than gRPC takes or cannot be
  // decompressed, and when the caller is gone. One that does not parse leaves its trace.
  if (message_.chunk() != kUnread) return Fail(NotReadable());
  // The others cancel the call before the read ends, but gRPC may tell of that afterwards. What
  // is sent from now on comes after the cancellation, and fails with it.
  if (TryHold()) StartSendInitialMetadata();
}

void V1LayerUpload::OnSendInitialMetadataDone(bool ok) {
  if (!ended()) {
    if (!ok || server_context_.IsCancelled()) {
      Fail(CallerIsGone());
    } else if (writer_ == nullptr) {
      End(FieldError(Reason::kFieldMissing, "metadata", "the first message is metadata"));
    } else {
      writer_->Finish();
    }
  }
  Release();
}

void V1LayerUpload::Read() {
  message_.set_chunk(kUnread);
  StartRead(&message_);
}

void V1LayerUpload::ReadOn() {
  if (!ended()) Read();
  Release();
}

void V1LayerUpload::Fail(absl::Status status) {
  if (writer_ == nullptr) return End(std::move(status));
  writer_->Fail(std::move(status));
}

void V1LayerUpload::OnUploaded(absl::StatusOr<V1LayerChecksums> checksums) {
  if (!checksums.ok()) return End(checksums.status());
  response_->set_checksum(std::move(checksums->checksum));
  response_->set_checksum_payload(std::move(checksums->checksum_payload));
  End(absl::OkStatus());
}

void V1LayerUpload::End(absl::Status status) {
  {
    absl::MutexLock lock(&mutex_);
    end_ = NameTheDeadline(std::move(status), context_.deadline);
  }
  Release();
}

bool V1LayerUpload::ended() {
  absl::MutexLock lock(&mutex_);
  return end_.has_value();
}

bool V1LayerUpload::TryHold() {
  absl::MutexLock lock(&mutex_);
  if (end_.has_value()) return false;
  ++holds_;
  return true;
}

void V1LayerUpload::Release() {
  absl::Status end;
  {
    absl::MutexLock lock(&mutex_);
    if (--holds_ > 0) return;
    end = *end_;
  }
  Finish(call_.End(end));
}

}  // namespace registryd
