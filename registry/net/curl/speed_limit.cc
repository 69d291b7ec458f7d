#include "registry/net/curl/speed_limit.h"

#include <algorithm>

namespace registryd {

SpeedLimit::SpeedLimit(int min_bytes_per_second, Duration period, Time now)
    : min_bytes_per_second_(min_bytes_per_second),
      period_(period),
      interval_(
          std::clamp<Duration>(period / 4, std::chrono::milliseconds(5), std::chrono::seconds(1))),
      asked_(now) {}

void SpeedLimit::Wait(Time now) {
  if (waiting_) return;
  waiting_ = true;
  waiting_since_ = now;
}

void SpeedLimit::GoOn(Time now) {
  if (!waiting_) return;
  waiting_ = false;
  waited_ += now - std::max(waiting_since_, asked_);
}

bool SpeedLimit::TooSlow(Time now, uint64_t bytes) {
  if (waiting_) waited_ += now - std::max(waiting_since_, asked_);
  const Duration running = now - asked_ - waited_;
  const double wanted = std::chrono::duration<double>(running).count() * min_bytes_per_second_;
  const uint64_t moved = bytes - std::min(bytes, bytes_);
  asked_ = now;
  waited_ = {};
  bytes_ = bytes;
  if (running <= Duration::zero()) return false;
  slow_ = static_cast<double>(moved) < wanted ? slow_ + running : Duration::zero();
  return slow_ >= period_;
}

}  // namespace registryd
