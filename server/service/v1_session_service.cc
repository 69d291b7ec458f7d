#include "server/service/v1_session_service.h"

#include <utility>

#include "absl/status/status.h"
#include "registry/base/error.h"
#include "server/service/observed_call.h"
#include "server/service/unary_call.h"

namespace registryd {
namespace {

absl::Status NotImplemented() {
  return Error(absl::StatusCode::kUnimplemented, Reason::kNotImplemented,
               "this build of the service holds no sessions with V1 registries; "
               "RegistryService answers for registries that speak V2");
}

// Ends a stream as soon as it has begun.
template <typename Base>
class EndedStream final : public Base {
 public:
  explicit EndedStream(grpc::Status status) { this->Finish(std::move(status)); }
  void OnDone() override { delete this; }
};

}  // namespace

grpc::ServerUnaryReactor* V1SessionService::CreateSession(grpc::CallbackServerContext* context,
                                                          const api::CreateSessionRequest*,
                                                          api::CreateSessionResponse*) {
  const ObservedCall call(observer_, *context, "registry.v1.V1SessionService/CreateSession");
  return Answer(context, call, NotImplemented());
}

grpc::ServerUnaryReactor* V1SessionService::DeleteSession(grpc::CallbackServerContext* context,
                                                          const api::DeleteSessionRequest*,
                                                          api::DeleteSessionResponse*) {
  const ObservedCall call(observer_, *context, "registry.v1.V1SessionService/DeleteSession");
  return Answer(context, call, NotImplemented());
}

grpc::ServerUnaryReactor* V1SessionService::Ping(grpc::CallbackServerContext* context,
                                                 const api::PingRequest*, api::PingResponse*) {
  const ObservedCall call(observer_, *context, "registry.v1.V1SessionService/Ping");
  return Answer(context, call, NotImplemented());
}

grpc::ServerUnaryReactor* V1SessionService::GetRemoteHistory(grpc::CallbackServerContext* context,
                                                             const api::GetRemoteHistoryRequest*,
                                                             api::GetRemoteHistoryResponse*) {
  const ObservedCall call(observer_, *context, "registry.v1.V1SessionService/GetRemoteHistory");
  return Answer(context, call, NotImplemented());
}

grpc::ServerUnaryReactor* V1SessionService::LookupRemoteImage(grpc::CallbackServerContext* context,
                                                              const api::LookupRemoteImageRequest*,
                                                              api::LookupRemoteImageResponse*) {
  const ObservedCall call(observer_, *context, "registry.v1.V1SessionService/LookupRemoteImage");
  return Answer(context, call, NotImplemented());
}

grpc::ServerUnaryReactor* V1SessionService::GetRemoteImageJSON(
    grpc::CallbackServerContext* context, const api::GetRemoteImageJSONRequest*,
    api::GetRemoteImageJSONResponse*) {
  const ObservedCall call(observer_, *context, "registry.v1.V1SessionService/GetRemoteImageJSON");
  return Answer(context, call, NotImplemented());
}

grpc::ServerWriteReactor<api::GetRemoteImageLayerResponse>* V1SessionService::GetRemoteImageLayer(
    grpc::CallbackServerContext* context, const api::GetRemoteImageLayerRequest*) {
  const ObservedCall call(observer_, *context, "registry.v1.V1SessionService/GetRemoteImageLayer");
  return new EndedStream<grpc::ServerWriteReactor<api::GetRemoteImageLayerResponse>>(
      call.End(NotImplemented()));
}

grpc::ServerUnaryReactor* V1SessionService::GetRemoteTag(grpc::CallbackServerContext* context,
                                                         const api::GetRemoteTagRequest*,
                                                         api::GetRemoteTagResponse*) {
  const ObservedCall call(observer_, *context, "registry.v1.V1SessionService/GetRemoteTag");
  return Answer(context, call, NotImplemented());
}

grpc::ServerUnaryReactor* V1SessionService::GetRemoteTags(grpc::CallbackServerContext* context,
                                                          const api::GetRemoteTagsRequest*,
                                                          api::GetRemoteTagsResponse*) {
  const ObservedCall call(observer_, *context, "registry.v1.V1SessionService/GetRemoteTags");
  return Answer(context, call, NotImplemented());
}

grpc::ServerUnaryReactor* V1SessionService::GetRepositoryData(grpc::CallbackServerContext* context,
                                                              const api::GetRepositoryDataRequest*,
                                                              api::GetRepositoryDataResponse*) {
  const ObservedCall call(observer_, *context, "registry.v1.V1SessionService/GetRepositoryData");
  return Answer(context, call, NotImplemented());
}

grpc::ServerUnaryReactor* V1SessionService::PushImageChecksumRegistry(
    grpc::CallbackServerContext* context, const api::PushImageChecksumRegistryRequest*,
    api::PushImageChecksumRegistryResponse*) {
  const ObservedCall call(observer_, *context,
                          "registry.v1.V1SessionService/PushImageChecksumRegistry");
  return Answer(context, call, NotImplemented());
}

grpc::ServerUnaryReactor* V1SessionService::PushImageJSONRegistry(
    grpc::CallbackServerContext* context, const api::PushImageJSONRegistryRequest*,
    api::PushImageJSONRegistryResponse*) {
  const ObservedCall call(observer_, *context,
                          "registry.v1.V1SessionService/PushImageJSONRegistry");
  return Answer(context, call, NotImplemented());
}

grpc::ServerReadReactor<api::PushImageLayerRegistryRequest>*
V1SessionService::PushImageLayerRegistry(grpc::CallbackServerContext* context,
                                         api::PushImageLayerRegistryResponse*) {
  const ObservedCall call(observer_, *context,
                          "registry.v1.V1SessionService/PushImageLayerRegistry");
  return new EndedStream<grpc::ServerReadReactor<api::PushImageLayerRegistryRequest>>(
      call.End(NotImplemented()));
}

grpc::ServerUnaryReactor* V1SessionService::PushRegistryTag(grpc::CallbackServerContext* context,
                                                            const api::PushRegistryTagRequest*,
                                                            api::PushRegistryTagResponse*) {
  const ObservedCall call(observer_, *context, "registry.v1.V1SessionService/PushRegistryTag");
  return Answer(context, call, NotImplemented());
}

grpc::ServerUnaryReactor* V1SessionService::PushImageJSONIndex(
    grpc::CallbackServerContext* context, const api::PushImageJSONIndexRequest*,
    api::PushImageJSONIndexResponse*) {
  const ObservedCall call(observer_, *context, "registry.v1.V1SessionService/PushImageJSONIndex");
  return Answer(context, call, NotImplemented());
}

grpc::ServerUnaryReactor* V1SessionService::SearchRepositories(
    grpc::CallbackServerContext* context, const api::SearchRepositoriesRequest*,
    api::SearchRepositoriesResponse*) {
  const ObservedCall call(observer_, *context, "registry.v1.V1SessionService/SearchRepositories");
  return Answer(context, call, NotImplemented());
}

}  // namespace registryd
