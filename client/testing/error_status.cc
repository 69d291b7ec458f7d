#include "client/testing/error_status.h"

#include <cstdint>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/error_info.pb.h"
#include "google/rpc/status.pb.h"

namespace registryd::client {
grpc::Status ErrorStatus(const ErrorParts& parts) {
  google::rpc::Status details;
  details.set_code(parts.code);
  details.set_message(parts.message);
  if (!parts.reason.empty()) {
    google::rpc::ErrorInfo info;
    info.set_reason(parts.reason);
    info.set_domain("registry.v1");
    info.mutable_metadata()->insert(parts.metadata.begin(), parts.metadata.end());
    details.add_details()->PackFrom(info);
  }
  if (!parts.field.empty()) {
    google::rpc::BadRequest request;
    request.add_field_violations()->set_field(parts.field);
    request.mutable_field_violations(0)->set_description(parts.message);
    details.add_details()->PackFrom(request);
  }
  if (parts.retry_delay.has_value()) {
    google::rpc::RetryInfo retry;
    absl::Duration rest;
    retry.mutable_retry_delay()->set_seconds(
        absl::IDivDuration(*parts.retry_delay, absl::Seconds(1), &rest));
    retry.mutable_retry_delay()->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
    details.add_details()->PackFrom(retry);
  }
  return grpc::Status(parts.code, parts.message, details.SerializeAsString());
}

}  // namespace registryd::client
