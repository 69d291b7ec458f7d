#ifndef REGISTRYD_CLIENT_REGISTRY_CLIENT_H_
#define REGISTRYD_CLIENT_REGISTRY_CLIENT_H_

#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/client_options.h"
#include "client/config_watch.h"
#include "client/v1_session_client.h"
#include "registry/v1/config_service.grpc.pb.h"
#include "registry/v1/registry_service.grpc.pb.h"
#include "registry/v1/v1_session_service.grpc.pb.h"
#include "src/proto/grpc/health/v1/health.grpc.pb.h"

namespace registryd::client {

namespace v1 = ::registry::v1;

// A connection to registryd.
//
//   auto client = RegistryClient::Create({});
//   if (!client.ok()) return client.status();
//   v1::ResolveRepositoryRequest request;
//   request.set_reference("ubuntu");
//   auto response = (*client)->ResolveRepository(request);
//
// Each method makes the call of its name and blocks until it has ended; what it
// does and which errors it has stands in the .proto files. A failure's payloads
// are read by DetailsOf (client/error_details.h). Thread-safe.
class RegistryClient {
 public:
  // When a call gives up, with DEADLINE_EXCEEDED. Missing: after
  // ClientOptions.timeout.
  using Deadline = std::optional<absl::Time>;

  // The generated stubs that calls go through. None is null.
  struct Stubs {
    std::unique_ptr<v1::RegistryService::StubInterface> registry;
    std::unique_ptr<v1::ConfigService::StubInterface> config;
    std::unique_ptr<v1::V1SessionService::StubInterface> v1_session;
    std::unique_ptr<grpc::health::v1::Health::StubInterface> health;
  };

  // Connects with the first call. Errors as CreateChannel's (client/channel.h),
  // and INVALID_ARGUMENT if the timeout is not positive.
  static absl::StatusOr<std::unique_ptr<RegistryClient>> Create(const ClientOptions& options);

  // Calls through `stubs`, for at most `timeout` unless told otherwise.
  RegistryClient(Stubs stubs, absl::Duration timeout);

  // RegistryService. The first three wait for a registry: allow them a minute.
  absl::StatusOr<v1::AuthResponse> Auth(const v1::AuthRequest& request,
                                        Deadline deadline = std::nullopt) const;
  absl::StatusOr<v1::PingV2RegistryResponse> PingV2Registry(
      const v1::PingV2RegistryRequest& request, Deadline deadline = std::nullopt) const;
  absl::StatusOr<v1::SearchResponse> Search(const v1::SearchRequest& request,
                                            Deadline deadline = std::nullopt) const;
  absl::StatusOr<v1::ResolveAuthConfigResponse> ResolveAuthConfig(
      const v1::ResolveAuthConfigRequest& request, Deadline deadline = std::nullopt) const;
  absl::StatusOr<v1::GetAuthConfigKeyResponse> GetAuthConfigKey(
      const v1::GetAuthConfigKeyRequest& request, Deadline deadline = std::nullopt) const;
  absl::StatusOr<v1::ResolveRepositoryResponse> ResolveRepository(
      const v1::ResolveRepositoryRequest& request, Deadline deadline = std::nullopt) const;
  absl::StatusOr<v1::ParseRepositoryInfoResponse> ParseRepositoryInfo(
      const v1::ParseRepositoryInfoRequest& request, Deadline deadline = std::nullopt) const;
  absl::StatusOr<v1::ParseReferenceResponse> ParseReference(
      const v1::ParseReferenceRequest& request, Deadline deadline = std::nullopt) const;
  absl::StatusOr<v1::LookupPullEndpointsResponse> LookupPullEndpoints(
      const v1::LookupPullEndpointsRequest& request, Deadline deadline = std::nullopt) const;
  absl::StatusOr<v1::LookupPushEndpointsResponse> LookupPushEndpoints(
      const v1::LookupPushEndpointsRequest& request, Deadline deadline = std::nullopt) const;
  absl::StatusOr<v1::BatchLookupPullEndpointsResponse> BatchLookupPullEndpoints(
      const v1::BatchLookupPullEndpointsRequest& request, Deadline deadline = std::nullopt) const;
  absl::StatusOr<v1::IsInsecureRegistryResponse> IsInsecureRegistry(
      const v1::IsInsecureRegistryRequest& request, Deadline deadline = std::nullopt) const;
  absl::StatusOr<v1::GetTLSConfigResponse> GetTLSConfig(const v1::GetTLSConfigRequest& request,
                                                        Deadline deadline = std::nullopt) const;
  absl::StatusOr<v1::ParseSearchIndexInfoResponse> ParseSearchIndexInfo(
      const v1::ParseSearchIndexInfoRequest& request, Deadline deadline = std::nullopt) const;
  absl::StatusOr<v1::ValidateMirrorResponse> ValidateMirror(
      const v1::ValidateMirrorRequest& request, Deadline deadline = std::nullopt) const;
  absl::StatusOr<v1::ValidateIndexNameResponse> ValidateIndexName(
      const v1::ValidateIndexNameRequest& request, Deadline deadline = std::nullopt) const;
  absl::StatusOr<v1::ConvertToHostnameResponse> ConvertToHostname(
      const v1::ConvertToHostnameRequest& request, Deadline deadline = std::nullopt) const;

  // ConfigService.
  absl::StatusOr<v1::GetServiceConfigResponse> GetServiceConfig(
      const v1::GetServiceConfigRequest& request, Deadline deadline = std::nullopt) const;
  absl::StatusOr<v1::PrepareServiceConfigResponse> PrepareServiceConfig(
      const v1::PrepareServiceConfigRequest& request, Deadline deadline = std::nullopt) const;
  absl::StatusOr<v1::CommitServiceConfigResponse> CommitServiceConfig(
      const v1::CommitServiceConfigRequest& request, Deadline deadline = std::nullopt) const;
  absl::StatusOr<v1::AbortServiceConfigResponse> AbortServiceConfig(
      const v1::AbortServiceConfigRequest& request, Deadline deadline = std::nullopt) const;
  absl::StatusOr<v1::LoadMirrorsResponse> LoadMirrors(const v1::LoadMirrorsRequest& request,
                                                      Deadline deadline = std::nullopt) const;
  absl::StatusOr<v1::LoadInsecureRegistriesResponse> LoadInsecureRegistries(
      const v1::LoadInsecureRegistriesRequest& request, Deadline deadline = std::nullopt) const;
  absl::StatusOr<v1::LoadAllowNondistributableArtifactsResponse> LoadAllowNondistributableArtifacts(
      const v1::LoadAllowNondistributableArtifactsRequest& request,
      Deadline deadline = std::nullopt) const;

  // Follows the configuration, without a deadline.
  std::unique_ptr<ConfigWatch> WatchServiceConfig() const;

  // V1SessionService. Valid as long as this is.
  const V1SessionClient& v1_sessions() const { return v1_sessions_; }

  // Health: whether a service, or with an empty name the whole, is serving.
  absl::StatusOr<grpc::health::v1::HealthCheckResponse> CheckHealth(
      const grpc::health::v1::HealthCheckRequest& request, Deadline deadline = std::nullopt) const;

 private:
  absl::Time By(Deadline deadline) const;

  const Stubs stubs_;
  const absl::Duration timeout_;
  const V1SessionClient v1_sessions_;
};

}  // namespace registryd::client

#endif  // REGISTRYD_CLIENT_REGISTRY_CLIENT_H_
