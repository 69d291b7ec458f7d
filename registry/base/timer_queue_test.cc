#include "registry/base/timer_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "registry/base/skewed_clock.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;

// Runs `function` on the queue's thread, before anything due later, and waits.
template <typename Function>
void RunOnQueue(TimerQueue& timers, Function function) {
  absl::Notification done;
  timers.Schedule(absl::InfinitePast(), [&] {
    function();
    done.Notify();
  });
  done.WaitForNotification();
}

TEST(TimerQueueTest, RunsNotBeforeItsTime) {
  TimerQueue timers;
  const absl::Time when = absl::Now() + absl::Milliseconds(5);
  absl::Time ran;
  absl::Notification done;
  timers.Schedule(when, [&] {
    ran = absl::Now();
    done.Notify();
  });
  done.WaitForNotification();
  EXPECT_GE(ran, when);
}

TEST(TimerQueueTest, RunsInOrderOfTimeThenOfScheduling) {
  TimerQueue timers;
  const absl::Time past = absl::Now() - absl::Hours(1);
  std::vector<int> ran;
  absl::Notification done;
  // From the queue's own thread, so that none runs before all are scheduled.
  RunOnQueue(timers, [&] {
    timers.Schedule(past + absl::Seconds(3), [&] { ran.push_back(4); });
    timers.Schedule(past + absl::Seconds(1), [&] { ran.push_back(1); });
    timers.Schedule(past + absl::Seconds(2), [&] { ran.push_back(2); });
    timers.Schedule(past + absl::Seconds(2), [&] { ran.push_back(3); });
    timers.Schedule(past + absl::Seconds(4), [&] { done.Notify(); });
  });
  done.WaitForNotification();
  EXPECT_THAT(ran, ElementsAre(1, 2, 3, 4));
}

TEST(TimerQueueTest, AnEarlierTimeOvertakesALaterOne) {
  TimerQueue timers;
  timers.Schedule(absl::Now() + absl::Hours(1), [] { FAIL(); });
  absl::Notification done;
  timers.Schedule(absl::Now() + absl::Milliseconds(1), [&] { done.Notify(); });
  done.WaitForNotification();
}

TEST(TimerQueueTest, AClockThatIsSetBackHoldsNothingUp) {
  std::optional<SkewedClock> ahead(absl::Hours(1));
  TimerQueue timers;
  absl::Notification before;
  absl::Notification after;
  timers.Schedule(absl::Now() + absl::Milliseconds(5), [&] { before.Notify(); });
  ahead.reset();
  before.WaitForNotification();
  timers.Schedule(absl::Now() + absl::Milliseconds(5), [&] { after.Notify(); });
  after.WaitForNotification();
}

TEST(TimerQueueTest, AClockThatIsSetAheadHastensNothing) {
  TimerQueue timers;
  timers.Schedule(absl::Now() + absl::Minutes(30), [] { FAIL(); });
  const SkewedClock ahead(absl::Hours(1));
  absl::Notification done;
  timers.Schedule(absl::Now() + absl::Milliseconds(5), [&] { done.Notify(); });
  done.WaitForNotification();
}

TEST(TimerQueueTest, CancelledDoesNotRunAndIsDestroyed) {
  TimerQueue timers;
  auto owned = std::make_shared<int>();
  const TimerQueue::Id id =
      timers.Schedule(absl::Now() + absl::Hours(1), [owned] { FAIL() << *owned; });
  EXPECT_EQ(owned.use_count(), 2);
  EXPECT_TRUE(timers.Cancel(id));
  EXPECT_EQ(owned.use_count(), 1);
  EXPECT_FALSE(timers.Cancel(id));
}

TEST(TimerQueueTest, CancelBeforeItsTurnKeepsADueCallbackFromRunning) {
  TimerQueue timers;
  RunOnQueue(timers, [&] {
    const TimerQueue::Id id = timers.Schedule(absl::InfinitePast(), [] { FAIL(); });
    EXPECT_TRUE(timers.Cancel(id));
  });
  RunOnQueue(timers, [] {});
}

TEST(TimerQueueTest, CancelOfAnotherLeavesTheRest) {
  TimerQueue timers;
  const absl::Time when = absl::Now() + absl::Milliseconds(2);
  const TimerQueue::Id first = timers.Schedule(when, [] { FAIL(); });
  absl::Notification done;
  const TimerQueue::Id second = timers.Schedule(when, [&] { done.Notify(); });
  EXPECT_NE(first, second);
  EXPECT_TRUE(timers.Cancel(first));
  done.WaitForNotification();
}

TEST(TimerQueueTest, CancelIsFalseForWhatRunsOrNeverWas) {
  TimerQueue timers;
  EXPECT_FALSE(timers.Cancel(0));
  EXPECT_FALSE(timers.Cancel(12345));
  absl::Notification scheduled;
  absl::Notification done;
  TimerQueue::Id id = 0;
  id = timers.Schedule(absl::InfinitePast(), [&] {
    scheduled.WaitForNotification();
    EXPECT_FALSE(timers.Cancel(id));
    done.Notify();
  });
  scheduled.Notify();
  done.WaitForNotification();
  EXPECT_FALSE(timers.Cancel(id));
}

TEST(TimerQueueTest, DestructionDropsWhatIsNotDue) {
  auto owned = std::make_shared<int>();
  {
    TimerQueue timers;
    timers.Schedule(absl::Now() + absl::Hours(1), [owned] { FAIL(); });
    timers.Schedule(absl::InfiniteFuture(), [owned] { FAIL(); });
  }
  EXPECT_EQ(owned.use_count(), 1);
}

// Cancels a timer when destroyed, as a call that is given up does.
struct Canceller {
  ~Canceller() { timers->Cancel(id); }
  TimerQueue* timers;
  TimerQueue::Id id;
};

TEST(TimerQueueTest, DroppedCallbacksMayCancelOthers) {
  TimerQueue timers;
  const TimerQueue::Id other = timers.Schedule(absl::Now() + absl::Hours(1), [] { FAIL(); });
  auto canceller = std::make_shared<Canceller>(Canceller{&timers, other});
  timers.Schedule(absl::Now() + absl::Hours(1), [canceller] {});
}

TEST(TimerQueueTest, ManyThreadsScheduleAndCancel) {
  std::atomic<int> ran{0};
  std::atomic<int> cancelled{0};
  constexpr int kThreads = 4;
  constexpr int kEach = 500;
  absl::BlockingCounter kept(kThreads * kEach / 2);
  {
    TimerQueue timers;
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < kEach; i += 2) {
          const TimerQueue::Id id = timers.Schedule(absl::Now(), [&] { ++ran; });
          timers.Schedule(absl::Now() + absl::Microseconds(i), [&] { kept.DecrementCount(); });
          cancelled += timers.Cancel(id);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    kept.Wait();
    RunOnQueue(timers, [] {});
  }
  EXPECT_EQ(ran + cancelled, kThreads * kEach / 2);
}

}  // namespace
}  // namespace registryd
