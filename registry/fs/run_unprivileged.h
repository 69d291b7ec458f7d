#ifndef REGISTRYD_REGISTRY_FS_RUN_UNPRIVILEGED_H_
#define REGISTRYD_REGISTRY_FS_RUN_UNPRIVILEGED_H_

#include "absl/functional/function_ref.h"

namespace registryd {

// Runs `task` on a thread that permissions bind, for tests of what is forbidden: where
// the process is root's, the thread is nobody's, and so is each that it starts. False,
// and nothing has run, where root may not become nobody.
[[nodiscard]] bool RunUnprivileged(absl::FunctionRef<void()> task);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_FS_RUN_UNPRIVILEGED_H_
