#ifndef REGISTRYD_CLIENT_V1_SESSION_CLIENT_H_
#define REGISTRYD_CLIENT_V1_SESSION_CLIENT_H_

#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/v1_layer_download.h"
#include "client/v1_layer_upload.h"
#include "registry/v1/v1_session_service.grpc.pb.h"

namespace registryd::client {

namespace v1 = ::registry::v1;

// V1SessionService: what registries of the legacy V1 protocol hold, and pushes to them.
// Part of a RegistryClient:
//
//   auto session = V1Session::Open(client->v1_sessions(), request);  // client/v1_session.h
//   if (!session.ok()) return session.status();
//   v1::GetRemoteTagsRequest tags;
//   tags.set_session_id((*session)->id());
//   tags.set_repository("team/app");
//   auto response = client->v1_sessions().GetRemoteTags(tags);
//
// Each method makes the call of its name; what it does and which errors it has stands in
// v1_session_service.proto. A failure's payloads are read by DetailsOf
// (client/error_details.h). All wait for a registry, but for DeleteSession: allow them a
// minute. None is repeated by itself. Thread-safe.
class V1SessionClient {
 public:
  // When a call gives up, with DEADLINE_EXCEEDED. Missing: after `timeout`; layers, whose
  // time depends on their size, then have none.
  using Deadline = std::optional<absl::Time>;

  // `stub` must outlive this.
  V1SessionClient(v1::V1SessionService::StubInterface& stub, absl::Duration timeout);

  absl::StatusOr<v1::CreateSessionResponse> CreateSession(const v1::CreateSessionRequest& request,
                                                          Deadline deadline = std::nullopt) const;
  absl::StatusOr<v1::DeleteSessionResponse> DeleteSession(const v1::DeleteSessionRequest& request,
                                                          Deadline deadline = std::nullopt) const;
  absl::StatusOr<v1::PingResponse> Ping(const v1::PingRequest& request,
                                        Deadline deadline = std::nullopt) const;
  absl::StatusOr<v1::GetRemoteHistoryResponse> GetRemoteHistory(
      const v1::GetRemoteHistoryRequest& request, Deadline deadline = std::nullopt) const;
  absl::StatusOr<v1::LookupRemoteImageResponse> LookupRemoteImage(
      const v1::LookupRemoteImageRequest& request, Deadline deadline = std::nullopt) const;
  absl::StatusOr<v1::GetRemoteImageJSONResponse> GetRemoteImageJSON(
      const v1::GetRemoteImageJSONRequest& request, Deadline deadline = std::nullopt) const;
  absl::StatusOr<v1::GetRemoteTagResponse> GetRemoteTag(const v1::GetRemoteTagRequest& request,
                                                        Deadline deadline = std::nullopt) const;
  absl::StatusOr<v1::GetRemoteTagsResponse> GetRemoteTags(const v1::GetRemoteTagsRequest& request,
                                                          Deadline deadline = std::nullopt) const;
  absl::StatusOr<v1::GetRepositoryDataResponse> GetRepositoryData(
      const v1::GetRepositoryDataRequest& request, Deadline deadline = std::nullopt) const;
  absl::StatusOr<v1::SearchRepositoriesResponse> SearchRepositories(
      const v1::SearchRepositoriesRequest& request, Deadline deadline = std::nullopt) const;
  absl::StatusOr<v1::PushImageChecksumRegistryResponse> PushImageChecksumRegistry(
      const v1::PushImageChecksumRegistryRequest& request, Deadline deadline = std::nullopt) const;
  absl::StatusOr<v1::PushImageJSONRegistryResponse> PushImageJSONRegistry(
      const v1::PushImageJSONRegistryRequest& request, Deadline deadline = std::nullopt) const;
  absl::StatusOr<v1::PushRegistryTagResponse> PushRegistryTag(
      const v1::PushRegistryTagRequest& request, Deadline deadline = std::nullopt) const;
  absl::StatusOr<v1::PushImageJSONIndexResponse> PushImageJSONIndex(
      const v1::PushImageJSONIndexRequest& request, Deadline deadline = std::nullopt) const;

  // Begins the download of a layer. Its errors are those of the returned object's methods.
  std::unique_ptr<V1LayerDownload> GetRemoteImageLayer(
      const v1::GetRemoteImageLayerRequest& request, Deadline deadline = std::nullopt) const;

  // Begins the upload of a layer. Its errors are those of the returned object's Finish.
  std::unique_ptr<V1LayerUpload> PushImageLayerRegistry(v1::V1LayerMetadata metadata,
                                                        Deadline deadline = std::nullopt) const;

 private:
  absl::Time By(Deadline deadline) const;

  v1::V1SessionService::StubInterface& stub_;
  const absl::Duration timeout_;
};

}  // namespace registryd::client

#endif  // REGISTRYD_CLIENT_V1_SESSION_CLIENT_H_
