#include "server/lifecycle/signal_thread.h"

#include <signal.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/skewed_clock.h"

namespace registryd {
namespace {

using testing::ElementsAre;

// What the callbacks were called with.
class Calls {
 public:
  SignalThread::Callbacks Callbacks() {
    return {[this](int signal) { Add("terminate " + std::to_string(signal)); },
            [this] { Add("hangup"); },
            [this](int status) { Add("exit " + std::to_string(status)); }};
  }

  // Waits until there are `count`.
  std::vector<std::string> Wait(size_t count) {
    absl::MutexLock lock(&mutex_);
    const auto enough = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return calls_.size() >= count;
    };
    EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&enough), absl::Seconds(30)));
    return calls_;
  }

 private:
  void Add(std::string call) {
    absl::MutexLock lock(&mutex_);
    calls_.push_back(std::move(call));
  }

  absl::Mutex mutex_;
  std::vector<std::string> calls_ ABSL_GUARDED_BY(mutex_);
};

TEST(SignalThread, CallsForEachSignal) {
  Calls calls;
  SignalThread signals;
  signals.Start(calls.Callbacks());
  kill(getpid(), SIGHUP);
  calls.Wait(1);
  kill(getpid(), SIGHUP);
  calls.Wait(2);
  kill(getpid(), SIGTERM);
  EXPECT_THAT(calls.Wait(3), ElementsAre("hangup", "hangup", "terminate 15"));
}

TEST(SignalThread, KeepsSignalsUntilItStarts) {
  Calls calls;
  SignalThread signals;
  kill(getpid(), SIGINT);
  signals.Start(calls.Callbacks());
  EXPECT_THAT(calls.Wait(1), ElementsAre("terminate 2"));
}

TEST(SignalThread, ExitsAtTheSecondTermination) {
  Calls calls;
  SignalThread signals(absl::ZeroDuration());
  signals.Start(calls.Callbacks());
  kill(getpid(), SIGTERM);
  calls.Wait(1);
  kill(getpid(), SIGHUP);  // Still served while calls drain.
  calls.Wait(2);
  kill(getpid(), SIGINT);
  EXPECT_THAT(calls.Wait(3), ElementsAre("terminate 15", "hangup", "exit 130"));
}

TEST(SignalThread, ExitsThoughTheClockWasSetBack) {
  Calls calls;
  SignalThread signals(absl::ZeroDuration());
  {
    const SkewedClock ahead(absl::Hours(1));
    kill(getpid(), SIGTERM);
    signals.Start(calls.Callbacks());
    calls.Wait(1);
  }
  kill(getpid(), SIGTERM);
  EXPECT_THAT(calls.Wait(2), ElementsAre("terminate 15", "exit 143"));
}

TEST(SignalThread, TakesARepetitionForTheSameWish) {
  Calls calls;
  SignalThread signals(absl::InfiniteDuration());
  signals.Start(calls.Callbacks());
  kill(getpid(), SIGTERM);
  calls.Wait(1);
  kill(getpid(), SIGTERM);
  kill(getpid(), SIGHUP);  // Comes after it, so the wait below sees both.
  EXPECT_THAT(calls.Wait(2), ElementsAre("terminate 15", "hangup"));
}

TEST(SignalThreadDeathTest, EndsTheProcessUnlessToldOtherwise) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        Calls calls;
        SignalThread signals(absl::ZeroDuration());
        SignalThread::Callbacks callbacks = calls.Callbacks();
        callbacks.exit_now = nullptr;
        signals.Start(std::move(callbacks));
        kill(getpid(), SIGTERM);
        calls.Wait(1);
        kill(getpid(), SIGTERM);
        while (true) pause();
      },
      testing::ExitedWithCode(143), "");
}

TEST(SignalThread, StopsWithoutASignal) {
  Calls calls;
  SignalThread never_started;
  SignalThread signals;
  signals.Start(calls.Callbacks());
}

TEST(SignalThread, CallsNothingOnceStopped) {
  Calls calls;
  {
    SignalThread signals;
    signals.Start(calls.Callbacks());
    kill(getpid(), SIGHUP);
    calls.Wait(1);
    signals.Stop();
    signals.Stop();
    kill(getpid(), SIGHUP);  // Waits for the thread below.
  }
  SignalThread signals;
  Calls later;
  signals.Start(later.Callbacks());
  EXPECT_THAT(later.Wait(1), ElementsAre("hangup"));
  EXPECT_THAT(calls.Wait(1), ElementsAre("hangup"));
}

TEST(SignalThread, KnowsTheFirstTerminationWhenItStartsAgain) {
  Calls calls;
  SignalThread signals(absl::ZeroDuration());
  signals.Start(calls.Callbacks());
  kill(getpid(), SIGTERM);
  calls.Wait(1);
  signals.Stop();
  Calls later;
  signals.Start(later.Callbacks());
  kill(getpid(), SIGTERM);
  EXPECT_THAT(later.Wait(1), ElementsAre("exit 143"));
}

TEST(SignalThread, OutlivesAPeerThatHasGone) {
  SignalThread signals;
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  EXPECT_EQ(write(ends[1], "x", 1), -1);
  close(ends[1]);
}

}  // namespace
}  // namespace registryd
