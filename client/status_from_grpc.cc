#include "client/status_from_grpc.h"

#include "absl/strings/cord.h"
#include "google/rpc/status.pb.h"

namespace registryd::client {

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  // Both libraries number the codes as google.rpc.Code does.
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return result;
  for (const auto& detail : details.details()) {
    if (detail.type_url().empty() || result.GetPayload(detail.type_url()).has_value()) continue;
    result.SetPayload(detail.type_url(), absl::Cord(detail.value()));
  }
  return result;
}

}  // namespace registryd::client
