#ifndef REGISTRYD_CLIENT_TESTING_FAKE_SERVER_H_
#define REGISTRYD_CLIENT_TESTING_FAKE_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "client/testing/fake_v1_session_service.h"
#include "client/testing/script.h"
#include "client/testing/temporary_folder.h"
#include "grpcpp/server.h"
#include "registry/v1/config_service.grpc.pb.h"
#include "registry/v1/registry_service.grpc.pb.h"
#include "src/proto/grpc/health/v1/health.grpc.pb.h"

namespace registryd::client {

namespace v1 = ::registry::v1;

// RegistryService, by script.
class FakeRegistryService final : public v1::RegistryService::Service {
 public:
  Script<v1::AuthRequest, v1::AuthResponse> auth;
  Script<v1::PingV2RegistryRequest, v1::PingV2RegistryResponse> ping_v2_registry;
  Script<v1::SearchRequest, v1::SearchResponse> search;
  Script<v1::ResolveAuthConfigRequest, v1::ResolveAuthConfigResponse> resolve_auth_config;
  Script<v1::GetAuthConfigKeyRequest, v1::GetAuthConfigKeyResponse> get_auth_config_key;
  Script<v1::ResolveRepositoryRequest, v1::ResolveRepositoryResponse> resolve_repository;
  Script<v1::ParseRepositoryInfoRequest, v1::ParseRepositoryInfoResponse> parse_repository_info;
  Script<v1::ParseReferenceRequest, v1::ParseReferenceResponse> parse_reference;
  Script<v1::LookupPullEndpointsRequest, v1::LookupPullEndpointsResponse> lookup_pull_endpoints;
  Script<v1::LookupPushEndpointsRequest, v1::LookupPushEndpointsResponse> lookup_push_endpoints;
  Script<v1::BatchLookupPullEndpointsRequest, v1::BatchLookupPullEndpointsResponse>
      batch_lookup_pull_endpoints;
  Script<v1::IsInsecureRegistryRequest, v1::IsInsecureRegistryResponse> is_insecure_registry;
  Script<v1::GetTLSConfigRequest, v1::GetTLSConfigResponse> get_tls_config;
  Script<v1::ParseSearchIndexInfoRequest, v1::ParseSearchIndexInfoResponse> parse_search_index_info;
  Script<v1::ValidateMirrorRequest, v1::ValidateMirrorResponse> validate_mirror;
  Script<v1::ValidateIndexNameRequest, v1::ValidateIndexNameResponse> validate_index_name;
  Script<v1::ConvertToHostnameRequest, v1::ConvertToHostnameResponse> convert_to_hostname;

