#include "tests/soak/call_tally.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace registryd {

void CallTally::Ends(absl::string_view call, const absl::Status& status,
                     std::initializer_list<absl::StatusCode> codes) {
  const absl::MutexLock lock(&mutex_);
  ++ends_[absl::StrCat(call, " ", absl::StatusCodeToString(status.code()))];
  if (std::find(codes.begin(), codes.end(), status.code()) == codes.end()) {
    Fault(absl::StrCat(call, " ended with ", status.ToString()));
  }
}

void CallTally::Wrong(absl::string_view call, absl::string_view answer) {
  const absl::MutexLock lock(&mutex_);
  Fault(absl::StrCat(call, " answered ", answer));
}

uint64_t CallTally::calls() const {
  const absl::MutexLock lock(&mutex_);
  uint64_t calls = 0;
  for (const auto& [end, count] : ends_) calls += count;
  return calls;
}

std::vector<std::string> CallTally::faults() const {
  const absl::MutexLock lock(&mutex_);
  return faults_;
}

std::string CallTally::Table() const {
  const absl::MutexLock lock(&mutex_);
  std::string table;
  for (const auto& [end, count] : ends_) absl::StrAppend(&table, end, " ", count, "\n");
  return table;
}

void CallTally::Fault(std::string text) {
  if (faults_.size() < kMaxFaults) faults_.push_back(std::move(text));
}

}  // namespace registryd
