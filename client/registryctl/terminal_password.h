#ifndef REGISTRYD_CLIENT_REGISTRYCTL_TERMINAL_PASSWORD_H_
#define REGISTRYD_CLIENT_REGISTRYCTL_TERMINAL_PASSWORD_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace registryd::registryctl {

// Asks the person at `terminal` for a line that is not shown while it is typed.
// `prompt` is written before it. The terminal shows text again when this returns,
// and when SIGINT, SIGTERM, SIGHUP or SIGQUIT ends the process meanwhile. Not
// thread-safe.
//
// Errors: FAILED_PRECONDITION without a terminal there; CANCELLED if the line is
// empty or the input ends.
absl::StatusOr<std::string> AskPassword(absl::string_view prompt,
                                        const std::string& terminal = "/dev/tty");

}  // namespace registryd::registryctl

#endif  // REGISTRYD_CLIENT_REGISTRYCTL_TERMINAL_PASSWORD_H_
