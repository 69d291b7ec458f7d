#ifndef REGISTRYD_TESTS_BENCH_LOAD_LATENCY_HISTOGRAM_H_
#define REGISTRYD_TESTS_BENCH_LOAD_LATENCY_HISTOGRAM_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/time/time.h"

namespace registryd {

// Counts durations in buckets whose width is less than a hundredth of their value,
// from a nanosecond to centuries. Not thread-safe.
class LatencyHistogram {
 public:
  LatencyHistogram();

  // A negative duration counts as none.
  void Record(absl::Duration latency);
  void Add(const LatencyHistogram& other);

  uint64_t count() const { return count_; }
  // The longest one, exactly.
  absl::Duration max() const { return max_; }
  // The upper end of the bucket that holds the `share`, of 0 to 1, of all; never more
  // than max(). Zero when nothing was recorded.
  absl::Duration Quantile(double share) const;

 private:
  std::vector<uint64_t> buckets_;
  uint64_t count_ = 0;
  absl::Duration max_;
};

}  // namespace registryd

#endif  // REGISTRYD_TESTS_BENCH_LOAD_LATENCY_HISTOGRAM_H_
