#ifndef REGISTRYD_REGISTRY_BASE_PENDING_CALL_H_
#define REGISTRYD_REGISTRY_BASE_PENDING_CALL_H_

#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "registry/base/cancellation.h"
#include "registry/base/error.h"
#include "registry/base/timer_queue.h"

namespace registryd {

// A callback that somebody waits for: called exactly once, with whichever comes
// first of the result, the deadline (DEADLINE_EXCEEDED) and the cancellation
// (CANCELLED). What does the work holds the pointer, and looks at finished()
// before it begins something costly. Dropped without a result, the callback gets
// UNAVAILABLE, reason SHUTTING_DOWN. Thread-safe.
//
//   auto call = PendingCall<Answer>::Start(context, timers, std::move(done));
//   executor.Submit([call] { if (!call->finished()) call->Finish(Work()); });
template <typename T>
class PendingCall : public std::enable_shared_from_this<PendingCall<T>> {
 public:
  using Callback = absl::AnyInvocable<void(absl::StatusOr<T>) &&>;

  // Calls `done` before returning where the deadline has passed, or the call is
  // cancelled, already. `timers` outlives the call.
  static std::shared_ptr<PendingCall> Start(const CallContext& context, TimerQueue& timers,
                                            Callback done) {
    std::shared_ptr<PendingCall> call(new PendingCall(timers, std::move(done)));
    call->AwaitCancellation(context);
    call->AwaitDeadline(context.deadline);
    return call;
  }

  PendingCall(const PendingCall&) = delete;
  PendingCall& operator=(const PendingCall&) = delete;

  ~PendingCall() {
    Finish(Error(absl::StatusCode::kUnavailable, Reason::kShuttingDown, "the call was given up"));
  }

  // Calls back with `result`, on this thread and without a lock, unless that has
  // been done. Returns whether it was done now.
  bool Finish(absl::StatusOr<T> result) {
    Callback done;
    Cancellation::Registration registration;
    TimerQueue::Id timer = 0;
    {
      absl::MutexLock lock(&mutex_);
      if (finished_) return false;
      finished_ = true;
      done = std::move(done_);
      registration = std::move(registration_);
      timer = timer_;
    }
    if (timer != 0) timers_.Cancel(timer);
    registration = Cancellation::Registration();
    std::move(done)(std::move(result));
    return true;
  }

  bool finished() const {
    absl::MutexLock lock(&mutex_);
    return finished_;
  }

 private:
  PendingCall(TimerQueue& timers, Callback done) : timers_(timers), done_(std::move(done)) {}

  void AwaitCancellation(const CallContext& context) {
    if (context.cancellation == nullptr) return;
    // Weakly: a cancellation that never comes keeps no call alive.
    Cancellation::Registration registration =
        context.cancellation->OnCancel([weak = this->weak_from_this()] {
          if (const auto call = weak.lock()) {
            call->Finish(Error(absl::StatusCode::kCancelled, Reason::kCancelled,
                               "the caller cancelled the call"));
          }
        });
    absl::MutexLock lock(&mutex_);
    if (!finished_) registration_ = std::move(registration);
  }

  void AwaitDeadline(absl::Time deadline) {
    if (deadline == absl::InfiniteFuture() || finished()) return;
    if (deadline <= absl::Now()) {
      FinishLate();
      return;
    }
    const TimerQueue::Id timer = timers_.Schedule(deadline, [weak = this->weak_from_this()] {
      if (const auto call = weak.lock()) call->FinishLate();
    });
    {
      absl::MutexLock lock(&mutex_);
      if (!finished_) {
        timer_ = timer;
        return;
      }
    }
    timers_.Cancel(timer);
  }

  void FinishLate() {
    Finish(Error(absl::StatusCode::kDeadlineExceeded, Reason::kDeadlineExceeded,
                 "the call's deadline has passed"));
  }

  TimerQueue& timers_;
  mutable absl::Mutex mutex_;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  Callback done_ ABSL_GUARDED_BY(mutex_);
  Cancellation::Registration registration_ ABSL_GUARDED_BY(mutex_);
  TimerQueue::Id timer_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_BASE_PENDING_CALL_H_
