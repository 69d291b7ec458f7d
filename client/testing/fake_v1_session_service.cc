#include "client/testing/fake_v1_session_service.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace registryd::client {
namespace {

using Writer = grpc::ServerWriter<v1::GetRemoteImageLayerResponse>;

constexpr size_t kChunkBytes = 1000;

void WriteInfo(int64_t size, Writer& writer) {
  v1::GetRemoteImageLayerResponse message;
  message.mutable_info()->set_size(size);
  message.mutable_info()->set_resumable(true);
  writer.Write(message);
}

// Whether the caller takes more.
bool WriteChunk(int64_t offset, std::string data, Writer& writer) {
  v1::GetRemoteImageLayerResponse message;
  message.mutable_chunk()->set_offset(offset);
  message.mutable_chunk()->set_data(std::move(data));
  return writer.Write(message);
}

}  // namespace

FakeDownload SendLayer(std::string layer) {
  const auto size = static_cast<int64_t>(layer.size());
  return BreakOff(std::move(layer), size, grpc::Status::OK);
}

FakeDownload BreakOff(std::string layer, int64_t end, grpc::Status status) {
  return [layer = std::move(layer), end, status = std::move(status)](
             const v1::GetRemoteImageLayerRequest& request, Writer& writer) {
    WriteInfo(static_cast<int64_t>(layer.size()), writer);
    const std::string sent = layer.substr(0, static_cast<size_t>(end));
    for (auto at = static_cast<size_t>(request.offset()); at < sent.size(); at += kChunkBytes) {
      WriteChunk(static_cast<int64_t>(at), sent.substr(at, kChunkBytes), writer);
    }
    return status;
  };
}

FakeDownload SendWithoutEnd() {
  return [](const v1::GetRemoteImageLayerRequest& request, Writer& writer) {
    WriteInfo(-1, writer);
    int64_t offset = request.offset();
    while (WriteChunk(offset, std::string(kChunkBytes, 'x'), writer)) offset += kChunkBytes;
    return grpc::Status::CANCELLED;
  };
}

FakeDownload SendMessages(std::vector<v1::GetRemoteImageLayerResponse> messages) {
  return [messages = std::move(messages)](const v1::GetRemoteImageLayerRequest&, Writer& writer) {
    for (const auto& message : messages) writer.Write(message);
    return grpc::Status::OK;
  };
}

std::vector<v1::GetRemoteImageLayerRequest> FakeV1SessionService::download_requests() const {
  const absl::MutexLock lock(&mutex_);
  return download_requests_;
}

std::vector<std::string> FakeV1SessionService::uploads() const {
  const absl::MutexLock lock(&mutex_);
  return uploads_;
}

grpc::Status FakeV1SessionService::GetRemoteImageLayer(
    grpc::ServerContext*, const v1::GetRemoteImageLayerRequest* request, Writer* writer) {
  size_t number;
  {
    const absl::MutexLock lock(&mutex_);
    number = download_requests_.size();
    download_requests_.push_back(*request);
  }
  if (downloads.empty()) return {grpc::StatusCode::NOT_FOUND, "no layer"};
  return downloads[std::min(number, downloads.size() - 1)](*request, *writer);
}

grpc::Status FakeV1SessionService::PushImageLayerRegistry(
    grpc::ServerContext*, grpc::ServerReader<v1::PushImageLayerRegistryRequest>* reader,
    v1::PushImageLayerRegistryResponse* response) {
  v1::PushImageLayerRegistryRequest message;
  if (!reader->Read(&message) || !message.has_metadata()) {
    return {grpc::StatusCode::INVALID_ARGUMENT, "no metadata"};
  }
  const v1::V1LayerMetadata metadata = message.metadata();
  std::string layer;
  while (reader->Read(&message)) {
    if (message.has_metadata()) return {grpc::StatusCode::INVALID_ARGUMENT, "metadata again"};
    layer += message.chunk();
    if (!take_chunk(message.chunk())) {
      return push_image_layer_registry.Play(metadata, response);
    }
  }
  {
    const absl::MutexLock lock(&mutex_);
    uploads_.push_back(std::move(layer));
  }
  return push_image_layer_registry.Play(metadata, response);
}

}  // namespace registryd::client
