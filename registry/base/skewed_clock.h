#ifndef REGISTRYD_REGISTRY_BASE_SKEWED_CLOCK_H_
#define REGISTRYD_REGISTRY_BASE_SKEWED_CLOCK_H_

#include "absl/time/time.h"

namespace registryd {

// Sets the system's clock ahead, for the eyes of this process alone, as long as
// there is one; the monotonic clock goes on. At its end, the clock is set back.
//
// The kernel ends waits by its own clock. What computes their end by absl::Now()
// waits for that much longer, as it would if the clock were set back meanwhile.
// One at a time. Other threads may look at the clock.
class SkewedClock {
 public:
  explicit SkewedClock(absl::Duration ahead);
  SkewedClock(const SkewedClock&) = delete;
  SkewedClock& operator=(const SkewedClock&) = delete;
  ~SkewedClock();
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_BASE_SKEWED_CLOCK_H_
