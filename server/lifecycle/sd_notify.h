#ifndef REGISTRYD_SERVER_LIFECYCLE_SD_NOTIFY_H_
#define REGISTRYD_SERVER_LIFECYCLE_SD_NOTIFY_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "registry/fs/file_descriptor.h"

namespace registryd {

// Tells the service manager how the service fares, by the protocol of
// sd_notify(3): datagrams to the socket that $NOTIFY_SOCKET names. Without such a
// socket, or when it cannot be reached, nothing happens: a service is not to fail
// because nobody listens. Thread-safe.
class SdNotify {
 public:
  // The variables' values: $NOTIFY_SOCKET (a path, or '@' and an abstract name),
  // $WATCHDOG_USEC and $WATCHDOG_PID. Each may be empty.
  SdNotify(absl::string_view notify_socket, absl::string_view watchdog_usec,
           absl::string_view watchdog_pid);

  // From this process's environment.
  static SdNotify FromEnvironment();

  // Start-up, or a reload, is over.
  void Ready() const;
  // A reload begins. Ready() says that it is over.
  void Reloading() const;
  void Stopping() const;
  // One line for `systemctl status`; what follows a newline is cut off.
  void Status(absl::string_view text) const;
  // Still alive. To be said every watchdog_interval().
  void Watchdog() const;

  // Half of the time after which the manager gives this process up;
  // InfiniteDuration() if it never does.
  absl::Duration watchdog_interval() const { return watchdog_interval_; }

 private:
  void Send(absl::string_view message) const;

  std::string address_;  // A sockaddr_un's path, as it stands there. Empty: nobody to tell.
  FileDescriptor socket_;
  absl::Duration watchdog_interval_ = absl::InfiniteDuration();
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_LIFECYCLE_SD_NOTIFY_H_
