#include "server/lifecycle/process_hardening.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "absl/strings/str_cat.h"

namespace registryd {
namespace {

absl::Status SystemError(absl::string_view what) {
  return absl::InternalError(
      absl::StrCat("cannot forbid memory dumps: ", what, ": ", strerror(errno)));
}

}  // namespace

absl::Status ForbidMemoryDumps() {
  const rlimit none = {0, 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0) return SystemError("setrlimit(RLIMIT_CORE)");
  // Where core files are piped to a program the limit alone does not hold.
  if (prctl(PR_SET_DUMPABLE, 0) != 0) return SystemError("prctl(PR_SET_DUMPABLE)");
  return absl::OkStatus();
}

}  // namespace registryd
