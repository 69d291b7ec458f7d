#include "registry/base/skewed_clock.h"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>

namespace {

std::atomic<int64_t> ahead_seconds{0};

}  // namespace

// Stands in for that of the C library.
extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept {
  const long result = ::syscall(SYS_clock_gettime, clock, time);
  if (result == 0 && clock == CLOCK_REALTIME) time->tv_sec += ahead_seconds;
  return static_cast<int>(result);
}

namespace registryd {

SkewedClock::SkewedClock(absl::Duration ahead) { ahead_seconds = absl::ToInt64Seconds(ahead); }

SkewedClock::~SkewedClock() { ahead_seconds = 0; }

}  // namespace registryd
