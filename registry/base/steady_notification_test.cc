#include "registry/base/steady_notification.h"

#include <gtest/gtest.h>

#include <thread>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "registry/base/skewed_clock.h"

namespace registryd {
namespace {

TEST(SteadyNotificationTest, IsNotifiedOnce) {
  SteadyNotification notification;
  EXPECT_FALSE(notification.HasBeenNotified());
  EXPECT_FALSE(notification.WaitFor(absl::ZeroDuration()));
  notification.Notify();
  EXPECT_TRUE(notification.HasBeenNotified());
  EXPECT_TRUE(notification.WaitFor(absl::ZeroDuration()));
}

TEST(SteadyNotificationTest, WakesWhoeverWaits) {
  for (const absl::Duration timeout : {absl::Hours(1), absl::InfiniteDuration()}) {
    SteadyNotification notification;
    std::thread notifier([&] { notification.Notify(); });
    EXPECT_TRUE(notification.WaitFor(timeout));
    notifier.join();
  }
}

TEST(SteadyNotificationTest, AClockThatIsSetBackDoesNotProlongAWait) {
  const absl::Time before = absl::Now();
  const SkewedClock ahead(absl::Hours(1));
  ASSERT_GE(absl::Now(), before + absl::Hours(1));
  SteadyNotification notification;
  EXPECT_FALSE(notification.WaitFor(absl::Milliseconds(5)));
}

}  // namespace
}  // namespace registryd
