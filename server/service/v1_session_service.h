#ifndef REGISTRYD_SERVER_SERVICE_V1_SESSION_SERVICE_H_
#define REGISTRYD_SERVER_SERVICE_V1_SESSION_SERVICE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"
#include "registry/v1/v1_session.h"
#include "registry/v1/v1_session_service.grpc.pb.h"
#include "registry/v1/v1_session_table.h"
#include "server/service/call_observer.h"
#include "server/service/caller_identifier.h"

namespace registryd {

namespace api = ::registry::v1;

// registry.v1.V1SessionService: finds the session that a call names, and has registry/v1
// answer for it. Thread-safe.
class V1SessionService final : public ::registry::v1::V1SessionService::CallbackService {
 public:
  // `sessions` and `observer` outlive the service, as does what `parts` refers to.
  V1SessionService(const V1SessionParts& parts, V1SessionTable& sessions, CallerIdentifier identify,
                   CallObserver& observer);

  grpc::ServerUnaryReactor* CreateSession(grpc::CallbackServerContext* context,
                                          const api::CreateSessionRequest* request,
                                          api::CreateSessionResponse* response) override;
  grpc::ServerUnaryReactor* DeleteSession(grpc::CallbackServerContext* context,
                                          const api::DeleteSessionRequest* request,
                                          api::DeleteSessionResponse* response) override;
  grpc::ServerUnaryReactor* Ping(grpc::CallbackServerContext* context,
                                 const api::PingRequest* request,
                                 api::PingResponse* response) override;
  grpc::ServerUnaryReactor* GetRemoteHistory(grpc::CallbackServerContext* context,
                                             const api::GetRemoteHistoryRequest* request,
                                             api::GetRemoteHistoryResponse* response) override;
  grpc::ServerUnaryReactor* LookupRemoteImage(grpc::CallbackServerContext* context,
                                              const api::LookupRemoteImageRequest* request,
                                              api::LookupRemoteImageResponse* response) override;
  grpc::ServerUnaryReactor* GetRemoteImageJSON(grpc::CallbackServerContext* context,
                                               const api::GetRemoteImageJSONRequest* request,
                                               api::GetRemoteImageJSONResponse* response) override;
  grpc::ServerWriteReactor<api::GetRemoteImageLayerResponse>* GetRemoteImageLayer(
      grpc::CallbackServerContext* context,
      const api::GetRemoteImageLayerRequest* request) override;
  grpc::ServerUnaryReactor* GetRemoteTag(grpc::CallbackServerContext* context,
                                         const api::GetRemoteTagRequest* request,
                                         api::GetRemoteTagResponse* response) override;
  grpc::ServerUnaryReactor* GetRemoteTags(grpc::CallbackServerContext* context,
                                          const api::GetRemoteTagsRequest* request,
                                          api::GetRemoteTagsResponse* response) override;
  grpc::ServerUnaryReactor* GetRepositoryData(grpc::CallbackServerContext* context,
                                              const api::GetRepositoryDataRequest* request,
                                              api::GetRepositoryDataResponse* response) override;
  grpc::ServerUnaryReactor* PushImageChecksumRegistry(
      grpc::CallbackServerContext* context, const api::PushImageChecksumRegistryRequest* request,
      api::PushImageChecksumRegistryResponse* response) override;
  grpc::ServerUnaryReactor* PushImageJSONRegistry(
      grpc::CallbackServerContext* context, const api::PushImageJSONRegistryRequest* request,
      api::PushImageJSONRegistryResponse* response) override;
  grpc::ServerReadReactor<api::PushImageLayerRegistryRequest>* PushImageLayerRegistry(
      grpc::CallbackServerContext* context, api::PushImageLayerRegistryResponse* response) override;
  grpc::ServerUnaryReactor* PushRegistryTag(grpc::CallbackServerContext* context,
                                            const api::PushRegistryTagRequest* request,
                                            api::PushRegistryTagResponse* response) override;
  grpc::ServerUnaryReactor* PushImageJSONIndex(grpc::CallbackServerContext* context,
                                               const api::PushImageJSONIndexRequest* request,
                                               api::PushImageJSONIndexResponse* response) override;
  grpc::ServerUnaryReactor* SearchRepositories(grpc::CallbackServerContext* context,
                                               const api::SearchRepositoriesRequest* request,
                                               api::SearchRepositoriesResponse* response) override;

 private:
  // Answers for the session that `request` names, which has `registry`, a base URL or
  // empty, asked.
  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* AnswerInSession(grpc::CallbackServerContext* context,
                                            absl::string_view method, absl::string_view registry,
                                            const Request& request, Response* response);
  std::string CallerOf(const grpc::CallbackServerContext& context) const {
    return identify_(context).id;
  }

  const V1SessionParts parts_;
  V1SessionTable& sessions_;
  const CallerIdentifier identify_;
  CallObserver& observer_;
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SERVICE_V1_SESSION_SERVICE_H_
