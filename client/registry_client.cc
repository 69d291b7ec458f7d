#include "client/registry_client.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "client/channel.h"
#include "client/unary_call.h"

namespace registryd::client {
namespace {

using RegistryStub = v1::RegistryService::StubInterface;
using ConfigStub = v1::ConfigService::StubInterface;
using HealthStub = grpc::health::v1::Health::StubInterface;

}  // namespace

absl::StatusOr<std::unique_ptr<RegistryClient>> RegistryClient::Create(
    const ClientOptions& options) {
  if (options.timeout <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError("timeout: must be positive");
  }
  const auto channel = CreateChannel(options);
  if (!channel.ok()) return channel.status();
  Stubs stubs;
  stubs.registry = v1::RegistryService::NewStub(*channel);
  stubs.config = v1::ConfigService::NewStub(*channel);
  stubs.v1_session = v1::V1SessionService::NewStub(*channel);
  stubs.health = grpc::health::v1::Health::NewStub(*channel);
  return std::make_unique<RegistryClient>(std::move(stubs), options.timeout);
}

RegistryClient::RegistryClient(Stubs stubs, absl::Duration timeout)
    : stubs_(std::move(stubs)), timeout_(timeout), v1_sessions_(*stubs_.v1_session, timeout) {}

absl::Time RegistryClient::By(Deadline deadline) const {
  return deadline.value_or(absl::Now() + timeout_);
}

absl::StatusOr<v1::AuthResponse> RegistryClient::Auth(const v1::AuthRequest& request,
                                                      Deadline deadline) const {
  return Call(*stubs_.registry, &RegistryStub::Auth, request, By(deadline));
}

absl::StatusOr<v1::PingV2RegistryResponse> RegistryClient::PingV2Registry(
    const v1::PingV2RegistryRequest& request, Deadline deadline) const {
  return Call(*stubs_.registry, &RegistryStub::PingV2Registry, request, By(deadline));
}

absl::StatusOr<v1::SearchResponse> RegistryClient::Search(const v1::SearchRequest& request,
                                                          Deadline deadline) const {
  return Call(*stubs_.registry, &RegistryStub::Search, request, By(deadline));
}

absl::StatusOr<v1::ResolveAuthConfigResponse> RegistryClient::ResolveAuthConfig(
    const v1::ResolveAuthConfigRequest& request, Deadline deadline) const {
  return Call(*stubs_.registry, &RegistryStub::ResolveAuthConfig, request, By(deadline));
}

absl::StatusOr<v1::GetAuthConfigKeyResponse> RegistryClient::GetAuthConfigKey(
    const v1::GetAuthConfigKeyRequest& request, Deadline deadline) const {
  return Call(*stubs_.registry, &RegistryStub::GetAuthConfigKey, request, By(deadline));
}

absl::StatusOr<v1::ResolveRepositoryResponse> RegistryClient::ResolveRepository(
    const v1::ResolveRepositoryRequest& request, Deadline deadline) const {
  return Call(*stubs_.registry, &RegistryStub::ResolveRepository, request, By(deadline));
}

absl::StatusOr<v1::ParseRepositoryInfoResponse> RegistryClient::ParseRepositoryInfo(
    const v1::ParseRepositoryInfoRequest& request, Deadline deadline) const {
  return Call(*stubs_.registry, &RegistryStub::ParseRepositoryInfo, request, By(deadline));
}

absl::StatusOr<v1::ParseReferenceResponse> RegistryClient::ParseReference(
    const v1::ParseReferenceRequest& request, Deadline deadline) const {
  return Call(*stubs_.registry, &RegistryStub::ParseReference, request, By(deadline));
}

absl::StatusOr<v1::LookupPullEndpointsResponse> RegistryClient::LookupPullEndpoints(
    const v1::LookupPullEndpointsRequest& request, Deadline deadline) const {
  return Call(*stubs_.registry, &RegistryStub::LookupPullEndpoints, request, By(deadline));
}

absl::StatusOr<v1::LookupPushEndpointsResponse> RegistryClient::LookupPushEndpoints(
    const v1::LookupPushEndpointsRequest& request, Deadline deadline) const {
  return Call(*stubs_.registry, &RegistryStub::LookupPushEndpoints, request, By(deadline));
}

absl::StatusOr<v1::BatchLookupPullEndpointsResponse> RegistryClient::BatchLookupPullEndpoints(
    const v1::BatchLookupPullEndpointsRequest& request, Deadline deadline) const {
  return Call(*stubs_.registry, &RegistryStub::BatchLookupPullEndpoints, request, By(deadline));
}

absl::StatusOr<v1::IsInsecureRegistryResponse> RegistryClient::IsInsecureRegistry(
    const v1::IsInsecureRegistryRequest& request, Deadline deadline) const {
  return Call(*stubs_.registry, &RegistryStub::IsInsecureRegistry, request, By(deadline));
}

absl::StatusOr<v1::GetTLSConfigResponse> RegistryClient::GetTLSConfig(
    const v1::GetTLSConfigRequest& request, Deadline deadline) const {
  return Call(*stubs_.registry, &RegistryStub::GetTLSConfig, request, By(deadline));
}

absl::StatusOr<v1::ParseSearchIndexInfoResponse> RegistryClient::ParseSearchIndexInfo(
    const v1::ParseSearchIndexInfoRequest& request, Deadline deadline) const {
  return Call(*stubs_.registry, &RegistryStub::ParseSearchIndexInfo, request, By(deadline));
}

absl::StatusOr<v1::ValidateMirrorResponse> RegistryClient::ValidateMirror(
    const v1::ValidateMirrorRequest& request, Deadline deadline) const {
  return Call(*stubs_.registry, &RegistryStub::ValidateMirror, request, By(deadline));
}

absl::StatusOr<v1::ValidateIndexNameResponse> RegistryClient::ValidateIndexName(
    const v1::ValidateIndexNameRequest& request, Deadline deadline) const {
  return Call(*stubs_.registry, &RegistryStub::ValidateIndexName, request, By(deadline));
}

absl::StatusOr<v1::ConvertToHostnameResponse> RegistryClient::ConvertToHostname(
    const v1::ConvertToHostnameRequest& request, Deadline deadline) const {
  return Call(*stubs_.registry, &RegistryStub::ConvertToHostname, request, By(deadline));
}

absl::StatusOr<v1::GetServiceConfigResponse> RegistryClient::GetServiceConfig(
    const v1::GetServiceConfigRequest& request, Deadline deadline) const {
  return Call(*stubs_.config, &ConfigStub::GetServiceConfig, request, By(deadline));
}

absl::StatusOr<v1::PrepareServiceConfigResponse> RegistryClient::PrepareServiceConfig(
    const v1::PrepareServiceConfigRequest& request, Deadline deadline) const {
  return Call(*stubs_.config, &ConfigStub::PrepareServiceConfig, request, By(deadline));
}

absl::StatusOr<v1::CommitServiceConfigResponse> RegistryClient::CommitServiceConfig(
    const v1::CommitServiceConfigRequest& request, Deadline deadline) const {
  return Call(*stubs_.config, &ConfigStub::CommitServiceConfig, request, By(deadline));
}

absl::StatusOr<v1::AbortServiceConfigResponse> RegistryClient::AbortServiceConfig(
    const v1::AbortServiceConfigRequest& request, Deadline deadline) const {
  return Call(*stubs_.config, &ConfigStub::AbortServiceConfig, request, By(deadline));
}

absl::StatusOr<v1::LoadMirrorsResponse> RegistryClient::LoadMirrors(
    const v1::LoadMirrorsRequest& request, Deadline deadline) const {
  return Call(*stubs_.config, &ConfigStub::LoadMirrors, request, By(deadline));
}

absl::StatusOr<v1::LoadInsecureRegistriesResponse> RegistryClient::LoadInsecureRegistries(
    const v1::LoadInsecureRegistriesRequest& request, Deadline deadline) const {
  return Call(*stubs_.config, &ConfigStub::LoadInsecureRegistries, request, By(deadline));
}

absl::StatusOr<v1::LoadAllowNondistributableArtifactsResponse>
RegistryClient::LoadAllowNondistributableArtifacts(
    const v1::LoadAllowNondistributableArtifactsRequest& request, Deadline deadline) const {
  return Call(*stubs_.config, &ConfigStub::LoadAllowNondistributableArtifacts, request,
              By(deadline));
}

std::unique_ptr<ConfigWatch> RegistryClient::WatchServiceConfig() const {
  return std::make_unique<ConfigWatch>(*stubs_.config);
}

absl::StatusOr<grpc::health::v1::HealthCheckResponse> RegistryClient::CheckHealth(
    const grpc::health::v1::HealthCheckRequest& request, Deadline deadline) const {
  return Call(*stubs_.health, &HealthStub::Check, request, By(deadline));
}

}  // namespace registryd::client
