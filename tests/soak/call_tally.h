#ifndef REGISTRYD_TESTS_SOAK_CALL_TALLY_H_
#define REGISTRYD_TESTS_SOAK_CALL_TALLY_H_

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace registryd {

// How calls ended, and whether they may end so. Thread-safe.
class CallTally {
 public:
  // A call that may only succeed.
  void Succeeds(absl::string_view call, const absl::Status& status) {
    Ends(call, status, {absl::StatusCode::kOk});
  }
  // A call that may end with each of `codes`.
  void Ends(absl::string_view call, const absl::Status& status,
            std::initializer_list<absl::StatusCode> codes);
  // An answer that is wrong.
  void Wrong(absl::string_view call, absl::string_view answer);

  uint64_t calls() const;
  // What went wrong, a line each; at most kMaxFaults of them.
  std::vector<std::string> faults() const;
  // "Ping UNAVAILABLE 17", a line for each pair, in order.
  std::string Table() const;

 private:
  static constexpr size_t kMaxFaults = 20;

  void Fault(std::string text) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  std::map<std::string, uint64_t> ends_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> faults_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace registryd

#endif  // REGISTRYD_TESTS_SOAK_CALL_TALLY_H_
