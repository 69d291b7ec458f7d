#ifndef REGISTRYD_REGISTRY_BASE_TIMER_QUEUE_H_
#define REGISTRYD_REGISTRY_BASE_TIMER_QUEUE_H_

#include <cstdint>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace registryd {

// Calls back at given times of the system's clock, on one thread of its own that
// all users share: callbacks must not block. Thread-safe.
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
  // passed. Callbacks run in the order of their times, then of scheduling.
  Id Schedule(absl::Time when, Callback callback);

  // Destroys the callback unless it has begun. Returns whether it will not run;
  // does not wait for one that is running.
  bool Cancel(Id id);

 private:
  void Run();

  absl::Mutex mutex_;
  absl::CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  Id next_id_ ABSL_GUARDED_BY(mutex_) = 1;
  absl::btree_map<std::pair<absl::Time, Id>, Callback> callbacks_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<Id, absl::Time> times_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_BASE_TIMER_QUEUE_H_
