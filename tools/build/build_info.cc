#include "tools/build/build_info.h"

#include "absl/strings/str_cat.h"

// Defined by build_stamp.cc, which the build writes.
extern "C" const char kRegistrydBuildCommit[];

namespace registryd {

absl::string_view BuildCommit() { return kRegistrydBuildCommit; }

std::string VersionText(absl::string_view program) {
  return absl::StrCat(program, " ", kVersion, " (commit ", BuildCommit(), ")");
}

}  // namespace registryd
