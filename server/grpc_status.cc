#include "server/grpc_status.h"

#include <utility>

#include "absl/strings/cord.h"
#include "absl/types/optional.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

constexpr absl::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr absl::string_view kEllipsis = "...";
// Of all payloads together. With a message of the longest kind, three times as
// long where it is percent-encoded, and base64 around the details, trailers then
// stay below 8 KiB.
constexpr size_t kMaxPayloadsSize = 2048;

bool Between(absl::string_view text, size_t at, unsigned char low, unsigned char high) {
  return at < text.size() && static_cast<unsigned char>(text[at]) >= low &&
         static_cast<unsigned char>(text[at]) <= high;
}

// The size of the well-formed UTF-8 sequence that `text`, not empty, begins with
// (Unicode 15, table 3-7); 0 if it begins with none.
size_t SequenceSize(absl::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return Between(text, 1, 0x80, 0xBF) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const bool second = Between(text, 1, lead == 0xE0 ? 0xA0 : 0x80, lead == 0xED ? 0x9F : 0xBF);
    return second && Between(text, 2, 0x80, 0xBF) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const bool second = Between(text, 1, lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF);
    return second && Between(text, 2, 0x80, 0xBF) && Between(text, 3, 0x80, 0xBF) ? 4 : 0;
  }
  return 0;
}

// A BadRequest repeats the message.
absl::Cord WithSafeDescriptions(const absl::Cord& payload) {
  google::rpc::BadRequest request;
  if (!request.ParseFromString(std::string(payload))) return absl::Cord();
  for (auto& violation : *request.mutable_field_violations()) {
    violation.set_field(SafeMessage(violation.field()));
    violation.set_description(SafeMessage(violation.description()));
  }
  return absl::Cord(request.SerializeAsString());
}

std::string SerializeDetails(const absl::Status& status, const std::string& message) {
  google::rpc::Status details;
  details.set_code(static_cast<int>(status.code()));
  details.set_message(message);
  size_t size = 0;
  // In the order of importance, should they not all fit.
  for (const absl::string_view url : {kErrorInfoUrl, kRetryInfoUrl, kBadRequestUrl}) {
    absl::optional<absl::Cord> payload = status.GetPayload(url);
    if (!payload.has_value()) continue;
    if (url == kBadRequestUrl) payload = WithSafeDescriptions(*payload);
    if (payload->empty() || size + payload->size() > kMaxPayloadsSize) continue;
    size += payload->size();
    auto* const detail = details.add_details();
    detail->set_type_url(std::string(url));
    detail->set_value(std::string(*payload));
  }
  return details.SerializeAsString();
}

bool IsKnownCode(int code) {
  return code >= static_cast<int>(absl::StatusCode::kOk) &&
         code <= static_cast<int>(absl::StatusCode::kUnauthenticated);
}

}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  // absl's codes are gRPC's.
  const auto code = static_cast<grpc::StatusCode>(status.code());
  std::string message = SafeMessage(status.message());
  std::string details = SerializeDetails(status, message);
  return grpc::Status(code, std::move(message), std::move(details));
}

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  const int code = static_cast<int>(status.error_code());
  absl::Status result(
      IsKnownCode(code) ? static_cast<absl::StatusCode>(code) : absl::StatusCode::kUnknown,
      status.error_message());
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return result;
  for (const auto& detail : details.details()) {
    for (const absl::string_view url : {kErrorInfoUrl, kRetryInfoUrl, kBadRequestUrl}) {
      if (detail.type_url() == url) result.SetPayload(url, absl::Cord(detail.value()));
    }
  }
  return result;
}

std::string SafeMessage(absl::string_view message) {
  std::string safe;
  size_t cut = 0;  // Where "..." still fits.
  while (!message.empty()) {
    const size_t size = SequenceSize(message);
    const absl::string_view character = size == 0 ? kReplacement : message.substr(0, size);
    if (safe.size() + character.size() > kMaxStatusMessageSize) {
      safe.resize(cut);
      safe.append(kEllipsis.data(), kEllipsis.size());
      return safe;
    }
    safe.append(character.data(), character.size());
    if (safe.size() + kEllipsis.size() <= kMaxStatusMessageSize) cut = safe.size();
    message.remove_prefix(size == 0 ? 1 : size);
  }
  return safe;
}

}  // namespace registryd
