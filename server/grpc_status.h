#ifndef REGISTRYD_SERVER_GRPC_STATUS_H_
#define REGISTRYD_SERVER_GRPC_STATUS_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "grpcpp/support/status.h"

namespace registryd {

// The most bytes of a message that are sent. A message travels up to three times
// within one status (by itself, percent-encoded; in google.rpc.Status; in
// BadRequest), and a client refuses trailers of more than 8 KiB altogether.
inline constexpr size_t kMaxStatusMessageSize = 1024;

// `status` as it goes on the wire: the same code, its message made SafeMessage,
// and a google.rpc.Status with both and the payloads that the API documents
// (ErrorInfo, BadRequest, RetryInfo) as the binary details. Other payloads, and
// ones too large to be sent, stay behind.
grpc::Status ToGrpcStatus(const absl::Status& status);

// The reverse, for who receives a status: code and message, and of the details
// the payloads above. Details that cannot be read are ignored; a code that gRPC
// does not know is UNKNOWN.
absl::Status FromGrpcStatus(const grpc::Status& status);

// `message` as valid UTF-8 of at most kMaxStatusMessageSize bytes: other bytes
// become U+FFFD, and what is too long is cut after a whole character, where "..."
// then stands.
std::string SafeMessage(absl::string_view message);

}  // namespace registryd

#endif  // REGISTRYD_SERVER_GRPC_STATUS_H_
