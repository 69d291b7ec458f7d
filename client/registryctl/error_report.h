#ifndef REGISTRYD_CLIENT_REGISTRYCTL_ERROR_REPORT_H_
#define REGISTRYD_CLIENT_REGISTRYCTL_ERROR_REPORT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace registryd::registryctl {

// A failure for people, safe for a terminal, one fact a line:
//
//   registryctl: INVALID_ARGUMENT REFERENCE_INVALID: invalid reference format
//     field: reference
//     remedy: write ...
//
// `address` is where the service was called. It is named when it was not
// reached; empty if it was not called at all.
std::string ErrorReport(const absl::Status& status, absl::string_view address);

// The first line for one target of several:
//
//   registryctl: UPPER: INVALID_ARGUMENT REFERENCE_INVALID: message
std::string TargetErrorLine(absl::string_view target, int code, absl::string_view reason,
                            absl::string_view message);

}  // namespace registryd::registryctl

#endif  // REGISTRYD_CLIENT_REGISTRYCTL_ERROR_REPORT_H_
