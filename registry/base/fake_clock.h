#ifndef REGISTRYD_REGISTRY_BASE_FAKE_CLOCK_H_
#define REGISTRYD_REGISTRY_BASE_FAKE_CLOCK_H_

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "registry/base/clock.h"

namespace registryd {

// A clock that stands still until it is told otherwise. Thread-safe.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(absl::Time now = absl::UnixEpoch()) : now_(now) {}

  absl::Time Now() const override;

  // `duration` may be negative: a real clock is set back now and then.
  void Advance(absl::Duration duration);

 private:
  mutable absl::Mutex mutex_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_BASE_FAKE_CLOCK_H_
