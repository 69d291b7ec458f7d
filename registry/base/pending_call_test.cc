#include "registry/base/pending_call.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "registry/base/cancellation.h"
#include "registry/base/error.h"
#include "registry/base/timer_queue.h"

namespace registryd {
namespace {

using Call = PendingCall<int>;

// What a callback was called with, and how often.
struct Outcome {
  Call::Callback Callback() {
    return [this](absl::StatusOr<int> value) {
      ++calls;
      result = std::move(value);
      called.Notify();  // Fails the test at a second call.
    };
  }
  int calls = 0;
  absl::StatusOr<int> result = absl::UnknownError("not called");
  absl::Notification called;
};

CallContext Until(absl::Time deadline) { return {deadline, nullptr}; }
CallContext Cancellable(std::shared_ptr<Cancellation> cancellation) {
  return {absl::InfiniteFuture(), std::move(cancellation)};
}

TEST(PendingCallTest, FirstResultWins) {
  TimerQueue timers;
  Outcome outcome;
  const auto call = Call::Start({}, timers, outcome.Callback());
  EXPECT_FALSE(call->finished());
  EXPECT_TRUE(call->Finish(1));
  EXPECT_TRUE(call->finished());
  EXPECT_FALSE(call->Finish(2));
  EXPECT_EQ(outcome.calls, 1);
  EXPECT_EQ(outcome.result.value(), 1);
}

TEST(PendingCallTest, PassesErrorsOn) {
  TimerQueue timers;
  Outcome outcome;
  Call::Start({}, timers, outcome.Callback())->Finish(absl::NotFoundError("text"));
  EXPECT_EQ(outcome.result.status(), absl::NotFoundError("text"));
}

TEST(PendingCallTest, PassedDeadlineCallsBackAtOnce) {
  TimerQueue timers;
  for (const absl::Time deadline : {absl::InfinitePast(), absl::Now() - absl::Nanoseconds(1)}) {
    Outcome outcome;
    const auto call = Call::Start(Until(deadline), timers, outcome.Callback());
    EXPECT_TRUE(call->finished());
    EXPECT_EQ(outcome.result.status().code(), absl::StatusCode::kDeadlineExceeded);
    EXPECT_EQ(ReasonOf(outcome.result.status()), Reason::kDeadlineExceeded);
  }
}

TEST(PendingCallTest, DeadlineCallsBackNotEarlier) {
  TimerQueue timers;
  Outcome outcome;
  const absl::Time deadline = absl::Now() + absl::Milliseconds(5);
  const auto call = Call::Start(Until(deadline), timers, outcome.Callback());
  outcome.called.WaitForNotification();
  EXPECT_GE(absl::Now(), deadline);
  EXPECT_EQ(outcome.result.status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_FALSE(call->Finish(1));
}

TEST(PendingCallTest, ResultBeforeTheDeadlineForgetsTheTimer) {
  TimerQueue timers;
  Outcome outcome;
  auto call = Call::Start(Until(absl::Now() + absl::Hours(1)), timers, outcome.Callback());
  EXPECT_TRUE(call->Finish(1));
  const std::weak_ptr<Call> watch = call;
  call = nullptr;
  EXPECT_TRUE(watch.expired());
  EXPECT_EQ(outcome.calls, 1);
}

TEST(PendingCallTest, CancelledBeforeCallsBackAtOnce) {
  TimerQueue timers;
  Outcome outcome;
  const auto cancellation = std::make_shared<Cancellation>();
  cancellation->Cancel();
  const auto call = Call::Start(Cancellable(cancellation), timers, outcome.Callback());
  EXPECT_EQ(outcome.result.status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(ReasonOf(outcome.result.status()), Reason::kCancelled);
}

TEST(PendingCallTest, CancelledBeforeAndLateCallsBackOnce) {
  TimerQueue timers;
  Outcome outcome;
  const auto cancellation = std::make_shared<Cancellation>();
  cancellation->Cancel();
  Call::Start({absl::InfinitePast(), cancellation}, timers, outcome.Callback());
  EXPECT_EQ(outcome.calls, 1);
  EXPECT_EQ(outcome.result.status().code(), absl::StatusCode::kCancelled);
}

TEST(PendingCallTest, CancelCallsBackOnItsThread) {
  TimerQueue timers;
  Outcome outcome;
  const auto cancellation = std::make_shared<Cancellation>();
  const auto call = Call::Start(Cancellable(cancellation), timers, outcome.Callback());
  EXPECT_EQ(outcome.calls, 0);
  cancellation->Cancel();
  EXPECT_EQ(outcome.calls, 1);
  EXPECT_EQ(outcome.result.status().code(), absl::StatusCode::kCancelled);
  EXPECT_FALSE(call->Finish(1));
}

TEST(PendingCallTest, CancelAfterTheResultDoesNothing) {
  TimerQueue timers;
  Outcome outcome;
  const auto cancellation = std::make_shared<Cancellation>();
  Call::Start(Cancellable(cancellation), timers, outcome.Callback())->Finish(1);
  cancellation->Cancel();
  EXPECT_EQ(outcome.calls, 1);
}

TEST(PendingCallTest, DroppedWithoutAResultIsUnavailable) {
  TimerQueue timers;
  Outcome outcome;
  const auto cancellation = std::make_shared<Cancellation>();
  Call::Start({absl::Now() + absl::Hours(1), cancellation}, timers, outcome.Callback());
  EXPECT_EQ(outcome.calls, 1);
  EXPECT_EQ(outcome.result.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(outcome.result.status()), Reason::kShuttingDown);
}

TEST(PendingCallTest, DestroysTheCallbackAfterItsCall) {
  TimerQueue timers;
  auto owned = std::make_shared<int>();
  const auto call = Call::Start({}, timers, [owned](absl::StatusOr<int>) {});
  call->Finish(1);
  EXPECT_EQ(owned.use_count(), 1);
}

TEST(PendingCallTest, CallbackMayFinishAndCancelAgain) {
  TimerQueue timers;
  const auto cancellation = std::make_shared<Cancellation>();
  std::shared_ptr<Call> call;
  int calls = 0;
  call = Call::Start(Cancellable(cancellation), timers, [&](absl::StatusOr<int>) {
    ++calls;
    EXPECT_FALSE(call->Finish(2));
    cancellation->Cancel();
  });
  call->Finish(1);
  EXPECT_EQ(calls, 1);
}

TEST(PendingCallTest, RacingResultDeadlineAndCancellationCallBackOnce) {
  TimerQueue timers;
  for (int round = 0; round < 300; ++round) {
    std::atomic<int> calls{0};
    const auto cancellation = std::make_shared<Cancellation>();
    const CallContext context = {absl::Now() + absl::Microseconds(round), cancellation};
    std::thread canceller([&] { cancellation->Cancel(); });
    auto call = Call::Start(context, timers, [&](absl::StatusOr<int>) { ++calls; });
    std::thread finisher([call] { call->Finish(1); });
    call = nullptr;
    finisher.join();
    canceller.join();
    // The thread that won may still be in the callback: the timers' thread.
    absl::Notification idle;
    timers.Schedule(absl::InfinitePast(), [&] { idle.Notify(); });
    idle.WaitForNotification();
    ASSERT_EQ(calls, 1);
  }
}

}  // namespace
}  // namespace registryd
