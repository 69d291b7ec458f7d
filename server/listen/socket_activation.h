#ifndef REGISTRYD_SERVER_LISTEN_SOCKET_ACTIVATION_H_
#define REGISTRYD_SERVER_LISTEN_SOCKET_ACTIVATION_H_

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace registryd {

// A socket that the service manager opened for this process.
struct ActivatedSocket {
  int fd = -1;
  // FileDescriptorName= of the unit; "unknown" when the manager gave none.
  std::string name;
};

// The variables of the protocol that sd_listen_fds(3) describes.
struct ActivationEnvironment {
  std::optional<std::string> listen_pid;
  std::optional<std::string> listen_fds;
  std::optional<std::string> listen_fdnames;

  // Reads the variables and unsets them, so that no child takes them for its
  // own. Not thread-safe: for the beginning of main().
  static ActivationEnvironment Take();
};

// The sockets that `environment` names, in its order; empty if it is not meant
// for the process `self`. The caller owns their descriptors. Whether each is a
// socket that can be used is ListeningSocket::Adopt's to say.
//
// Returns INVALID_ARGUMENT, reason SETTING_INVALID, if a variable is malformed.
absl::StatusOr<std::vector<ActivatedSocket>> ActivatedSockets(
    const ActivationEnvironment& environment, pid_t self);

}  // namespace registryd

#endif  // REGISTRYD_SERVER_LISTEN_SOCKET_ACTIVATION_H_
