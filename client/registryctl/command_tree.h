#ifndef REGISTRYD_CLIENT_REGISTRYCTL_COMMAND_TREE_H_
#define REGISTRYD_CLIENT_REGISTRYCTL_COMMAND_TREE_H_

#include <memory>

#include "CLI/CLI.hpp"
#include "client/registryctl/command.h"

namespace registryd::registryctl {

// All of registryctl's command line. Parsing one fills `invocation`, which must
// outlive the result.
std::unique_ptr<CLI::App> BuildCommandTree(Invocation& invocation);

}  // namespace registryd::registryctl

#endif  // REGISTRYD_CLIENT_REGISTRYCTL_COMMAND_TREE_H_
