#include "registry/base/clock.h"

#include <gtest/gtest.h>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "registry/base/fake_clock.h"

namespace registryd {
namespace {

TEST(ClockTest, RealClockIsTheSystems) {
  const absl::Time before = absl::Now();
  const absl::Time now = Clock::Real().Now();
  const absl::Time after = absl::Now();
  EXPECT_LE(before, now);
  EXPECT_LE(now, after);
}

TEST(ClockTest, RealClockIsOneObject) { EXPECT_EQ(&Clock::Real(), &Clock::Real()); }

TEST(ClockTest, WasSetBackByMoreThanASecond) {
  const absl::Time then = absl::FromUnixSeconds(1000);
  EXPECT_FALSE(WasSetBack(then, then + absl::Hours(1)));
  EXPECT_FALSE(WasSetBack(then, then));
  EXPECT_FALSE(WasSetBack(then, then - absl::Seconds(1)));
  EXPECT_TRUE(WasSetBack(then, then - absl::Seconds(1) - absl::Nanoseconds(1)));
  EXPECT_TRUE(WasSetBack(then, then - absl::Hours(1)));
}

TEST(FakeClockTest, StandsStill) {
  const absl::Time start = absl::FromUnixSeconds(1000);
  const FakeClock clock(start);
  EXPECT_EQ(clock.Now(), start);
  EXPECT_EQ(clock.Now(), start);
}

TEST(FakeClockTest, AdvancesByExactlyWhatItIsTold) {
  FakeClock clock;
  clock.Advance(absl::Nanoseconds(1));
  EXPECT_EQ(clock.Now(), absl::FromUnixNanos(1));
  clock.Advance(absl::Hours(1));
  EXPECT_EQ(clock.Now(), absl::FromUnixNanos(1) + absl::Hours(1));
}

TEST(FakeClockTest, GoesBack) {
  FakeClock clock(absl::FromUnixSeconds(10));
  clock.Advance(-absl::Seconds(11));
  EXPECT_EQ(clock.Now(), absl::FromUnixSeconds(-1));
}

}  // namespace
}  // namespace registryd
