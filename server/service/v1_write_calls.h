#ifndef REGISTRYD_SERVER_SERVICE_V1_WRITE_CALLS_H_
#define REGISTRYD_SERVER_SERVICE_V1_WRITE_CALLS_H_

#include <memory>

#include "registry/base/cancellation.h"
#include "registry/v1/v1_session.h"
#include "registry/v1/v1_session_service.pb.h"
#include "server/service/unary_call.h"

// The unary RPCs of V1SessionService that write, as those in v1_read_calls.h.
namespace registryd {

void AnswerV1(const std::shared_ptr<V1Session>& session,
              const ::registry::v1::PushImageChecksumRegistryRequest& request,
              const CallContext& context,
              ::registry::v1::PushImageChecksumRegistryResponse* response, DoneCallback done);
void AnswerV1(const std::shared_ptr<V1Session>& session,
              const ::registry::v1::PushImageJSONRegistryRequest& request,
              const CallContext& context, ::registry::v1::PushImageJSONRegistryResponse* response,
              DoneCallback done);
void AnswerV1(const std::shared_ptr<V1Session>& session,
              const ::registry::v1::PushRegistryTagRequest& request, const CallContext& context,
              ::registry::v1::PushRegistryTagResponse* response, DoneCallback done);
void AnswerV1(const std::shared_ptr<V1Session>& session,
              const ::registry::v1::PushImageJSONIndexRequest& request, const CallContext& context,
              ::registry::v1::PushImageJSONIndexResponse* response, DoneCallback done);

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SERVICE_V1_WRITE_CALLS_H_
