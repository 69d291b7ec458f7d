#ifndef REGISTRYD_SERVER_SERVICE_V1_READ_CALLS_H_
#define REGISTRYD_SERVER_SERVICE_V1_READ_CALLS_H_

#include <memory>

#include "registry/base/cancellation.h"
#include "registry/v1/v1_session.h"
#include "registry/v1/v1_session_service.pb.h"
#include "server/service/unary_call.h"

// The RPCs of V1SessionService that read, each for a session that has been found.
// `request` and `response` live until `done` is called. What registries say is made UTF-8.
namespace registryd {

void AnswerV1(const std::shared_ptr<V1Session>& session, const ::registry::v1::PingRequest& request,
              const CallContext& context, ::registry::v1::PingResponse* response,
              DoneCallback done);
void AnswerV1(const std::shared_ptr<V1Session>& session,
              const ::registry::v1::GetRemoteHistoryRequest& request, const CallContext& context,
              ::registry::v1::GetRemoteHistoryResponse* response, DoneCallback done);
void AnswerV1(const std::shared_ptr<V1Session>& session,
              const ::registry::v1::LookupRemoteImageRequest& request, const CallContext& context,
              ::registry::v1::LookupRemoteImageResponse* response, DoneCallback done);
void AnswerV1(const std::shared_ptr<V1Session>& session,
              const ::registry::v1::GetRemoteImageJSONRequest& request, const CallContext& context,
              ::registry::v1::GetRemoteImageJSONResponse* response, DoneCallback done);
void AnswerV1(const std::shared_ptr<V1Session>& session,
              const ::registry::v1::GetRemoteTagRequest& request, const CallContext& context,
              ::registry::v1::GetRemoteTagResponse* response, DoneCallback done);
void AnswerV1(const std::shared_ptr<V1Session>& session,
              const ::registry::v1::GetRemoteTagsRequest& request, const CallContext& context,
              ::registry::v1::GetRemoteTagsResponse* response, DoneCallback done);
void AnswerV1(const std::shared_ptr<V1Session>& session,
              const ::registry::v1::GetRepositoryDataRequest& request, const CallContext& context,
              ::registry::v1::GetRepositoryDataResponse* response, DoneCallback done);
void AnswerV1(const std::shared_ptr<V1Session>& session,
              const ::registry::v1::SearchRepositoriesRequest& request, const CallContext& context,
              ::registry::v1::SearchRepositoriesResponse* response, DoneCallback done);

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SERVICE_V1_READ_CALLS_H_
