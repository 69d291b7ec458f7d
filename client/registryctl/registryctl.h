#ifndef REGISTRYD_CLIENT_REGISTRYCTL_REGISTRYCTL_H_
#define REGISTRYD_CLIENT_REGISTRYCTL_REGISTRYCTL_H_

#include <istream>
#include <ostream>
#include <string>
#include <vector>

#include "client/registryctl/terminals.h"

namespace registryd::registryctl {

// registryctl as a function: `args` are the words after the program's name.
// Answers go to `out`, everything else to `err`; `terminals` says who reads them.
// Returns the exit code (exit_code.h). One call at a time: some handle signals.
int RunRegistryctl(const std::vector<std::string>& args, std::istream& in, std::ostream& out,
                   std::ostream& err, Terminals terminals = {});

}  // namespace registryd::registryctl

#endif  // REGISTRYD_CLIENT_REGISTRYCTL_REGISTRYCTL_H_
