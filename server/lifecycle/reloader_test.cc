#include "server/lifecycle/reloader.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <thread>

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "server/lifecycle/signal_thread.h"

namespace registryd {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(30);

TEST(Reloader, ManyRequestsAreOneWhileOneWaits) {
  std::atomic<int> reloads{0};
  absl::Notification first_runs, go_on, second_ran;
  Reloader reloader([&] {
    if (++reloads == 1) {
      first_runs.Notify();
      go_on.WaitForNotification();
    } else {
      second_ran.Notify();  // Aborts if it happens twice.
    }
  });
  reloader.Request();
  ASSERT_TRUE(first_runs.WaitForNotificationWithTimeout(kPatience));
  for (int i = 0; i < 5; ++i) reloader.Request();
  go_on.Notify();
  EXPECT_TRUE(second_ran.WaitForNotificationWithTimeout(kPatience));
}

TEST(Reloader, OutlivesTheReloadsThatBegan) {
  std::atomic<int> begun{0};
  std::atomic<int> ended{0};
  absl::Notification runs, go_on;
  auto reloader = std::make_unique<Reloader>([&] {
    if (++begun == 1) runs.Notify();
    go_on.WaitForNotification();
    ++ended;
  });
  reloader->Request();
  ASSERT_TRUE(runs.WaitForNotificationWithTimeout(kPatience));
  reloader->Request();
  std::thread destroyer([&] { reloader.reset(); });
  go_on.Notify();
  destroyer.join();
  EXPECT_GE(ended.load(), 1);
  EXPECT_EQ(ended.load(), begun.load());
}

TEST(Reloader, ATerminationIsSeenWhileAReloadHangs) {
  absl::Notification runs, go_on, terminated, exits;
  {
    SignalThread signals(absl::ZeroDuration());
    Reloader reloader([&] {
      runs.Notify();
      go_on.WaitForNotification();
    });
    signals.Start({[&](int) { terminated.Notify(); }, [&] { reloader.Request(); },
                   [&](int) { exits.Notify(); }});
    kill(getpid(), SIGHUP);
    EXPECT_TRUE(runs.WaitForNotificationWithTimeout(kPatience));
    kill(getpid(), SIGTERM);
    EXPECT_TRUE(terminated.WaitForNotificationWithTimeout(kPatience));
    kill(getpid(), SIGTERM);
    EXPECT_TRUE(exits.WaitForNotificationWithTimeout(kPatience));
    signals.Stop();
    go_on.Notify();
  }
}

}  // namespace
}  // namespace registryd
