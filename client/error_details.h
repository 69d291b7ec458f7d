#ifndef REGISTRYD_CLIENT_ERROR_DETAILS_H_
#define REGISTRYD_CLIENT_ERROR_DETAILS_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace registryd::client {

// The domain of the reasons that registryd gives.
inline constexpr absl::string_view kErrorDomain = "registry.v1";

// One field of a request that the service did not accept.
struct FieldViolation {
  // From the request's top: `options.mirrors[1]`.
  std::string field;
  // For people.
  std::string description;
};

// What a failure says besides its code and message. Text comes from the
// service as it is.
struct ErrorDetails {
  // What happened, for programs: `REFERENCE_INVALID`. Empty: not stated.
  std::string reason;
  // Who gives `reason` its meaning: kErrorDomain for registryd.
  std::string domain;
  // What the reason is about.
  std::map<std::string, std::string> metadata;
  std::vector<FieldViolation> field_violations;
  // How long to wait before trying again. Never negative.
  std::optional<absl::Duration> retry_delay;
};

// The details that FromGrpcStatus left in `status`: google.rpc.ErrorInfo,
// BadRequest and RetryInfo. What is missing or cannot be read stays empty.
ErrorDetails DetailsOf(const absl::Status& status);

}  // namespace registryd::client

#endif  // REGISTRYD_CLIENT_ERROR_DETAILS_H_
