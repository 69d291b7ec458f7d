#include "server/service/v1_session_service.h"

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "google/protobuf/repeated_field.h"
#include "server/service/observed_call.h"
#include "server/service/request_credentials.h"
#include "server/service/unary_call.h"
#include "server/service/v1_call_target.h"
#include "server/service/v1_create_call.h"
#include "server/service/v1_layer_download.h"
#include "server/service/v1_layer_upload.h"
#include "server/service/v1_read_calls.h"
#include "server/service/v1_write_calls.h"

namespace registryd {
namespace {

absl::string_view FirstOf(const google::protobuf::RepeatedPtrField<std::string>& registries) {
  return registries.empty() ? absl::string_view() : registries[0];
}

}  // namespace

V1SessionService::V1SessionService(const V1SessionParts& parts, V1SessionTable& sessions,
                                   CallerIdentifier identify, CallObserver& observer)
    : parts_(parts), sessions_(sessions), identify_(std::move(identify)), observer_(observer) {}

template <typename Request, typename Response>
grpc::ServerUnaryReactor* V1SessionService::AnswerInSession(grpc::CallbackServerContext* context,
                                                            absl::string_view method,
                                                            absl::string_view registry,
                                                            const Request& request,
                                                            Response* response) {
  ObservedCall call(observer_, *context, method);
  const auto session = FindV1Session(sessions_, request.session_id(), CallerOf(*context));
  if (!session.ok()) return Answer(context, call, session.status());
  call.SetRegistry(V1RegistryLabel(**session, registry), (*session)->has_credentials());
  return Await(context, call, [&](const CallContext& call_context, DoneCallback done) {
    AnswerV1(*session, request, call_context, response, std::move(done));
  });
}

grpc::ServerUnaryReactor* V1SessionService::CreateSession(grpc::CallbackServerContext* context,
                                                          const api::CreateSessionRequest* request,
                                                          api::CreateSessionResponse* response) {
  ObservedCall call(observer_, *context, "registry.v1.V1SessionService/CreateSession");
  call.SetRegistry(V1EndpointLabel(request->endpoint()), HoldsCredentials(request->auth_config()));
  return Await(context, call, [&](const CallContext& call_context, DoneCallback done) {
    AnswerCreateSession(parts_, sessions_, CallerOf(*context), *request, call_context, response,
                        std::move(done));
  });
}

grpc::ServerUnaryReactor* V1SessionService::DeleteSession(grpc::CallbackServerContext* context,
                                                          const api::DeleteSessionRequest* request,
                                                          api::DeleteSessionResponse*) {
  const ObservedCall call(observer_, *context, "registry.v1.V1SessionService/DeleteSession");
  absl::Status status = CheckV1SessionId(request->session_id());
  if (status.ok()) status = sessions_.Delete(request->session_id(), CallerOf(*context));
  return Answer(context, call, status);
}

grpc::ServerUnaryReactor* V1SessionService::Ping(grpc::CallbackServerContext* context,
                                                 const api::PingRequest* request,
                                                 api::PingResponse* response) {
  return AnswerInSession(context, "registry.v1.V1SessionService/Ping", "", *request, response);
}

grpc::ServerUnaryReactor* V1SessionService::GetRemoteHistory(
    grpc::CallbackServerContext* context, const api::GetRemoteHistoryRequest* request,
    api::GetRemoteHistoryResponse* response) {
  return AnswerInSession(context, "registry.v1.V1SessionService/GetRemoteHistory",
                         request->registry(), *request, response);
}

grpc::ServerUnaryReactor* V1SessionService::LookupRemoteImage(
    grpc::CallbackServerContext* context, const api::LookupRemoteImageRequest* request,
    api::LookupRemoteImageResponse* response) {
  return AnswerInSession(context, "registry.v1.V1SessionService/LookupRemoteImage",
                         request->registry(), *request, response);
}

grpc::ServerUnaryReactor* V1SessionService::GetRemoteImageJSON(
    grpc::CallbackServerContext* context, const api::GetRemoteImageJSONRequest* request,
    api::GetRemoteImageJSONResponse* response) {
  return AnswerInSession(context, "registry.v1.V1SessionService/GetRemoteImageJSON",
                         request->registry(), *request, response);
}

grpc::ServerWriteReactor<api::GetRemoteImageLayerResponse>* V1SessionService::GetRemoteImageLayer(
    grpc::CallbackServerContext* context, const api::GetRemoteImageLayerRequest* request) {
  ObservedCall call(observer_, *context, "registry.v1.V1SessionService/GetRemoteImageLayer");
  const auto session = FindV1Session(sessions_, request->session_id(), CallerOf(*context));
  if (session.ok()) {
    call.SetRegistry(V1RegistryLabel(**session, request->registry()),
                     (*session)->has_credentials());
  }
  auto* const download = new V1LayerDownload(*context, call);
  if (session.ok()) {
    download->Start(*session, *request);
  } else {
    download->End(session.status());
  }
  return download;
}

grpc::ServerUnaryReactor* V1SessionService::GetRemoteTag(grpc::CallbackServerContext* context,
                                                         const api::GetRemoteTagRequest* request,
                                                         api::GetRemoteTagResponse* response) {
  return AnswerInSession(context, "registry.v1.V1SessionService/GetRemoteTag",
                         FirstOf(request->registries()), *request, response);
}

grpc::ServerUnaryReactor* V1SessionService::GetRemoteTags(grpc::CallbackServerContext* context,
                                                          const api::GetRemoteTagsRequest* request,
                                                          api::GetRemoteTagsResponse* response) {
  return AnswerInSession(context, "registry.v1.V1SessionService/GetRemoteTags",
                         FirstOf(request->registries()), *request, response);
}

grpc::ServerUnaryReactor* V1SessionService::GetRepositoryData(
    grpc::CallbackServerContext* context, const api::GetRepositoryDataRequest* request,
    api::GetRepositoryDataResponse* response) {
  return AnswerInSession(context, "registry.v1.V1SessionService/GetRepositoryData", "", *request,
                         response);
}

grpc::ServerUnaryReactor* V1SessionService::PushImageChecksumRegistry(
    grpc::CallbackServerContext* context, const api::PushImageChecksumRegistryRequest* request,
    api::PushImageChecksumRegistryResponse* response) {
  return AnswerInSession(context, "registry.v1.V1SessionService/PushImageChecksumRegistry",
                         request->registry(), *request, response);
}

grpc::ServerUnaryReactor* V1SessionService::PushImageJSONRegistry(
    grpc::CallbackServerContext* context, const api::PushImageJSONRegistryRequest* request,
    api::PushImageJSONRegistryResponse* response) {
  return AnswerInSession(context, "registry.v1.V1SessionService/PushImageJSONRegistry",
                         request->registry(), *request, response);
}

grpc::ServerReadReactor<api::PushImageLayerRegistryRequest>*
V1SessionService::PushImageLayerRegistry(grpc::CallbackServerContext* context,
                                         api::PushImageLayerRegistryResponse* response) {
  const ObservedCall call(observer_, *context,
                          "registry.v1.V1SessionService/PushImageLayerRegistry");
  auto* const upload = new V1LayerUpload(sessions_, CallerOf(*context), *context, call, response);
  upload->Start();
  return upload;
}

grpc::ServerUnaryReactor* V1SessionService::PushRegistryTag(
    grpc::CallbackServerContext* context, const api::PushRegistryTagRequest* request,
    api::PushRegistryTagResponse* response) {
  return AnswerInSession(context, "registry.v1.V1SessionService/PushRegistryTag",
                         request->registry(), *request, response);
}

grpc::ServerUnaryReactor* V1SessionService::PushImageJSONIndex(
    grpc::CallbackServerContext* context, const api::PushImageJSONIndexRequest* request,
    api::PushImageJSONIndexResponse* response) {
  return AnswerInSession(context, "registry.v1.V1SessionService/PushImageJSONIndex", "", *request,
                         response);
}

grpc::ServerUnaryReactor* V1SessionService::SearchRepositories(
    grpc::CallbackServerContext* context, const api::SearchRepositoriesRequest* request,
    api::SearchRepositoriesResponse* response) {
  return AnswerInSession(context, "registry.v1.V1SessionService/SearchRepositories", "", *request,
                         response);
}

}  // namespace registryd
