#include "client/registryctl/stop_signal.h"

#include <csignal>

#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"

namespace registryd::registryctl {
namespace {

TEST(StopSignalTest, CallsItsFunctionOnce) {
  for (const int signal : {SIGINT, SIGTERM}) {
    int calls = 0;
    {
      absl::Notification called;
      const StopSignal stop([&] {
        ++calls;
        called.Notify();
      });
      EXPECT_FALSE(stop.received());
      std::raise(signal);
      called.WaitForNotification();
      EXPECT_TRUE(stop.received());
      std::raise(signal);
    }
    EXPECT_EQ(calls, 1) << signal;
  }
}

TEST(StopSignalTest, GivesSignalsBack) {
  const auto before = std::signal(SIGINT, SIG_IGN);
  {
    const StopSignal stop([] {});
  }
  std::raise(SIGINT);
  EXPECT_EQ(std::signal(SIGINT, before), SIG_IGN);
}

TEST(StopSignalTest, WithoutASignalNothingIsCalled) {
  const StopSignal stop([] { ADD_FAILURE(); });
  EXPECT_FALSE(stop.received());
}

}  // namespace
}  // namespace registryd::registryctl
