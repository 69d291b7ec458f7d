#ifndef REGISTRYD_CLIENT_REGISTRYCTL_STOP_SIGNAL_H_
#define REGISTRYD_CLIENT_REGISTRYCTL_STOP_SIGNAL_H_

#include <atomic>
#include <functional>
#include <thread>

namespace registryd::registryctl {

// While it lives, SIGINT and SIGTERM do not end the process but call a function,
// once, on a thread of their own. One at a time in a process.
class StopSignal {
 public:
  explicit StopSignal(std::function<void()> on_stop);
  // Gives the signals their former meaning back.
  ~StopSignal();

  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  // Whether a signal came. Thread-safe.
  bool received() const { return received_; }

 private:
  void Wait();

  const std::function<void()> on_stop_;
  int read_end_;
  int write_end_;
  std::atomic<bool> received_{false};
  std::thread thread_;
};

}  // namespace registryd::registryctl

#endif  // REGISTRYD_CLIENT_REGISTRYCTL_STOP_SIGNAL_H_
