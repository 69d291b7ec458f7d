#include "client/error_details.h"

#include <algorithm>
#include <utility>

#include "absl/strings/cord.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/error_info.pb.h"

namespace registryd::client {
namespace {

constexpr absl::string_view kErrorInfoUrl = "type.googleapis.com/google.rpc.ErrorInfo";
constexpr absl::string_view kBadRequestUrl = "type.googleapis.com/google.rpc.BadRequest";
constexpr absl::string_view kRetryInfoUrl = "type.googleapis.com/google.rpc.RetryInfo";

void ReadErrorInfo(const std::string& bytes, ErrorDetails& details) {
  google::rpc::ErrorInfo info;
  if (!info.ParseFromString(bytes)) return;
  details.reason = info.reason();
  details.domain = info.domain();
  details.metadata.insert(info.metadata().begin(), info.metadata().end());
}

void ReadBadRequest(const std::string& bytes, ErrorDetails& details) {
  google::rpc::BadRequest request;
  if (!request.ParseFromString(bytes)) return;
  for (auto& violation : *request.mutable_field_violations()) {
    details.field_violations.push_back(
        {std::move(*violation.mutable_field()), std::move(*violation.mutable_description())});
  }
}

void ReadRetryInfo(const std::string& bytes, ErrorDetails& details) {
  google::rpc::RetryInfo info;
  if (!info.ParseFromString(bytes) || !info.has_retry_delay()) return;
  const absl::Duration delay =
      absl::Seconds(info.retry_delay().seconds()) + absl::Nanoseconds(info.retry_delay().nanos());
  details.retry_delay = std::max(delay, absl::ZeroDuration());
}

}  // namespace

ErrorDetails DetailsOf(const absl::Status& status) {
  ErrorDetails details;
  const auto read = [&](absl::string_view url, void (*reader)(const std::string&, ErrorDetails&)) {
    const auto payload = status.GetPayload(url);
    if (payload.has_value()) reader(std::string(*payload), details);
  };
  read(kErrorInfoUrl, ReadErrorInfo);
  read(kBadRequestUrl, ReadBadRequest);
  read(kRetryInfoUrl, ReadRetryInfo);
  return details;
}

}  // namespace registryd::client
