#ifndef REGISTRYD_REGISTRY_NET_CURL_SPEED_LIMIT_H_
#define REGISTRYD_REGISTRY_NET_CURL_SPEED_LIMIT_H_

#include <chrono>
#include <cstdint>

namespace registryd {

// Finds transfers that are too slow for too long. Time in which the transfer waits for
// its own side does not count. Pure calculation.
class SpeedLimit {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;

  // Too slow is fewer than `min_bytes_per_second` in each interval of `period`. A
  // limit of 0 bytes is none.
  SpeedLimit(int min_bytes_per_second, Duration period, Time now);

  // How often to ask: each second, or more often for a short period.
  Duration interval() const { return interval_; }

  // The transfer begins, or ceases, to wait for its own side.
  void Wait(Time now);
  void GoOn(Time now);

  // To be asked each interval, with the bytes that were moved since the beginning.
  bool TooSlow(Time now, uint64_t bytes);

 private:
  const int min_bytes_per_second_;
  const Duration period_;
  const Duration interval_;
  Time asked_;
  uint64_t bytes_ = 0;
  bool waiting_ = false;
  Time waiting_since_;
  Duration waited_{};  // Since asked_.
  Duration slow_{};
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_CURL_SPEED_LIMIT_H_
