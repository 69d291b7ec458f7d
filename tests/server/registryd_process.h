#ifndef REGISTRYD_TESTS_SERVER_REGISTRYD_PROCESS_H_
#define REGISTRYD_TESTS_SERVER_REGISTRYD_PROCESS_H_

#include <sys/resource.h>
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"
#include "registry/fs/temporary_folder.h"

namespace registryd {

struct RegistrydOptions {
  std::vector<std::string> arguments;
  // "NAME=VALUE"; the whole environment of the process.
  std::vector<std::string> environment;
  // Become its descriptors 3, 4, ..., as a service manager passes sockets, with
  // LISTEN_FDS and LISTEN_PID to say so.
  std::vector<int> passed_sockets;
  std::optional<rlim_t> max_descriptors;
};

// The real registryd, which $REGISTRYD names, as a process of its own. Everything
// it writes is kept. Aborts when no process can be made. Not thread-safe, but for
// the const methods.
class RegistrydProcess {
 public:
  explicit RegistrydProcess(const RegistrydOptions& options);
  RegistrydProcess(const RegistrydProcess&) = delete;
  RegistrydProcess& operator=(const RegistrydProcess&) = delete;
  // Kills it.
  ~RegistrydProcess();

  pid_t pid() const { return pid_; }
  void Signal(int signal) const;

  // Its exit status, as a shell has it: 128 and the number of the signal that
  // ended it. nullopt if it is still there after kPatience.
  std::optional<int> WaitForExit();
  // Whether it dumped core; after WaitForExit.
  bool dumped_core() const { return dumped_core_; }

  // What it wrote until now: standard output, and standard error.
  std::string output() const;
  std::string log() const;

  // The log's records with `message`, oldest first.
  std::vector<nlohmann::json> Records(absl::string_view message) const;
  // The same, once there are `count`; fewer if they do not come in kPatience or
  // the process ends before.
  std::vector<nlohmann::json> WaitForRecords(absl::string_view message, size_t count = 1);

 private:
  bool Reap();

  const TemporaryFolder folder_;
  pid_t pid_ = -1;
  std::optional<int> exit_status_;
  bool dumped_core_ = false;
};

}  // namespace registryd

#endif  // REGISTRYD_TESTS_SERVER_REGISTRYD_PROCESS_H_
