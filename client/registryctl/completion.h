#ifndef REGISTRYD_CLIENT_REGISTRYCTL_COMPLETION_H_
#define REGISTRYD_CLIENT_REGISTRYCTL_COMPLETION_H_

#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/string_view.h"

namespace registryd::registryctl {

// A script that teaches `shell` (`bash`, `zsh` or `fish`) the subcommands and
// options of `app`, and the values of options that take one of a few words
// (type `a|b|c`) or a file (type `FILE`). Empty for another shell.
std::string CompletionScript(const CLI::App& app, absl::string_view shell);

}  // namespace registryd::registryctl

#endif  // REGISTRYD_CLIENT_REGISTRYCTL_COMPLETION_H_
