#ifndef REGISTRYD_CLIENT_REGISTRYCTL_BRACKETED_ARGUMENTS_H_
#define REGISTRYD_CLIENT_REGISTRYCTL_BRACKETED_ARGUMENTS_H_

#include <string>
#include <vector>

#include "CLI/CLI.hpp"

namespace registryd::registryctl {

// CLI11 reads an argument in brackets as a list, where several may be given: "[::1]"
// would come as "::1". These two have it come as it was written.

// `args` for the parser of an `app` that TakeBrackets has seen.
std::vector<std::string> GuardBrackets(std::vector<std::string> args);

// Of `app`, when it is complete, and its subcommands.
void TakeBrackets(CLI::App& app);

}  // namespace registryd::registryctl

#endif  // REGISTRYD_CLIENT_REGISTRYCTL_BRACKETED_ARGUMENTS_H_
