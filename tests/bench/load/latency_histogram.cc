#include "tests/bench/load/latency_histogram.h"

#include <algorithm>
#include <cmath>

#include "absl/numeric/bits.h"

namespace registryd {
namespace {

// Buckets for each power of two from kSteps on. Below twice as many nanoseconds each
// value has its own.
constexpr int kStepBits = 7;
constexpr uint64_t kSteps = uint64_t{1} << kStepBits;
// Nanoseconds are never more than 63 bits.
constexpr size_t kBuckets = (63 - kStepBits) * kSteps + kSteps;

// A value is `step` << `shift`, with `step` in kSteps to 2 * kSteps - 1, but for the
// smallest.
size_t BucketOf(uint64_t nanoseconds) {
  if (nanoseconds < 2 * kSteps) return nanoseconds;
  const int shift = static_cast<int>(absl::bit_width(nanoseconds)) - kStepBits - 1;
  return shift * kSteps + (nanoseconds >> shift);
}

uint64_t UpperEnd(size_t bucket) {
  if (bucket < 2 * kSteps) return bucket;
  const size_t shift = bucket / kSteps - 1;
  return ((bucket - shift * kSteps + 1) << shift) - 1;
}

}  // namespace

LatencyHistogram::LatencyHistogram() : buckets_(kBuckets) {}

void LatencyHistogram::Record(absl::Duration latency) {
  latency = std::max(latency, absl::ZeroDuration());
  ++buckets_[BucketOf(static_cast<uint64_t>(absl::ToInt64Nanoseconds(latency)))];
  ++count_;
  max_ = std::max(max_, latency);
}

void LatencyHistogram::Add(const LatencyHistogram& other) {
  for (size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
}

absl::Duration LatencyHistogram::Quantile(double share) const {
  const uint64_t wanted = static_cast<uint64_t>(std::ceil(share * static_cast<double>(count_)));
  uint64_t seen = 0;
  for (size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (buckets_[i] > 0 && seen >= wanted) {
      return std::min(absl::Nanoseconds(static_cast<int64_t>(UpperEnd(i))), max_);
    }
  }
  return max_;
}

}  // namespace registryd
