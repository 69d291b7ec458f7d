#include "server/service/registry_service.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "registry/auth/auth_config.h"
#include "registry/base/error.h"
#include "registry/reference/index_name.h"
#include "registry/reference/reference.h"
#include "registry/uri/mirror_url.h"
#include "server/service/auth_call.h"
#include "server/service/batch_lookup.h"
#include "server/service/convert.h"
#include "server/service/lookup_target.h"
#include "server/service/ping_call.h"
#include "server/service/search_call.h"
#include "server/service/unary_call.h"

namespace registryd {
namespace {

std::shared_ptr<const ServiceConfig> Defaults(InsecureMatch insecure_match) {
  // Nothing is configured that could be invalid.
  return ServiceConfig::Create({}, insecure_match).value();
}

absl::Status Missing(absl::string_view field) {
  return FieldError(Reason::kFieldMissing, field, absl::StrCat(field, " is required"));
}

// Answers with the endpoints, or the error, of a look-up.
template <typename Request, typename Response>
EndpointLookup::Callback<std::vector<APIEndpoint>> FillEndpoints(const Request& request,
                                                                 uint64_t version,
                                                                 Response* response,
                                                                 DoneCallback done) {
  return [field = TargetField(request), version, response,
          done = std::move(done)](absl::StatusOr<std::vector<APIEndpoint>> endpoints) mutable {
    if (!endpoints.ok()) return std::move(done)(BlameField(endpoints.status(), field));
    Fill(*endpoints, response->mutable_endpoints());
    response->set_config_version(version);
    std::move(done)(absl::OkStatus());
  };
}

// Answers with the repository that `text` means by `config`.
template <typename Response>
void ResolveReference(EndpointLookup& lookup, std::shared_ptr<const ServiceConfig> config,
                      const std::string& text, const CallContext& context, Response* response,
                      DoneCallback done) {
  absl::StatusOr<Reference> reference = Reference::Parse(text);
  if (!reference.ok()) return std::move(done)(reference.status());
  lookup.ResolveRepository(
      std::move(config), *std::move(reference), context,
      [response, done = std::move(done)](absl::StatusOr<RepositoryInfo> repository) mutable {
        if (!repository.ok()) return std::move(done)(BlameField(repository.status(), "reference"));
        Fill(*repository, response->mutable_repository());
        std::move(done)(absl::OkStatus());
      });
}

}  // namespace

RegistryService::RegistryService(const ConfigStore& store, EndpointLookup& lookup,
                                 const UpstreamParts& upstream, CallerIdentifier identify,
                                 CallObserver& observer)
    : store_(store),
      lookup_(lookup),
      upstream_(upstream),
      identify_(std::move(identify)),
      observer_(observer),
      defaults_(Defaults(store.Current()->config->insecure_match())) {}

grpc::ServerUnaryReactor* RegistryService::Auth(grpc::CallbackServerContext* context,
                                                const api::AuthRequest* request,
                                                api::AuthResponse* response) {
  ObservedCall call(observer_, *context, "registry.v1.RegistryService/Auth");
  call.SetRegistry(RegistryOf(*request), /*uses_credentials=*/true);
  return Await(context, call, [&](const CallContext& call_context, DoneCallback done) {
    AnswerAuth(upstream_, store_.Current()->config, *request, identify_(*context), call_context,
               response, std::move(done));
  });
}

grpc::ServerUnaryReactor* RegistryService::PingV2Registry(grpc::CallbackServerContext* context,
                                                          const api::PingV2RegistryRequest* request,
                                                          api::PingV2RegistryResponse* response) {
  ObservedCall call(observer_, *context, "registry.v1.RegistryService/PingV2Registry");
  call.SetRegistry(RegistryOf(*request), /*uses_credentials=*/false);
  return Await(context, call, [&](const CallContext& call_context, DoneCallback done) {
    AnswerPing(upstream_, lookup_, store_.Current()->config, *request, call_context, response,
               std::move(done));
  });
}

grpc::ServerUnaryReactor* RegistryService::Search(grpc::CallbackServerContext* context,
                                                  const api::SearchRequest* request,
                                                  api::SearchResponse* response) {
  ObservedCall call(observer_, *context, "registry.v1.RegistryService/Search");
  call.SetRegistry(RegistryOf(*request), UsesCredentials(*request));
  return Await(context, call, [&](const CallContext& call_context, DoneCallback done) {
    AnswerSearch(upstream_, store_.Current()->config, *request, identify_(*context), call_context,
                 response, std::move(done));
  });
}

grpc::ServerUnaryReactor* RegistryService::ResolveAuthConfig(
    grpc::CallbackServerContext* context, const api::ResolveAuthConfigRequest* request,
    api::ResolveAuthConfigResponse* response) {
  const ObservedCall call(observer_, *context, "registry.v1.RegistryService/ResolveAuthConfig");
  if (!request->has_index()) return Answer(context, call, Missing("index"));
  const AuthConfigs configs = FromMessage(request->auth_configs());
  const IndexInfo index = FromMessage(request->index());
  response->set_key(registryd::GetAuthConfigKey(index));
  const auto found = FindAuthConfig(configs, index);
  if (found == configs.end()) {
    response->mutable_auth_config();
  } else {
    response->set_matched_key(found->first);
    Fill(found->second, response->mutable_auth_config());
  }
  return Answer(context, call, absl::OkStatus());
}

grpc::ServerUnaryReactor* RegistryService::GetAuthConfigKey(
    grpc::CallbackServerContext* context, const api::GetAuthConfigKeyRequest* request,
    api::GetAuthConfigKeyResponse* response) {
  const ObservedCall call(observer_, *context, "registry.v1.RegistryService/GetAuthConfigKey");
  if (!request->has_index()) return Answer(context, call, Missing("index"));
  response->set_key(registryd::GetAuthConfigKey(FromMessage(request->index())));
  return Answer(context, call, absl::OkStatus());
}

grpc::ServerUnaryReactor* RegistryService::ResolveRepository(
    grpc::CallbackServerContext* context, const api::ResolveRepositoryRequest* request,
    api::ResolveRepositoryResponse* response) {
  const ObservedCall call(observer_, *context, "registry.v1.RegistryService/ResolveRepository");
  return Await(context, call, [&](const CallContext& call_context, DoneCallback done) {
    const VersionedConfig current = *store_.Current();
    response->set_config_version(current.version);
    ResolveReference(lookup_, current.config, request->reference(), call_context, response,
                     std::move(done));
  });
}

grpc::ServerUnaryReactor* RegistryService::ParseRepositoryInfo(
    grpc::CallbackServerContext* context, const api::ParseRepositoryInfoRequest* request,
    api::ParseRepositoryInfoResponse* response) {
  const ObservedCall call(observer_, *context, "registry.v1.RegistryService/ParseRepositoryInfo");
  return Await(context, call, [&](const CallContext& call_context, DoneCallback done) {
    ResolveReference(lookup_, defaults_, request->reference(), call_context, response,
                     std::move(done));
  });
}

grpc::ServerUnaryReactor* RegistryService::ParseReference(grpc::CallbackServerContext* context,
                                                          const api::ParseReferenceRequest* request,
                                                          api::ParseReferenceResponse* response) {
  const ObservedCall call(observer_, *context, "registry.v1.RegistryService/ParseReference");
  const absl::StatusOr<Reference> reference = Reference::Parse(request->reference());
  if (!reference.ok()) return Answer(context, call, reference.status());
  Fill(*reference, response);
  return Await(context, call, [&](const CallContext& call_context, DoneCallback done) {
    lookup_.ResolveIndex(
        defaults_, reference->domain(), call_context,
        [response, done = std::move(done)](absl::StatusOr<IndexInfo> index) mutable {
          if (!index.ok()) return std::move(done)(BlameField(index.status(), "reference"));
          Fill(*index, response->mutable_index());
          std::move(done)(absl::OkStatus());
        });
  });
}

grpc::ServerUnaryReactor* RegistryService::LookupPullEndpoints(
    grpc::CallbackServerContext* context, const api::LookupPullEndpointsRequest* request,
    api::LookupPullEndpointsResponse* response) {
  const ObservedCall call(observer_, *context, "registry.v1.RegistryService/LookupPullEndpoints");
  const absl::StatusOr<std::string> hostname = TargetHostname(*request);
  if (!hostname.ok()) return Answer(context, call, hostname.status());
  return Await(context, call, [&](const CallContext& call_context, DoneCallback done) {
    const VersionedConfig current = *store_.Current();
    lookup_.Pull(current.config, *hostname, call_context,
                 FillEndpoints(*request, current.version, response, std::move(done)));
  });
}

grpc::ServerUnaryReactor* RegistryService::LookupPushEndpoints(
    grpc::CallbackServerContext* context, const api::LookupPushEndpointsRequest* request,
    api::LookupPushEndpointsResponse* response) {
  const ObservedCall call(observer_, *context, "registry.v1.RegistryService/LookupPushEndpoints");
  const absl::StatusOr<std::string> hostname = TargetHostname(*request);
  if (!hostname.ok()) return Answer(context, call, hostname.status());
  return Await(context, call, [&](const CallContext& call_context, DoneCallback done) {
    const VersionedConfig current = *store_.Current();
    lookup_.Push(current.config, *hostname, call_context,
                 FillEndpoints(*request, current.version, response, std::move(done)));
  });
}

grpc::ServerUnaryReactor* RegistryService::BatchLookupPullEndpoints(
    grpc::CallbackServerContext* context, const api::BatchLookupPullEndpointsRequest* request,
    api::BatchLookupPullEndpointsResponse* response) {
  const ObservedCall call(observer_, *context,
                          "registry.v1.RegistryService/BatchLookupPullEndpoints");
  if (request->targets_size() > kMaxBatchSize) {
    return Answer(context, call,
                  FieldError(Reason::kFieldInvalid, "targets",
                             absl::StrCat(request->targets_size(), " targets: at most ",
                                          kMaxBatchSize, " may be looked up at once")));
  }
  return Await(context, call, [&](const CallContext& call_context, DoneCallback done) {
    const VersionedConfig current = *store_.Current();
    response->set_config_version(current.version);
    LookUpBatch(lookup_, current.config, *request, call_context, response, std::move(done));
  });
}

grpc::ServerUnaryReactor* RegistryService::IsInsecureRegistry(
    grpc::CallbackServerContext* context, const api::IsInsecureRegistryRequest* request,
    api::IsInsecureRegistryResponse* response) {
  const ObservedCall call(observer_, *context, "registry.v1.RegistryService/IsInsecureRegistry");
  return Await(context, call, [&](const CallContext& call_context, DoneCallback done) {
    const VersionedConfig current = *store_.Current();
    response->set_config_version(current.version);
    lookup_.IsInsecure(
        current.config, request->hostname(), call_context,
        [response, done = std::move(done)](absl::StatusOr<InsecureVerdict> verdict) mutable {
          if (!verdict.ok()) return std::move(done)(verdict.status());
          response->set_insecure(verdict->insecure);
          response->set_rule(std::move(verdict->rule));
          std::move(done)(absl::OkStatus());
        });
  });
}

grpc::ServerUnaryReactor* RegistryService::GetTLSConfig(grpc::CallbackServerContext* context,
                                                        const api::GetTLSConfigRequest* request,
                                                        api::GetTLSConfigResponse* response) {
  const ObservedCall call(observer_, *context, "registry.v1.RegistryService/GetTLSConfig");
  PrivateKeys keys = PrivateKeys::kLeaveOut;
  if (request->include_private_keys()) {
    const absl::Status allowed = RequirePrivateAdmin(identify_(*context));
    if (!allowed.ok()) return Answer(context, call, allowed);
    keys = PrivateKeys::kInclude;
  }
  if (request->hostname().empty()) return Answer(context, call, Missing("hostname"));
  return Await(context, call, [&](const CallContext& call_context, DoneCallback done) {
    const VersionedConfig current = *store_.Current();
    response->set_config_version(current.version);
    lookup_.GetTlsConfig(
        current.config, request->hostname(), call_context,
        [response, keys, done = std::move(done)](absl::StatusOr<TlsConfig> config) mutable {
          if (!config.ok()) return std::move(done)(BlameField(config.status(), "hostname"));
          Fill(*config, keys, response->mutable_tls_config());
          std::move(done)(absl::OkStatus());
        });
  });
}

grpc::ServerUnaryReactor* RegistryService::ParseSearchIndexInfo(
    grpc::CallbackServerContext* context, const api::ParseSearchIndexInfoRequest* request,
    api::ParseSearchIndexInfoResponse* response) {
  const ObservedCall call(observer_, *context, "registry.v1.RegistryService/ParseSearchIndexInfo");
  const absl::StatusOr<std::string> name = SearchIndexName(request->name());
  if (!name.ok()) return Answer(context, call, name.status());
  return Await(context, call, [&](const CallContext& call_context, DoneCallback done) {
    lookup_.ResolveIndex(
        defaults_, *name, call_context,
        [response, done = std::move(done)](absl::StatusOr<IndexInfo> index) mutable {
          if (!index.ok()) return std::move(done)(index.status());
          Fill(*index, response->mutable_index());
          std::move(done)(absl::OkStatus());
        });
  });
}

grpc::ServerUnaryReactor* RegistryService::ValidateMirror(grpc::CallbackServerContext* context,
                                                          const api::ValidateMirrorRequest* request,
                                                          api::ValidateMirrorResponse* response) {
  const ObservedCall call(observer_, *context, "registry.v1.RegistryService/ValidateMirror");
  absl::StatusOr<std::string> mirror = registryd::ValidateMirror(request->mirror());
  if (mirror.ok()) response->set_mirror(*std::move(mirror));
  return Answer(context, call, mirror.status());
}

grpc::ServerUnaryReactor* RegistryService::ValidateIndexName(
    grpc::CallbackServerContext* context, const api::ValidateIndexNameRequest* request,
    api::ValidateIndexNameResponse* response) {
  const ObservedCall call(observer_, *context, "registry.v1.RegistryService/ValidateIndexName");
  absl::StatusOr<std::string> name = registryd::ValidateIndexName(request->name());
  if (name.ok()) response->set_name(*std::move(name));
  return Answer(context, call, name.status());
}

grpc::ServerUnaryReactor* RegistryService::ConvertToHostname(
    grpc::CallbackServerContext* context, const api::ConvertToHostnameRequest* request,
    api::ConvertToHostnameResponse* response) {
  const ObservedCall call(observer_, *context, "registry.v1.RegistryService/ConvertToHostname");
  response->set_hostname(std::string(registryd::ConvertToHostname(request->url())));
  return Answer(context, call, absl::OkStatus());
}

}  // namespace registryd
