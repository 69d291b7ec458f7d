#include "registry/base/error.h"

#include <optional>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/error_info.pb.h"
#include "registry/base/utf8.h"

namespace registryd {
namespace {

template <typename Message>
std::optional<Message> GetDetail(const absl::Status& status, absl::string_view url) {
  const auto payload = status.GetPayload(url);
  Message message;
  if (!payload.has_value() || !message.ParseFromString(std::string(*payload))) return std::nullopt;
  return message;
}

template <typename Message>
void SetDetail(absl::Status& status, absl::string_view url, const Message& message) {
  status.SetPayload(url, absl::Cord(message.SerializeAsString()));
}

std::string JoinField(absl::string_view prefix, absl::string_view field) {
  const bool index_or_nothing = field.empty() || field.front() == '[';
  return absl::StrCat(prefix, index_or_nothing || prefix.empty() ? "" : ".", field);
}

}  // namespace

absl::string_view ReasonName(Reason reason) {
  switch (reason) {
    case Reason::kUnspecified:
      return "";
    case Reason::kReferenceInvalid:
      return "REFERENCE_INVALID";
    case Reason::kHostnameInvalid:
      return "HOSTNAME_INVALID";
    case Reason::kIndexNameInvalid:
      return "INDEX_NAME_INVALID";
    case Reason::kMirrorInvalid:
      return "MIRROR_INVALID";
    case Reason::kInsecureRegistryInvalid:
      return "INSECURE_REGISTRY_INVALID";
    case Reason::kNondistributableInvalid:
      return "NONDISTRIBUTABLE_ARTIFACTS_INVALID";
    case Reason::kSettingInvalid:
      return "SETTING_INVALID";
    case Reason::kFieldMissing:
      return "FIELD_MISSING";
    case Reason::kFieldInvalid:
      return "FIELD_INVALID";
    case Reason::kCertificatesInvalid:
      return "CERTIFICATES_INVALID";
    case Reason::kDnsFailed:
      return "DNS_FAILED";
    case Reason::kOverloaded:
      return "OVERLOADED";
    case Reason::kAddressRefused:
      return "ADDRESS_REFUSED";
    case Reason::kRedirectRefused:
      return "REDIRECT_REFUSED";
    case Reason::kConnectionFailed:
      return "CONNECTION_FAILED";
    case Reason::kTlsVerificationFailed:
      return "TLS_VERIFICATION_FAILED";
    case Reason::kResponseTooLarge:
      return "RESPONSE_TOO_LARGE";
    case Reason::kResponseInvalid:
      return "RESPONSE_INVALID";
    case Reason::kPingResponseInvalid:
      return "PING_RESPONSE_INVALID";
    case Reason::kRegistryUnauthorized:
      return "REGISTRY_UNAUTHORIZED";
    case Reason::kRegistryDenied:
      return "REGISTRY_DENIED";
    case Reason::kRegistryNotFound:
      return "REGISTRY_NOT_FOUND";
    case Reason::kRegistryThrottled:
      return "REGISTRY_THROTTLED";
    case Reason::kRegistryFailed:
      return "REGISTRY_FAILED";
    case Reason::kRealmRefused:
      return "REALM_REFUSED";
    case Reason::kPlaintextCredentialsRefused:
      return "PLAINTEXT_CREDENTIALS_REFUSED";
    case Reason::kCredentialsUnavailable:
      return "CREDENTIALS_UNAVAILABLE";
    case Reason::kDeadlineExceeded:
      return "DEADLINE_EXCEEDED";
    case Reason::kCancelled:
      return "CANCELLED";
    case Reason::kConfigVersionMismatch:
      return "CONFIG_VERSION_MISMATCH";
    case Reason::kTransactionNotFound:
      return "TRANSACTION_NOT_FOUND";
    case Reason::kTooManyTransactions:
      return "TOO_MANY_TRANSACTIONS";
    case Reason::kTooManyWatchers:
      return "TOO_MANY_WATCHERS";
    case Reason::kStateNotWritten:
      return "STATE_NOT_WRITTEN";
    case Reason::kSessionNotFound:
      return "SESSION_NOT_FOUND";
    case Reason::kAdminRequired:
      return "ADMIN_REQUIRED";
    case Reason::kChannelNotPrivate:
      return "CHANNEL_NOT_PRIVATE";
    case Reason::kNotImplemented:
      return "NOT_IMPLEMENTED";
    case Reason::kShuttingDown:
      return "SHUTTING_DOWN";
    case Reason::kInternal:
      return "INTERNAL";
  }
  return "";
}

std::initializer_list<Reason> AllReasons() {
  static constexpr std::initializer_list<Reason> kAll = {
      Reason::kReferenceInvalid,
      Reason::kHostnameInvalid,
      Reason::kIndexNameInvalid,
      Reason::kMirrorInvalid,
      Reason::kInsecureRegistryInvalid,
      Reason::kNondistributableInvalid,
      Reason::kSettingInvalid,
      Reason::kFieldMissing,
      Reason::kFieldInvalid,
      Reason::kCertificatesInvalid,
      Reason::kDnsFailed,
      Reason::kOverloaded,
      Reason::kAddressRefused,
      Reason::kRedirectRefused,
      Reason::kConnectionFailed,
      Reason::kTlsVerificationFailed,
      Reason::kResponseTooLarge,
      Reason::kResponseInvalid,
      Reason::kPingResponseInvalid,
      Reason::kRegistryUnauthorized,
      Reason::kRegistryDenied,
      Reason::kRegistryNotFound,
      Reason::kRegistryThrottled,
      Reason::kRegistryFailed,
      Reason::kRealmRefused,
      Reason::kPlaintextCredentialsRefused,
      Reason::kCredentialsUnavailable,
      Reason::kDeadlineExceeded,
      Reason::kCancelled,
      Reason::kConfigVersionMismatch,
      Reason::kTransactionNotFound,
      Reason::kTooManyTransactions,
      Reason::kTooManyWatchers,
      Reason::kStateNotWritten,
      Reason::kSessionNotFound,
      Reason::kAdminRequired,
      Reason::kChannelNotPrivate,
      Reason::kNotImplemented,
      Reason::kShuttingDown,
      Reason::kInternal,
  };
  return kAll;
}

absl::Status Error(absl::StatusCode code, Reason reason, absl::string_view message,
                   std::initializer_list<std::pair<std::string, std::string>> metadata) {
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(ReasonName(reason)));
  info.set_domain(std::string(kErrorDomain));
  for (const auto& [key, value] : metadata) {
    (*info.mutable_metadata())[ValidUtf8(key)] = ValidUtf8(value);
  }
  absl::Status status(code, ValidUtf8(message));
  SetDetail(status, kErrorInfoUrl, info);
  return status;
}

