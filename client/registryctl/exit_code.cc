#include "client/registryctl/exit_code.h"

namespace registryd::registryctl {

ExitCode ExitCodeFor(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kOk:
      return ExitCode::kOk;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
      return ExitCode::kInvalid;
    case absl::StatusCode::kNotFound:
      return ExitCode::kNotFound;
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return ExitCode::kDenied;
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kAlreadyExists:
      return ExitCode::kConflict;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kCancelled:
      return ExitCode::kUnavailable;
    case absl::StatusCode::kUnimplemented:
      return ExitCode::kUnimplemented;
    default:
      return ExitCode::kInternal;
  }
}

absl::string_view ExitCodeHelp() {
  return "  0  done\n"
         "  1  the answer is no: not serving, or a target of several failed\n"
         "  2  the command line is wrong\n"
         "  3  the service or a file's content refuses what was given\n"
         "  4  not found\n"
         "  5  not allowed\n"
         "  6  conflict: the configuration has changed meanwhile\n"
         "  7  the service is not to be reached, is busy, or takes too long\n"
         "  8  the service does not have this call\n"
         "  9  a fault of the service, or output that cannot be written";
}

}  // namespace registryd::registryctl
