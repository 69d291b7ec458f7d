#ifndef REGISTRYD_TESTS_SERVER_REGISTRYD_PROCESS_H_
#define REGISTRYD_TESTS_SERVER_REGISTRYD_PROCESS_H_

#include <cstddef>
#include <vector>

#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"
#include "tests/server/child_process.h"

namespace registryd {

// As ChildOptions; $REGISTRYD names the program. Sockets are passed as a service
// manager does it, with LISTEN_FDS and LISTEN_PID to say so.
using RegistrydOptions = ChildOptions;

// The real registryd, as a process of its own.
class RegistrydProcess : public ChildProcess {
 public:
  explicit RegistrydProcess(const RegistrydOptions& options);

  // The log's records with `message`, oldest first.
  std::vector<nlohmann::json> Records(absl::string_view message) const;
  // The same, once there are `count`; fewer if they do not come in kPatience or
  // the process ends before.
  std::vector<nlohmann::json> WaitForRecords(absl::string_view message, size_t count = 1);
};

}  // namespace registryd

#endif  // REGISTRYD_TESTS_SERVER_REGISTRYD_PROCESS_H_
