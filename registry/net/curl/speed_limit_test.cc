#include "registry/net/curl/speed_limit.h"

#include <chrono>

#include "gtest/gtest.h"

namespace registryd {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr SpeedLimit::Time kStart{};

TEST(SpeedLimit, AsksEachSecondOrMoreOften) {
  EXPECT_EQ(SpeedLimit(16, seconds(30), kStart).interval(), seconds(1));
  EXPECT_EQ(SpeedLimit(16, seconds(4), kStart).interval(), seconds(1));
  EXPECT_EQ(SpeedLimit(16, seconds(2), kStart).interval(), milliseconds(500));
  EXPECT_EQ(SpeedLimit(16, milliseconds(1), kStart).interval(), milliseconds(5));
}

TEST(SpeedLimit, FindsWhatIsTooSlowAllTheTime) {
  SpeedLimit limit(16, seconds(5), kStart);
  for (int second = 1; second < 5; ++second) {
    EXPECT_FALSE(limit.TooSlow(kStart + seconds(second), 15 * second)) << second;
  }
  EXPECT_TRUE(limit.TooSlow(kStart + seconds(5), 15 * 5));
}

TEST(SpeedLimit, TheLimitItselfIsFastEnough) {
  SpeedLimit limit(16, seconds(5), kStart);
  for (int second = 1; second < 100; ++second) {
    EXPECT_FALSE(limit.TooSlow(kStart + seconds(second), 16 * second)) << second;
  }
}

TEST(SpeedLimit, OneFastSecondBeginsAnew) {
  SpeedLimit limit(16, seconds(5), kStart);
  uint64_t bytes = 0;
  for (int second = 1; second < 100; ++second) {
    if (second % 5 == 0) bytes += 16;
    EXPECT_FALSE(limit.TooSlow(kStart + seconds(second), bytes)) << second;
  }
}

TEST(SpeedLimit, WaitingDoesNotCount) {
  SpeedLimit limit(16, seconds(5), kStart);
  limit.Wait(kStart);
  limit.Wait(kStart + seconds(1));
  for (int second = 1; second < 50; ++second) {
    EXPECT_FALSE(limit.TooSlow(kStart + seconds(second), 0)) << second;
  }
  limit.GoOn(kStart + seconds(50));
  limit.GoOn(kStart + seconds(51));
  EXPECT_FALSE(limit.TooSlow(kStart + milliseconds(54999), 0));
  EXPECT_TRUE(limit.TooSlow(kStart + seconds(55), 0));
}

TEST(SpeedLimit, PartsOfAnIntervalCount) {
  SpeedLimit limit(10, seconds(2), kStart);
  // Waits for nine tenths of each second, and is fast enough in the rest.
  uint64_t bytes = 0;
  for (int second = 0; second < 50; ++second) {
    limit.Wait(kStart + seconds(second));
    limit.GoOn(kStart + seconds(second) + milliseconds(900));
    bytes += 1;
    EXPECT_FALSE(limit.TooSlow(kStart + seconds(second + 1), bytes)) << second;
  }
  // Without a byte, the tenths add up.
  bool slow = false;
  for (int second = 50; second < 69; ++second) {
    limit.Wait(kStart + seconds(second));
    limit.GoOn(kStart + seconds(second) + milliseconds(900));
    slow = limit.TooSlow(kStart + seconds(second + 1), bytes);
    EXPECT_FALSE(slow) << second;
  }
  EXPECT_TRUE(limit.TooSlow(kStart + seconds(70), bytes));
}

}  // namespace
}  // namespace registryd
