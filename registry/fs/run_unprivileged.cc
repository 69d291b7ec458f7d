#include "registry/fs/run_unprivileged.h"

#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <thread>

namespace registryd {

bool RunUnprivileged(absl::FunctionRef<void()> task) {
  constexpr uid_t kNobody = 65534;
  bool bound = false;
  std::thread([&] {
    // The system call, unlike setresuid(), concerns this thread alone.
    bound = geteuid() != 0 || syscall(SYS_setresuid, kNobody, kNobody, kNobody) == 0;
    if (bound) task();
  }).join();
  return bound;
}

}  // namespace registryd
