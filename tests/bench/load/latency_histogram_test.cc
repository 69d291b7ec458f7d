#include "tests/bench/load/latency_histogram.h"

#include <cstdint>

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace registryd {
namespace {

TEST(LatencyHistogramTest, IsEmptyAtFirst) {
  const LatencyHistogram histogram;
  EXPECT_EQ(histogram.count(), 0u);
  EXPECT_EQ(histogram.max(), absl::ZeroDuration());
  EXPECT_EQ(histogram.Quantile(0.99), absl::ZeroDuration());
}

TEST(LatencyHistogramTest, FindsQuantiles) {
  LatencyHistogram histogram;
  for (int i = 1; i <= 1000; ++i) histogram.Record(absl::Microseconds(i));
  const struct {
    double share;
    absl::Duration least;
  } kCases[] = {
      {0, absl::Microseconds(1)},       {0.001, absl::Microseconds(1)},
      {0.5, absl::Microseconds(500)},   {0.99, absl::Microseconds(990)},
      {0.999, absl::Microseconds(999)}, {1, absl::Microseconds(1000)},
  };
  for (const auto& c : kCases) {
    EXPECT_GE(histogram.Quantile(c.share), c.least) << c.share;
    EXPECT_LE(histogram.Quantile(c.share), c.least * 1.01) << c.share;
  }
}

TEST(LatencyHistogramTest, KeepsEveryValueWithinAHundredth) {
  for (int64_t value = 1; value < (int64_t{1} << 50); value = value * 3 / 2 + 1) {
    LatencyHistogram histogram;
    histogram.Record(absl::Nanoseconds(value));
    // Beside a longer one, so that the longest does not stand in for the bucket.
    histogram.Record(absl::Hours(1000));
    const absl::Duration found = histogram.Quantile(0.5);
    EXPECT_GE(found, absl::Nanoseconds(value));
    EXPECT_LE(found, absl::Nanoseconds(value) * 1.01) << value;
  }
}

TEST(LatencyHistogramTest, CountsNegativeDurationsAsNone) {
  LatencyHistogram histogram;
  histogram.Record(absl::Microseconds(-5));
  EXPECT_EQ(histogram.count(), 1u);
  EXPECT_EQ(histogram.max(), absl::ZeroDuration());
}

TEST(LatencyHistogramTest, AddsUp) {
  LatencyHistogram all;
  LatencyHistogram other;
  all.Record(absl::Milliseconds(1));
  other.Record(absl::Milliseconds(4));
  other.Record(absl::Milliseconds(4));
  all.Add(other);
  EXPECT_EQ(all.count(), 3u);
  EXPECT_EQ(all.max(), absl::Milliseconds(4));
  EXPECT_LT(all.Quantile(0.3), absl::Milliseconds(2));
  EXPECT_EQ(all.Quantile(0.5), absl::Milliseconds(4));
}

}  // namespace
}  // namespace registryd
