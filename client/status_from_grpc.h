#ifndef REGISTRYD_CLIENT_STATUS_FROM_GRPC_H_
#define REGISTRYD_CLIENT_STATUS_FROM_GRPC_H_

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace registryd::client {

// `status` as an absl::Status: the same code and message, and each message of
// its google.rpc.Status details (the trailer `grpc-status-details-bin`) as a
// payload under its type URL. Details that cannot be read are left out. Of
// several details of one type the first is kept.
absl::Status FromGrpcStatus(const grpc::Status& status);

}  // namespace registryd::client

#endif  // REGISTRYD_CLIENT_STATUS_FROM_GRPC_H_
