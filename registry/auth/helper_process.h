#ifndef REGISTRYD_REGISTRY_AUTH_HELPER_PROCESS_H_
#define REGISTRYD_REGISTRY_AUTH_HELPER_PROCESS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "registry/base/cancellation.h"
#include "registry/base/secret.h"

namespace registryd {

// What a child may write to each of its two outputs.
inline constexpr size_t kMaxHelperOutputBytes = 64 << 10;
// What a child may be given to read: as much as a pipe takes without a reader.
inline constexpr size_t kMaxHelperInputBytes = 4096;

struct HelperCommand {
  // Path of the program, with a '/': PATH is not looked at.
  std::string program;
  // After the program's own name.
  std::vector<std::string> arguments;
  // All of its environment, NAME=VALUE.
  std::vector<std::string> environment;
  // What it reads on standard input.
  std::string input;
};

struct HelperOutput {
  // What it returned from main; 128 + N where signal N ended it, as in a shell.
  int exit_code = 0;
  Secret standard_output;
  std::string standard_error;
};

// Runs a program to its end; blocks until then. It has three descriptors and no more, a
// session and process group of its own without a terminal, and no signal blocked or
// ignored. The group is killed when `timeout` is over or `cancellation`, which may be
// null, is cancelled; what a child left running there is killed, too. The child is gone,
// and waited for, when the call returns. Thread-safe; safe in a process with threads.
//
// Errors, none of which has a part of the output:
//   DEADLINE_EXCEEDED    it took longer than `timeout`
//   CANCELLED            the caller wants no answer any more
//   RESOURCE_EXHAUSTED   it wrote too much
//   INVALID_ARGUMENT     `input` is too long
//   NOT_FOUND, PERMISSION_DENIED, ...   it cannot be started, as the system says
absl::StatusOr<HelperOutput> RunHelper(const HelperCommand& command, absl::Duration timeout,
                                       Cancellation* cancellation);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_AUTH_HELPER_PROCESS_H_
