#include "tests/server/eventually.h"

#include "absl/time/clock.h"

namespace registryd {

bool Eventually(absl::FunctionRef<bool()> condition) {
  for (const absl::Time deadline = absl::Now() + kPatience; absl::Now() < deadline;) {
    if (condition()) return true;
    absl::SleepFor(absl::Milliseconds(5));
  }
  return condition();
}

}  // namespace registryd
