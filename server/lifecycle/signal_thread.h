#ifndef REGISTRYD_SERVER_LIFECYCLE_SIGNAL_THREAD_H_
#define REGISTRYD_SERVER_LIFECYCLE_SIGNAL_THREAD_H_

#include <chrono>
#include <functional>
#include <optional>
#include <thread>

#include "absl/time/time.h"
#include "registry/fs/file_descriptor.h"

namespace registryd {

// Turns SIGTERM, SIGINT and SIGHUP into calls on a thread of its own, where
// anything may be done that a signal handler may not.
//
// Made by main before any other thread: it blocks the three signals, which later
// threads inherit. It also ignores SIGPIPE: a peer that has gone is an error of
// write, not the end of this process.
class SignalThread {
 public:
  struct Callbacks {
    // The first SIGTERM or SIGINT, once.
    std::function<void(int signal)> terminate;
    // Each SIGHUP; those that arrive while one is handled may become one.
    std::function<void()> hangup;
    // A later SIGTERM or SIGINT: whoever sends it does not want to wait. The
    // status is 128 + signal. Ends the process at once unless a test says otherwise.
    std::function<void(int status)> exit_now;
  };

  // Signals wait from now on. They are delivered after Start.
  // A SIGTERM or SIGINT that comes within `repetition` of the first says the same
  // again: timeout(1) signals the process and then its group.
  explicit SignalThread(absl::Duration repetition = absl::Seconds(1));
  SignalThread(const SignalThread&) = delete;
  SignalThread& operator=(const SignalThread&) = delete;
  // Stops.
  ~SignalThread();

  // Begins to call. `terminate` and `hangup` must return soon: a second signal is
  // seen only then. May be called again after Stop: a first termination stays the first.
  void Start(Callbacks callbacks);

  // Waits for a callback that is running, and calls no more: what the callbacks
  // use may go. The signals stay blocked. Later calls do nothing.
  void Stop();

 private:
  void Run();

  Callbacks callbacks_;
  FileDescriptor signals_;  // A signalfd.
  FileDescriptor stop_;     // An eventfd.
  const absl::Duration repetition_;
  std::optional<std::chrono::steady_clock::time_point> terminated_;  // Of the thread alone.
  std::thread thread_;
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_LIFECYCLE_SIGNAL_THREAD_H_
