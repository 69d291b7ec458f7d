#ifndef REGISTRYD_SERVER_SERVICE_REGISTRY_SERVICE_H_
#define REGISTRYD_SERVER_SERVICE_REGISTRY_SERVICE_H_

#include <memory>

#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"
#include "registry/config/config_store.h"
#include "registry/config/service_config.h"
#include "registry/endpoint/endpoint_lookup.h"
#include "registry/v1/registry_service.grpc.pb.h"
#include "server/service/call_observer.h"
#include "server/service/caller_identifier.h"
#include "server/service/upstream_parts.h"

namespace registryd {

namespace api = ::registry::v1;

// registry.v1.RegistryService, as its .proto describes it. Thread-safe.
class RegistryService final : public ::registry::v1::RegistryService::CallbackService {
 public:
  // All of them outlive the service.
  RegistryService(const ConfigStore& store, EndpointLookup& lookup, const UpstreamParts& upstream,
                  CallerIdentifier identify, CallObserver& observer);

  // More targets than these in one batch are refused.
  static constexpr int kMaxBatchSize = 1000;

  grpc::ServerUnaryReactor* Auth(grpc::CallbackServerContext* context,
                                 const api::AuthRequest* request,
                                 api::AuthResponse* response) override;
  grpc::ServerUnaryReactor* ResolveAuthConfig(grpc::CallbackServerContext* context,
                                              const api::ResolveAuthConfigRequest* request,
                                              api::ResolveAuthConfigResponse* response) override;
  grpc::ServerUnaryReactor* GetAuthConfigKey(grpc::CallbackServerContext* context,
                                             const api::GetAuthConfigKeyRequest* request,
                                             api::GetAuthConfigKeyResponse* response) override;
  grpc::ServerUnaryReactor* ResolveRepository(grpc::CallbackServerContext* context,
                                              const api::ResolveRepositoryRequest* request,
                                              api::ResolveRepositoryResponse* response) override;
  grpc::ServerUnaryReactor* ParseRepositoryInfo(
      grpc::CallbackServerContext* context, const api::ParseRepositoryInfoRequest* request,
      api::ParseRepositoryInfoResponse* response) override;
  grpc::ServerUnaryReactor* ParseReference(grpc::CallbackServerContext* context,
                                           const api::ParseReferenceRequest* request,
                                           api::ParseReferenceResponse* response) override;
  grpc::ServerUnaryReactor* LookupPullEndpoints(
      grpc::CallbackServerContext* context, const api::LookupPullEndpointsRequest* request,
      api::LookupPullEndpointsResponse* response) override;
  grpc::ServerUnaryReactor* LookupPushEndpoints(
      grpc::CallbackServerContext* context, const api::LookupPushEndpointsRequest* request,
      api::LookupPushEndpointsResponse* response) override;
  grpc::ServerUnaryReactor* BatchLookupPullEndpoints(
      grpc::CallbackServerContext* context, const api::BatchLookupPullEndpointsRequest* request,
      api::BatchLookupPullEndpointsResponse* response) override;
  grpc::ServerUnaryReactor* IsInsecureRegistry(grpc::CallbackServerContext* context,
                                               const api::IsInsecureRegistryRequest* request,
                                               api::IsInsecureRegistryResponse* response) override;
  grpc::ServerUnaryReactor* GetTLSConfig(grpc::CallbackServerContext* context,
                                         const api::GetTLSConfigRequest* request,
                                         api::GetTLSConfigResponse* response) override;
  grpc::ServerUnaryReactor* PingV2Registry(grpc::CallbackServerContext* context,
                                           const api::PingV2RegistryRequest* request,
                                           api::PingV2RegistryResponse* response) override;
  grpc::ServerUnaryReactor* Search(grpc::CallbackServerContext* context,
                                   const api::SearchRequest* request,
                                   api::SearchResponse* response) override;
  grpc::ServerUnaryReactor* ParseSearchIndexInfo(
      grpc::CallbackServerContext* context, const api::ParseSearchIndexInfoRequest* request,
      api::ParseSearchIndexInfoResponse* response) override;
  grpc::ServerUnaryReactor* ValidateMirror(grpc::CallbackServerContext* context,
                                           const api::ValidateMirrorRequest* request,
                                           api::ValidateMirrorResponse* response) override;
  grpc::ServerUnaryReactor* ValidateIndexName(grpc::CallbackServerContext* context,
                                              const api::ValidateIndexNameRequest* request,
                                              api::ValidateIndexNameResponse* response) override;
  grpc::ServerUnaryReactor* ConvertToHostname(grpc::CallbackServerContext* context,
                                              const api::ConvertToHostnameRequest* request,
                                              api::ConvertToHostnameResponse* response) override;

 private:
  const ConfigStore& store_;
  EndpointLookup& lookup_;
  const UpstreamParts upstream_;
  const CallerIdentifier identify_;
  CallObserver& observer_;
  // Docker's defaults, with the service's own insecure match.
  const std::shared_ptr<const ServiceConfig> defaults_;
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SERVICE_REGISTRY_SERVICE_H_