 private:
  grpc::Status Auth(grpc::ServerContext*, const v1::AuthRequest* request,
                    v1::AuthResponse* response) override {
    return auth.Play(*request, response);
  }
  grpc::Status PingV2Registry(grpc::ServerContext*, const v1::PingV2RegistryRequest* request,
                              v1::PingV2RegistryResponse* response) override {
    return ping_v2_registry.Play(*request, response);
  }
  grpc::Status Search(grpc::ServerContext*, const v1::SearchRequest* request,
                      v1::SearchResponse* response) override {
    return search.Play(*request, response);
  }
  grpc::Status ResolveAuthConfig(grpc::ServerContext*, const v1::ResolveAuthConfigRequest* request,
                                 v1::ResolveAuthConfigResponse* response) override {
    return resolve_auth_config.Play(*request, response);
  }
  grpc::Status GetAuthConfigKey(grpc::ServerContext*, const v1::GetAuthConfigKeyRequest* request,
                                v1::GetAuthConfigKeyResponse* response) override {
    return get_auth_config_key.Play(*request, response);
  }
  grpc::Status ResolveRepository(grpc::ServerContext*, const v1::ResolveRepositoryRequest* request,
                                 v1::ResolveRepositoryResponse* response) override {
    return resolve_repository.Play(*request, response);
  }
  grpc::Status ParseRepositoryInfo(grpc::ServerContext*,
                                   const v1::ParseRepositoryInfoRequest* request,
                                   v1::ParseRepositoryInfoResponse* response) override {
    return parse_repository_info.Play(*request, response);
  }
  grpc::Status ParseReference(grpc::ServerContext*, const v1::ParseReferenceRequest* request,
                              v1::ParseReferenceResponse* response) override {
    return parse_reference.Play(*request, response);
  }
  grpc::Status LookupPullEndpoints(grpc::ServerContext*,
                                   const v1::LookupPullEndpointsRequest* request,
                                   v1::LookupPullEndpointsResponse* response) override {
    return lookup_pull_endpoints.Play(*request, response);
  }
  grpc::Status LookupPushEndpoints(grpc::ServerContext*,
                                   const v1::LookupPushEndpointsRequest* request,
                                   v1::LookupPushEndpointsResponse* response) override {
    return lookup_push_endpoints.Play(*request, response);
  }
  grpc::Status BatchLookupPullEndpoints(grpc::ServerContext*,
                                        const v1::BatchLookupPullEndpointsRequest* request,
                                        v1::BatchLookupPullEndpointsResponse* response) override {
    return batch_lookup_pull_endpoints.Play(*request, response);
  }
  grpc::Status IsInsecureRegistry(grpc::ServerContext*,
                                  const v1::IsInsecureRegistryRequest* request,
                                  v1::IsInsecureRegistryResponse* response) override {
    return is_insecure_registry.Play(*request, response);
  }
  grpc::Status GetTLSConfig(grpc::ServerContext*, const v1::GetTLSConfigRequest* request,
                            v1::GetTLSConfigResponse* response) override {
    return get_tls_config.Play(*request, response);
  }
  grpc::Status ParseSearchIndexInfo(grpc::ServerContext*,
                                    const v1::ParseSearchIndexInfoRequest* request,
                                    v1::ParseSearchIndexInfoResponse* response) override {
    return parse_search_index_info.Play(*request, response);
  }
  grpc::Status ValidateMirror(grpc::ServerContext*, const v1::ValidateMirrorRequest* request,
                              v1::ValidateMirrorResponse* response) override {
    return validate_mirror.Play(*request, response);
  }
  grpc::Status ValidateIndexName(grpc::ServerContext*, const v1::ValidateIndexNameRequest* request,
                                 v1::ValidateIndexNameResponse* response) override {
    return validate_index_name.Play(*request, response);
  }
  grpc::Status ConvertToHostname(grpc::ServerContext*, const v1::ConvertToHostnameRequest* request,
                                 v1::ConvertToHostnameResponse* response) override {
    return convert_to_hostname.Play(*request, response);
  }
};

// ConfigService, by script. A watch sends `versions`, then waits for its caller
// to end it, or ends by itself with `watch_end` if `end_watch` is set.
class FakeConfigService final
    : public v1::ConfigService::WithCallbackMethod_WatchServiceConfig<v1::ConfigService::Service> {
 public:
  Script<v1::GetServiceConfigRequest, v1::GetServiceConfigResponse> get_service_config;
  Script<v1::PrepareServiceConfigRequest, v1::PrepareServiceConfigResponse> prepare_service_config;
  Script<v1::CommitServiceConfigRequest, v1::CommitServiceConfigResponse> commit_service_config;
  Script<v1::AbortServiceConfigRequest, v1::AbortServiceConfigResponse> abort_service_config;
  Script<v1::LoadMirrorsRequest, v1::LoadMirrorsResponse> load_mirrors;
  Script<v1::LoadInsecureRegistriesRequest, v1::LoadInsecureRegistriesResponse>
      load_insecure_registries;
  Script<v1::LoadAllowNondistributableArtifactsRequest,
         v1::LoadAllowNondistributableArtifactsResponse>
      load_allow_nondistributable_artifacts;

  // Set before the first call.
  std::vector<v1::WatchServiceConfigResponse> versions;
  bool end_watch = false;
  grpc::Status watch_end;

 private:
  grpc::Status GetServiceConfig(grpc::ServerContext*, const v1::GetServiceConfigRequest* request,
                                v1::GetServiceConfigResponse* response) override {
    return get_service_config.Play(*request, response);
  }
  grpc::Status PrepareServiceConfig(grpc::ServerContext*,
                                    const v1::PrepareServiceConfigRequest* request,
                                    v1::PrepareServiceConfigResponse* response) override {
    return prepare_service_config.Play(*request, response);
  }
  grpc::Status CommitServiceConfig(grpc::ServerContext*,
                                   const v1::CommitServiceConfigRequest* request,
                                   v1::CommitServiceConfigResponse* response) override {
    return commit_service_config.Play(*request, response);
  }
  grpc::Status AbortServiceConfig(grpc::ServerContext*,
                                  const v1::AbortServiceConfigRequest* request,
                                  v1::AbortServiceConfigResponse* response) override {
    return abort_service_config.Play(*request, response);
  }
  grpc::Status LoadMirrors(grpc::ServerContext*, const v1::LoadMirrorsRequest* request,
                           v1::LoadMirrorsResponse* response) override {
    return load_mirrors.Play(*request, response);
  }
  grpc::Status LoadInsecureRegistries(grpc::ServerContext*,
                                      const v1::LoadInsecureRegistriesRequest* request,
                                      v1::LoadInsecureRegistriesResponse* response) override {
    return load_insecure_registries.Play(*request, response);
  }
  grpc::Status LoadAllowNondistributableArtifacts(
      grpc::ServerContext*, const v1::LoadAllowNondistributableArtifactsRequest* request,
      v1::LoadAllowNondistributableArtifactsResponse* response) override {
    return load_allow_nondistributable_artifacts.Play(*request, response);
  }
  using WithCallbackMethod_WatchServiceConfig::WatchServiceConfig;
  grpc::ServerWriteReactor<v1::WatchServiceConfigResponse>* WatchServiceConfig(
      grpc::CallbackServerContext*, const v1::WatchServiceConfigRequest*) override;
};

// grpc.health.v1, by script.
class FakeHealthService final : public grpc::health::v1::Health::Service {
 public:
  Script<grpc::health::v1::HealthCheckRequest, grpc::health::v1::HealthCheckResponse> check;

 private:
  grpc::Status Check(grpc::ServerContext*, const grpc::health::v1::HealthCheckRequest* request,
                     grpc::health::v1::HealthCheckResponse* response) override {
    return check.Play(*request, response);
  }
};

// A gRPC server with the four, on a Unix socket of its own.
class FakeServer {
 public:
  FakeServer();
  ~FakeServer();

  // `unix:PATH`.
  const std::string& address() const { return address_; }

  FakeRegistryService registry;
  FakeConfigService config;
  FakeV1SessionService v1_session;
  FakeHealthService health;

 private:
  TemporaryFolder folder_;
  std::string address_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace registryd::client

#endif  // REGISTRYD_CLIENT_TESTING_FAKE_SERVER_H_
