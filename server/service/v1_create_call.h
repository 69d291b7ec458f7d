#ifndef REGISTRYD_SERVER_SERVICE_V1_CREATE_CALL_H_
#define REGISTRYD_SERVER_SERVICE_V1_CREATE_CALL_H_

#include <string>

#include "registry/base/cancellation.h"
#include "registry/v1/v1_session.h"
#include "registry/v1/v1_session_service.pb.h"
#include "registry/v1/v1_session_table.h"
#include "server/service/unary_call.h"

namespace registryd {

// Answers V1SessionService.CreateSession for `caller`, an id as CallerIdentity has it.
// `sessions` outlives the call; `response` lives until `done` is called. A session whose
// caller is gone before it was opened is closed.
void AnswerCreateSession(const V1SessionParts& parts, V1SessionTable& sessions,
                         const std::string& caller,
                         const ::registry::v1::CreateSessionRequest& request,
                         const CallContext& context,
                         ::registry::v1::CreateSessionResponse* response, DoneCallback done);

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SERVICE_V1_CREATE_CALL_H_
