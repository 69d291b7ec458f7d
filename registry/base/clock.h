#ifndef REGISTRYD_REGISTRY_BASE_CLOCK_H_
#define REGISTRYD_REGISTRY_BASE_CLOCK_H_

#include "absl/time/time.h"

namespace registryd {

// Where the time comes from, for whatever outlives a single calculation: caches
// that expire, transactions that time out. Calculations take `absl::Time now`
// instead, and need no clock.
//
//   CachingDnsResolver resolver(system, timers, Clock::Real());   // production
//   FakeClock clock(absl::FromUnixSeconds(0));                    // tests
//   clock.Advance(absl::Seconds(30));
//
// Implementations are thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  // The present time. Need not be monotonic.
  virtual absl::Time Now() const = 0;

  // The system's clock. Lives as long as the process.
  static const Clock& Real();
};

// Whether a clock that says `now` has been set back since it said `then`. Threads that
// share what they remember read the clock at different moments: a second is no sign of it.
inline bool WasSetBack(absl::Time then, absl::Time now) { return now + absl::Seconds(1) < then; }

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_BASE_CLOCK_H_
