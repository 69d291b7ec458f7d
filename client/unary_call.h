#ifndef REGISTRYD_CLIENT_UNARY_CALL_H_
#define REGISTRYD_CLIENT_UNARY_CALL_H_

#include <algorithm>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/status_from_grpc.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/status.h"

namespace registryd::client {

// Makes `context`'s call give up at `deadline`.
inline void SetDeadline(absl::Time deadline, grpc::ClientContext& context) {
  // gRPC takes a time before 1970 for one that never comes.
  context.set_deadline(absl::ToChronoTime(std::max(deadline, absl::UnixEpoch())));
}

// The deadline passed when the answer had just arrived: gRPC then drops the answer, keeps
// its OK, and calls that UNIMPLEMENTED. The service's own UNIMPLEMENTED has details.
inline bool LostToDeadline(const grpc::Status& status, absl::Time deadline) {
  return status.error_code() == grpc::StatusCode::UNIMPLEMENTED && status.error_details().empty() &&
         absl::Now() >= deadline;
}

// Makes a call and blocks until it has ended.
//
//   Call(stub, &v1::RegistryService::StubInterface::Search, request, deadline)
template <typename Stub, typename Request, typename Response>
absl::StatusOr<Response> Call(Stub& stub,
                              grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                           Response*),
                              const Request& request, absl::Time deadline) {
  grpc::ClientContext context;
  SetDeadline(deadline, context);
  Response response;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  if (LostToDeadline(status, deadline)) return absl::DeadlineExceededError("Deadline Exceeded");
  if (!status.ok()) return FromGrpcStatus(status);
  return response;
}

}  // namespace registryd::client

#endif  // REGISTRYD_CLIENT_UNARY_CALL_H_
