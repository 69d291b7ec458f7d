#include "client/registryctl/build_info.h"

#include "absl/strings/str_cat.h"

// Defined by build_stamp.cc, which Bazel compiles anew for each binary.
extern "C" const char kRegistryctlBuildCommit[];

namespace registryd::registryctl {

std::string VersionText() {
  return absl::StrCat("registryctl ", kVersion, " (commit ", kRegistryctlBuildCommit, ")");
}

}  // namespace registryd::registryctl
