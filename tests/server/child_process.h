#ifndef REGISTRYD_TESTS_SERVER_CHILD_PROCESS_H_
#define REGISTRYD_TESTS_SERVER_CHILD_PROCESS_H_

#include <sys/resource.h>
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "nlohmann/json.hpp"
#include "registry/fs/temporary_folder.h"

namespace registryd {

struct ChildOptions {
  std::string program;
  std::vector<std::string> arguments;
  // "NAME=VALUE"; the whole environment of the process.
  std::vector<std::string> environment;
  // Become its descriptors 3, 4, ...
  std::vector<int> passed_sockets;
  std::optional<rlim_t> max_descriptors;
};

// A program as a process of its own. Everything it writes is kept. Aborts when no
// process can be made. Not thread-safe, but for the const methods.
class ChildProcess {
 public:
  explicit ChildProcess(const ChildOptions& options);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  // Kills it.
  ~ChildProcess();

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

  // The lines on standard error that are JSON objects, oldest first.
  std::vector<nlohmann::json> LogRecords() const;
  // Waits, at most for kPatience, until `done` says so or the process has ended.
  // Returns what `done` said last.
  bool Await(absl::FunctionRef<bool()> done);

 private:
  bool Reap();

  const TemporaryFolder folder_;
  pid_t pid_ = -1;
  std::optional<int> exit_status_;
  bool dumped_core_ = false;
};

}  // namespace registryd

#endif  // REGISTRYD_TESTS_SERVER_CHILD_PROCESS_H_
