#ifndef REGISTRYD_TOOLS_BUILD_BUILD_INFO_H_
#define REGISTRYD_TOOLS_BUILD_BUILD_INFO_H_

#include <string>

#include "absl/strings/string_view.h"

namespace registryd {

// The version of this source, as CHANGELOG.md has it.
inline constexpr absl::string_view kVersion = "0.1.0";

// The commit that was built, and "-modified" when the source was changed since;
// "unknown" where tools/build/workspace_status.sh found none.
absl::string_view BuildCommit();

// "registryd 0.1.0 (commit 0123456789ab)".
std::string VersionText(absl::string_view program);

}  // namespace registryd

#endif  // REGISTRYD_TOOLS_BUILD_BUILD_INFO_H_
