#ifndef REGISTRYD_CLIENT_REGISTRYCTL_BUILD_INFO_H_
#define REGISTRYD_CLIENT_REGISTRYCTL_BUILD_INFO_H_

#include <string>

#include "absl/strings/string_view.h"

namespace registryd::registryctl {

// The version of this source, as CHANGELOG.md has it.
inline constexpr absl::string_view kVersion = "0.1.0";

// "registryctl 0.1.0 (commit 0123456789ab)"; the commit is "unknown" in a build
// without --stamp.
std::string VersionText();

}  // namespace registryd::registryctl

#endif  // REGISTRYD_CLIENT_REGISTRYCTL_BUILD_INFO_H_
