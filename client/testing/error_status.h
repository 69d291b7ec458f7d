#ifndef REGISTRYD_CLIENT_TESTING_ERROR_STATUS_H_
#define REGISTRYD_CLIENT_TESTING_ERROR_STATUS_H_

#include <map>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "grpcpp/support/status.h"

namespace registryd::client {

// What a service reports with a failure.
struct ErrorParts {
  grpc::StatusCode code = grpc::StatusCode::UNKNOWN;
  std::string message = {};
  std::string reason = {};
  std::map<std::string, std::string> metadata = {};
  std::string field = {};
  std::optional<absl::Duration> retry_delay = std::nullopt;
};

// The status with the details that registryd sends, built without the code that
// the tests are about.
grpc::Status ErrorStatus(const ErrorParts& parts);

}  // namespace registryd::client

#endif  // REGISTRYD_CLIENT_TESTING_ERROR_STATUS_H_
