#include "registry/base/steady_notification.h"

#include <algorithm>
#include <chrono>

namespace registryd {

void SteadyNotification::Notify() {
  std::lock_guard<std::mutex> lock(mutex_);
  notified_ = true;
  changed_.notify_all();
}

bool SteadyNotification::HasBeenNotified() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return notified_;
}

bool SteadyNotification::WaitFor(absl::Duration timeout) const {
  constexpr absl::Duration kCentury = absl::Hours(24 * 365 * 100);  // More would overflow.
  const auto until =
      std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(std::min(timeout, kCentury));
  std::unique_lock<std::mutex> lock(mutex_);
  return changed_.wait_until(lock, until, [this] { return notified_; });
}

}  // namespace registryd
