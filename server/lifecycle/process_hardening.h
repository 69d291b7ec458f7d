#ifndef REGISTRYD_SERVER_LIFECYCLE_PROCESS_HARDENING_H_
#define REGISTRYD_SERVER_LIFECYCLE_PROCESS_HARDENING_H_

#include "absl/status/status.h"

namespace registryd {

// Keeps this process's memory, which holds credentials, out of core files and
// out of the reach of other processes of the same user: no core dump (its limit
// becomes 0, hard limit included) and no attaching by ptrace. To be called before
// the first secret is read. INTERNAL if the system refuses.
absl::Status ForbidMemoryDumps();

}  // namespace registryd

#endif  // REGISTRYD_SERVER_LIFECYCLE_PROCESS_HARDENING_H_
