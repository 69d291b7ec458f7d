#include "client/registryctl/progress_bar.h"

#include <cstdint>
#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace registryd::registryctl {
namespace {

using ::testing::Le;
using ::testing::SizeIs;

constexpr int64_t kMiB = 1 << 20;

TEST(ByteCountTest, TakesTheUnitThatSuits) {
  const struct {
    int64_t bytes;
    const char* text;
  } kCases[] = {
      {0, "0 B"},
      {1023, "1023 B"},
      {1024, "1.0 KiB"},
      {1536, "1.5 KiB"},
      {kMiB - 1, "1.0 MiB"},
      {kMiB, "1.0 MiB"},
      {kMiB << 10, "1.0 GiB"},
      {kMiB << 20, "1.0 TiB"},
      {kMiB << 32, "4096.0 TiB"},
  };
  for (const auto& c : kCases) EXPECT_EQ(ByteCount(c.bytes), c.text) << c.bytes;
}

TEST(ProgressLineTest, ShowsHowFar) {
  const struct {
    int64_t done;
    int64_t total;
    double rate;
    const char* text;
  } kCases[] = {
      {0, kMiB, 0, "0 B of 1.0 MiB  [>                       ]   0%  0 B/s"},
      {kMiB / 2, kMiB, 2048, "512.0 KiB of 1.0 MiB  [============>           ]  50%  2.0 KiB/s"},
      {kMiB - 1, kMiB, 1, "1.0 MiB of 1.0 MiB  [=======================>]  99%  1 B/s"},
      {kMiB, kMiB, 1, "1.0 MiB of 1.0 MiB  [========================] 100%  1 B/s"},
      {2 * kMiB, kMiB, 1, "2.0 MiB of 1.0 MiB  [========================] 100%  1 B/s"},
      {0, 0, 0, "0 B of 0 B  [========================] 100%  0 B/s"},
      {kMiB, -1, 1024, "1.0 MiB  1.0 KiB/s"},
  };
  for (const auto& c : kCases) EXPECT_EQ(ProgressLine(c.done, c.total, c.rate), c.text);
}

TEST(ProgressLineTest, FitsATerminal) {
  EXPECT_THAT(ProgressLine(1000 * kMiB, 1023 * kMiB, 1000.0 * kMiB), SizeIs(Le(79)));
  constexpr int64_t kMost = int64_t{1} << 50;
  EXPECT_THAT(ProgressLine(kMost, kMost, static_cast<double>(kMost)), SizeIs(Le(79)));
}

TEST(ProgressBarTest, RewritesItsLineTenTimesASecond) {
  std::ostringstream out;
  absl::Time now = absl::UnixEpoch();
  {
    ProgressBar bar(out, 0, 100, now);
    bar.Update(10, 100, now += absl::Milliseconds(99));
    bar.Update(20, 100, now += absl::Milliseconds(1));
  }
  EXPECT_EQ(out.str(),
            "\r\x1b[K0 B of 100 B  [>                       ]   0%  0 B/s"
            "\r\x1b[K20 B of 100 B  [====>                   ]  20%  200 B/s"
            "\r\x1b[K");
}

TEST(ProgressBarTest, CountsTheRateOfThisTransferOnly) {
  std::ostringstream out;
  ProgressBar bar(out, 50, -1, absl::UnixEpoch());
  out.str("");
  bar.Update(60, -1, absl::UnixEpoch() + absl::Seconds(2));
  EXPECT_EQ(out.str(), "\r\x1b[K60 B  5 B/s");
}

TEST(ProgressBarTest, ComesBackAfterItWasCleared) {
  std::ostringstream out;
  ProgressBar bar(out, 0, -1, absl::UnixEpoch());
  bar.Clear();
  out.str("");
  bar.Clear();
  EXPECT_EQ(out.str(), "") << "nothing to take away";
  bar.Update(7, -1, absl::UnixEpoch());
  EXPECT_EQ(out.str(), "\r\x1b[K7 B  0 B/s");
}

}  // namespace
}  // namespace registryd::registryctl
