#include "client/v1_session_client.h"

#include <utility>

#include "absl/time/clock.h"
#include "client/unary_call.h"

namespace registryd::client {
namespace {

using Stub = v1::V1SessionService::StubInterface;

}  // namespace

V1SessionClient::V1SessionClient(Stub& stub, absl::Duration timeout)
    : stub_(stub), timeout_(timeout) {}

absl::Time V1SessionClient::By(Deadline deadline) const {
  return deadline.value_or(absl::Now() + timeout_);
}

absl::StatusOr<v1::CreateSessionResponse> V1SessionClient::CreateSession(
    const v1::CreateSessionRequest& request, Deadline deadline) const {
  return Call(stub_, &Stub::CreateSession, request, By(deadline));
}

absl::StatusOr<v1::DeleteSessionResponse> V1SessionClient::DeleteSession(
    const v1::DeleteSessionRequest& request, Deadline deadline) const {
  return Call(stub_, &Stub::DeleteSession, request, By(deadline));
}

absl::StatusOr<v1::PingResponse> V1SessionClient::Ping(const v1::PingRequest& request,
                                                       Deadline deadline) const {
  return Call(stub_, &Stub::Ping, request, By(deadline));
}

absl::StatusOr<v1::GetRemoteHistoryResponse> V1SessionClient::GetRemoteHistory(
    const v1::GetRemoteHistoryRequest& request, Deadline deadline) const {
  return Call(stub_, &Stub::GetRemoteHistory, request, By(deadline));
}

absl::StatusOr<v1::LookupRemoteImageResponse> V1SessionClient::LookupRemoteImage(
    const v1::LookupRemoteImageRequest& request, Deadline deadline) const {
  return Call(stub_, &Stub::LookupRemoteImage, request, By(deadline));
}

absl::StatusOr<v1::GetRemoteImageJSONResponse> V1SessionClient::GetRemoteImageJSON(
    const v1::GetRemoteImageJSONRequest& request, Deadline deadline) const {
  return Call(stub_, &Stub::GetRemoteImageJSON, request, By(deadline));
}

absl::StatusOr<v1::GetRemoteTagResponse> V1SessionClient::GetRemoteTag(
    const v1::GetRemoteTagRequest& request, Deadline deadline) const {
  return Call(stub_, &Stub::GetRemoteTag, request, By(deadline));
}

absl::StatusOr<v1::GetRemoteTagsResponse> V1SessionClient::GetRemoteTags(
    const v1::GetRemoteTagsRequest& request, Deadline deadline) const {
  return Call(stub_, &Stub::GetRemoteTags, request, By(deadline));
}

absl::StatusOr<v1::GetRepositoryDataResponse> V1SessionClient::GetRepositoryData(
    const v1::GetRepositoryDataRequest& request, Deadline deadline) const {
  return Call(stub_, &Stub::GetRepositoryData, request, By(deadline));
}

absl::StatusOr<v1::SearchRepositoriesResponse> V1SessionClient::SearchRepositories(
    const v1::SearchRepositoriesRequest& request, Deadline deadline) const {
  return Call(stub_, &Stub::SearchRepositories, request, By(deadline));
}

absl::StatusOr<v1::PushImageChecksumRegistryResponse> V1SessionClient::PushImageChecksumRegistry(
    const v1::PushImageChecksumRegistryRequest& request, Deadline deadline) const {
  return Call(stub_, &Stub::PushImageChecksumRegistry, request, By(deadline));
}

absl::StatusOr<v1::PushImageJSONRegistryResponse> V1SessionClient::PushImageJSONRegistry(
    const v1::PushImageJSONRegistryRequest& request, Deadline deadline) const {
  return Call(stub_, &Stub::PushImageJSONRegistry, request, By(deadline));
}

absl::StatusOr<v1::PushRegistryTagResponse> V1SessionClient::PushRegistryTag(
    const v1::PushRegistryTagRequest& request, Deadline deadline) const {
  return Call(stub_, &Stub::PushRegistryTag, request, By(deadline));
}

absl::StatusOr<v1::PushImageJSONIndexResponse> V1SessionClient::PushImageJSONIndex(
    const v1::PushImageJSONIndexRequest& request, Deadline deadline) const {
  return Call(stub_, &Stub::PushImageJSONIndex, request, By(deadline));
}

std::unique_ptr<V1LayerDownload> V1SessionClient::GetRemoteImageLayer(
    const v1::GetRemoteImageLayerRequest& request, Deadline deadline) const {
  return std::make_unique<V1LayerDownload>(stub_, request, deadline);
}

std::unique_ptr<V1LayerUpload> V1SessionClient::PushImageLayerRegistry(v1::V1LayerMetadata metadata,
                                                                       Deadline deadline) const {
  return std::make_unique<V1LayerUpload>(stub_, std::move(metadata), deadline);
}

}  // namespace registryd::client
