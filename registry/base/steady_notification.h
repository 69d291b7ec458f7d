#ifndef REGISTRYD_REGISTRY_BASE_STEADY_NOTIFICATION_H_
#define REGISTRYD_REGISTRY_BASE_STEADY_NOTIFICATION_H_

#include <condition_variable>
#include <mutex>

#include "absl/time/time.h"

namespace registryd {

// An absl::Notification that is waited for by the monotonic clock. Abseil's waits
// end by the system's clock: when that is set back, they take as much longer.
// Thread-safe.
class SteadyNotification {
 public:
  SteadyNotification() = default;
  SteadyNotification(const SteadyNotification&) = delete;
  SteadyNotification& operator=(const SteadyNotification&) = delete;

  // Once.
  void Notify();
  bool HasBeenNotified() const;
  // Waits for `timeout`, or a century. Returns whether it has been notified.
  bool WaitFor(absl::Duration timeout) const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool notified_ = false;  // Guarded by mutex_.
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_BASE_STEADY_NOTIFICATION_H_