absl::Status FieldError(Reason reason, absl::string_view field, absl::string_view message) {
  absl::Status status = Error(absl::StatusCode::kInvalidArgument, reason, message);
  google::rpc::BadRequest request;
  auto* const violation = request.add_field_violations();
  violation->set_field(ValidUtf8(field));
  violation->set_description(ValidUtf8(message));
  SetDetail(status, kBadRequestUrl, request);
  return status;
}

absl::Status WithFieldPrefix(absl::Status status, absl::string_view prefix) {
  if (status.ok()) return status;
  google::rpc::BadRequest request;
  if (auto detail = GetDetail<google::rpc::BadRequest>(status, kBadRequestUrl)) {
    request = *std::move(detail);
  }
  if (request.field_violations().empty()) {
    request.add_field_violations()->set_description(ValidUtf8(status.message()));
  }
  for (auto& violation : *request.mutable_field_violations()) {
    violation.set_field(ValidUtf8(JoinField(prefix, violation.field())));
  }
  SetDetail(status, kBadRequestUrl, request);
  return status;
}

absl::Status WithRetryDelay(absl::Status status, absl::Duration delay) {
  absl::Duration rest;
  google::rpc::RetryInfo info;
  auto* const field = info.mutable_retry_delay();
  field->set_seconds(absl::IDivDuration(delay, absl::Seconds(1), &rest));
  field->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
  SetDetail(status, kRetryInfoUrl, info);
  return status;
}

std::optional<absl::Duration> RetryDelayOf(const absl::Status& status) {
  const auto info = GetDetail<google::rpc::RetryInfo>(status, kRetryInfoUrl);
  if (!info.has_value()) return std::nullopt;
  return absl::Seconds(info->retry_delay().seconds()) +
         absl::Nanoseconds(info->retry_delay().nanos());
}

Reason ReasonOf(const absl::Status& status) {
  const auto info = GetDetail<google::rpc::ErrorInfo>(status, kErrorInfoUrl);
  if (!info.has_value() || info->domain() != kErrorDomain) return Reason::kUnspecified;
  for (const Reason reason : AllReasons()) {
    if (ReasonName(reason) == info->reason()) return reason;
  }
  return Reason::kUnspecified;
}

std::string FieldOf(const absl::Status& status) {
  const auto request = GetDetail<google::rpc::BadRequest>(status, kBadRequestUrl);
  if (!request.has_value() || request->field_violations().empty()) return "";
  return request->field_violations(0).field();
}

}  // namespace registryd
