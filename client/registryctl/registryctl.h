#ifndef REGISTRYD_CLIENT_REGISTRYCTL_REGISTRYCTL_H_
#define REGISTRYD_CLIENT_REGISTRYCTL_REGISTRYCTL_H_

#include <istream>
#include <ostream>
#include <string>
#include <vector>

namespace registryd::registryctl {

// registryctl as a function: `args` are the words after the program's name.
// Answers go to `out`, everything else to `err`. Returns the exit code
// (exit_code.h). One call at a time: `config watch` handles signals.
int RunRegistryctl(const std::vector<std::string>& args, std::istream& in, std::ostream& out,
                   std::ostream& err);

}  // namespace registryd::registryctl

#endif  // REGISTRYD_CLIENT_REGISTRYCTL_REGISTRYCTL_H_
