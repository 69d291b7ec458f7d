#include "client/registryctl/progress_bar.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace registryd::registryctl {
namespace {

constexpr int kBarWidth = 24;
constexpr absl::Duration kInterval = absl::Milliseconds(100);
// To the line's beginning, and erase what is behind it.
constexpr char kErase[] = "\r\x1b[K";

std::string Bar(double part) {
  const int filled = static_cast<int>(part * kBarWidth);
  const bool full = filled == kBarWidth;
  return absl::StrCat("[", std::string(filled, '='), full ? "" : ">",
                      full ? "" : std::string(kBarWidth - filled - 1, ' '), "]");
}

}  // namespace

std::string ByteCount(int64_t bytes) {
  if (bytes < 1024) return absl::StrCat(bytes, " B");
  double count = static_cast<double>(bytes);
  const char* unit = "";
  for (const char* const next : {"KiB", "MiB", "GiB", "TiB"}) {
    // What would be rounded up to 1024.0 takes the next unit.
    if (count < 1023.95) break;
    count /= 1024;
    unit = next;
  }
  return absl::StrFormat("%.1f %s", count, unit);
}

std::string ProgressLine(int64_t done, int64_t total, double bytes_per_second) {
  const std::string rate = absl::StrCat(ByteCount(static_cast<int64_t>(bytes_per_second)), "/s");
  if (total < 0) return absl::StrCat(ByteCount(done), "  ", rate);
  const double part =
      total == 0 ? 1.0
                 : std::clamp(static_cast<double>(done) / static_cast<double>(total), 0.0, 1.0);
  return absl::StrFormat("%s of %s  %s %3d%%  %s", ByteCount(done), ByteCount(total), Bar(part),
                         static_cast<int>(part * 100), rate);
}

ProgressBar::ProgressBar(std::ostream& out, int64_t done, int64_t total, absl::Time now)
    : out_(out), before_(done), start_(now), next_(now) {
  Update(done, total, now);
}

ProgressBar::~ProgressBar() { Clear(); }

void ProgressBar::Update(int64_t done, int64_t total, absl::Time now) {
  if (now < next_) return;
  next_ = now + kInterval;
  const double seconds = absl::ToDoubleSeconds(now - start_);
  const double rate = seconds > 0 ? static_cast<double>(done - before_) / seconds : 0;
  out_ << kErase << ProgressLine(done, total, rate) << std::flush;
  shown_ = true;
}

void ProgressBar::Clear() {
  if (!shown_) return;
  out_ << kErase << std::flush;
  shown_ = false;
  next_ = absl::InfinitePast();
}

}  // namespace registryd::registryctl
