#ifndef REGISTRYD_CLIENT_REGISTRYCTL_EXIT_CODE_H_
#define REGISTRYD_CLIENT_REGISTRYCTL_EXIT_CODE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace registryd::registryctl {

// What the process ends with. `registryctl --help` lists them.
enum class ExitCode {
  kOk = 0,
  kNegative = 1,
  kUsage = 2,
  kInvalid = 3,
  kNotFound = 4,
  kDenied = 5,
  kConflict = 6,
  kUnavailable = 7,
  kUnimplemented = 8,
  kInternal = 9,
};

// The exit code of a failure; kOk for OK.
ExitCode ExitCodeFor(absl::StatusCode code);

// The list of exit codes for --help, a line each, indented.
absl::string_view ExitCodeHelp();

}  // namespace registryd::registryctl

#endif  // REGISTRYD_CLIENT_REGISTRYCTL_EXIT_CODE_H_
