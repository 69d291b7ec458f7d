#ifndef REGISTRYD_CLIENT_REGISTRYCTL_PROGRESS_BAR_H_
#define REGISTRYD_CLIENT_REGISTRYCTL_PROGRESS_BAR_H_

#include <cstdint>
#include <ostream>
#include <string>

#include "absl/time/time.h"

namespace registryd::registryctl {

// `999 B`, `1.5 KiB`, `12.0 MiB`.
std::string ByteCount(int64_t bytes);

// How far a transfer has come, in at most 79 characters: `12.0 MiB of 40.0 MiB  [===>
// ]  30%  5.0 MiB/s`. `total` of -1 or less: not known, and no bar.
std::string ProgressLine(int64_t done, int64_t total, double bytes_per_second);

// A line on a terminal that tells how far a transfer has come, rewritten in place.
class ProgressBar {
 public:
  // `done` of `total` bytes are there before the transfer begins. `out` is the terminal,
  // and must outlive this.
  ProgressBar(std::ostream& out, int64_t done, int64_t total, absl::Time now);
  // Takes the line away.
  ~ProgressBar();

  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // `total` may become known. Writes at most ten times a second.
  void Update(int64_t done, int64_t total, absl::Time now);

  // Takes the line away, until the next update.
  void Clear();

 private:
  std::ostream& out_;
  const int64_t before_;
  const absl::Time start_;
  absl::Time next_;
  bool shown_ = false;
};

}  // namespace registryd::registryctl

#endif  // REGISTRYD_CLIENT_REGISTRYCTL_PROGRESS_BAR_H_
