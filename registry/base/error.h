#ifndef REGISTRYD_REGISTRY_BASE_ERROR_H_
#define REGISTRYD_REGISTRY_BASE_ERROR_H_

#include <initializer_list>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace registryd {

// The domain of every ErrorInfo that this service makes.
inline constexpr absl::string_view kErrorDomain = "registry.v1";

// What happened, for programs: the `reason` of a google.rpc.ErrorInfo. The
// status code says what to do, the message is for people. docs/errors.md lists
// each with its cause and remedy; a test keeps list and page equal.
enum class Reason {
  kUnspecified = 0,
  kReferenceInvalid,             // REFERENCE_INVALID
  kHostnameInvalid,              // HOSTNAME_INVALID
  kIndexNameInvalid,             // INDEX_NAME_INVALID
  kMirrorInvalid,                // MIRROR_INVALID
  kInsecureRegistryInvalid,      // INSECURE_REGISTRY_INVALID
  kNondistributableInvalid,      // NONDISTRIBUTABLE_ARTIFACTS_INVALID
  kSettingInvalid,               // SETTING_INVALID
  kFieldMissing,                 // FIELD_MISSING
  kFieldInvalid,                 // FIELD_INVALID
  kCertificatesInvalid,          // CERTIFICATES_INVALID
  kDnsFailed,                    // DNS_FAILED
  kOverloaded,                   // OVERLOADED
  kAddressRefused,               // ADDRESS_REFUSED
  kRedirectRefused,              // REDIRECT_REFUSED
  kConnectionFailed,             // CONNECTION_FAILED
  kTlsVerificationFailed,        // TLS_VERIFICATION_FAILED
  kResponseTooLarge,             // RESPONSE_TOO_LARGE
  kResponseInvalid,              // RESPONSE_INVALID
  kPingResponseInvalid,          // PING_RESPONSE_INVALID
  kRegistryUnauthorized,         // REGISTRY_UNAUTHORIZED
  kRegistryDenied,               // REGISTRY_DENIED
  kRegistryNotFound,             // REGISTRY_NOT_FOUND
  kRegistryThrottled,            // REGISTRY_THROTTLED
  kRegistryFailed,               // REGISTRY_FAILED
  kRealmRefused,                 // REALM_REFUSED
  kPlaintextCredentialsRefused,  // PLAINTEXT_CREDENTIALS_REFUSED
  kCredentialsUnavailable,       // CREDENTIALS_UNAVAILABLE
  kDeadlineExceeded,             // DEADLINE_EXCEEDED
  kCancelled,                    // CANCELLED
  kConfigVersionMismatch,        // CONFIG_VERSION_MISMATCH
  kTransactionNotFound,          // TRANSACTION_NOT_FOUND
  kTooManyTransactions,          // TOO_MANY_TRANSACTIONS
  kTooManyWatchers,              // TOO_MANY_WATCHERS
  kStateNotWritten,              // STATE_NOT_WRITTEN
  kSessionNotFound,              // SESSION_NOT_FOUND
  kAdminRequired,                // ADMIN_REQUIRED
  kChannelNotPrivate,            // CHANNEL_NOT_PRIVATE
  kNotImplemented,               // NOT_IMPLEMENTED
  kShuttingDown,                 // SHUTTING_DOWN
  kInternal,                     // INTERNAL
};

// The UPPER_SNAKE name that goes on the wire. Empty for kUnspecified.
absl::string_view ReasonName(Reason reason);

// Every reason but kUnspecified, in declaration order.
std::initializer_list<Reason> AllReasons();

// A status with an ErrorInfo payload. `metadata` becomes ErrorInfo.metadata; it
// must hold no secret. Bytes that are no UTF-8, here and below, become U+FFFD: no
// client could read a detail that holds them.
absl::Status Error(absl::StatusCode code, Reason reason, absl::string_view message,
                   std::initializer_list<std::pair<std::string, std::string>> metadata = {});

// INVALID_ARGUMENT with an ErrorInfo, and a BadRequest that names `field` in the
// request's own terms ("reference", "options.mirrors[2]").
absl::Status FieldError(Reason reason, absl::string_view field, absl::string_view message);

// `status` with its BadRequest field prefixed ("mirrors[1]" -> "options.mirrors[1]").
// Without a BadRequest, adds one that names `prefix`.
absl::Status WithFieldPrefix(absl::Status status, absl::string_view prefix);

// `status`, which is not OK, with a google.rpc.RetryInfo: the caller may come back
// after `delay`, at least 0.
absl::Status WithRetryDelay(absl::Status status, absl::Duration delay);

// The delay that `status` carries; nullopt without a RetryInfo.
std::optional<absl::Duration> RetryDelayOf(const absl::Status& status);

// The reason that `status` carries; kUnspecified without one, or for an OK status.
Reason ReasonOf(const absl::Status& status);

// The first field that `status` names; empty without a BadRequest.
std::string FieldOf(const absl::Status& status);

// Type URLs of the payloads, as google.rpc.Status.details carries them.
inline constexpr absl::string_view kErrorInfoUrl = "type.googleapis.com/google.rpc.ErrorInfo";
inline constexpr absl::string_view kBadRequestUrl = "type.googleapis.com/google.rpc.BadRequest";
inline constexpr absl::string_view kRetryInfoUrl = "type.googleapis.com/google.rpc.RetryInfo";

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_BASE_ERROR_H_
