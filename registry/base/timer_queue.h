#ifndef REGISTRYD_REGISTRY_BASE_TIMER_QUEUE_H_
#define REGISTRYD_REGISTRY_BASE_TIMER_QUEUE_H_

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace registryd {

// Calls back at given times of the system's clock, on one thread of its own that
// all users share: callbacks must not block. When that clock is set, what is
// scheduled stays as far away as it was. Thread-safe.
class TimerQueue {
 public:
  using Callback = absl::AnyInvocable<void() &&>;
  // Of one scheduled callback; never 0, never used twice.
  using Id = uint64_t;

  TimerQueue();
  TimerQueue(const TimerQueue&) = delete;
  TimerQueue& operator=(const TimerQueue&) = delete;

  // Waits for a running callback; destroys the others without running them. Not
  // to be called by a callback.
  ~TimerQueue();

  // Runs `callback` once, not before `when`; as soon as possible when that has
  // passed. Callbacks run in the order of their times, then of scheduling. Once the
  // clock was set, times are exact to the millisecond.
  Id Schedule(absl::Time when, Callback callback);

  // Destroys the callback unless it has begun. Returns whether it will not run;
  // does not wait for one that is running.
  bool Cancel(Id id);

 private:
  using SteadyClock = std::chrono::steady_clock;

  // What the system's clock would say if nobody had set it since the queue began.
  absl::Time Now() const { return begin_ + absl::FromChrono(SteadyClock::now() - steady_begin_); }
  void Run();

  const absl::Time begin_ = absl::Now();
  const SteadyClock::time_point steady_begin_ = SteadyClock::now();

  // Of the standard library, whose waits end by the monotonic clock. Guards what follows.
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  Id next_id_ = 1;
  absl::btree_map<std::pair<absl::Time, Id>, Callback> callbacks_;  // By Now().
  absl::flat_hash_map<Id, absl::Time> times_;
  std::thread thread_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_BASE_TIMER_QUEUE_H_
