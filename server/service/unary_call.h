#ifndef REGISTRYD_SERVER_SERVICE_UNARY_CALL_H_
#define REGISTRYD_SERVER_SERVICE_UNARY_CALL_H_

#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"
#include "registry/base/cancellation.h"
#include "server/service/observed_call.h"

namespace registryd {

// Ends a unary call, with the status that the caller gets. Called once, on any
// thread; before it the response may be written.
using DoneCallback = absl::AnyInvocable<void(absl::Status) &&>;

// Until when the caller of `context` waits.
absl::Time DeadlineOf(const grpc::ServerContextBase& context);

// `status`, but DEADLINE_EXCEEDED where it is CANCELLED after `deadline`: the server
// cancels calls then, and that is the reason.
absl::Status NameTheDeadline(absl::Status status, absl::Time deadline);

// Answers a call whose answer is known: no allocation and no other thread.
grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context, const ObservedCall& call,
                                 const absl::Status& status);

// Runs `start` at once, on this thread, and answers the call when it calls its
// callback. One that has been called when `start` returns costs no more than
// Answer does. The CallContext ends `start`'s work with the caller's deadline,
// and when the caller cancels or is gone.
grpc::ServerUnaryReactor* Await(
    grpc::CallbackServerContext* context, const ObservedCall& call,
    absl::FunctionRef<void(const CallContext& context, DoneCallback done)> start);

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SERVICE_UNARY_CALL_H_
