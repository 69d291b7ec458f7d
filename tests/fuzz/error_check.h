#ifndef REGISTRYD_TESTS_FUZZ_ERROR_CHECK_H_
#define REGISTRYD_TESTS_FUZZ_ERROR_CHECK_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "registry/base/error.h"
#include "registry/base/utf8.h"
#include "tests/fuzz/fuzz.h"

namespace registryd {

// Fit to be shown: one line of UTF-8 without control characters, of at most `max_bytes`.
inline void CheckShowable(absl::string_view message, size_t max_bytes) {
  FUZZ_CHECK(message.size() <= max_bytes);
  while (!message.empty()) {
    const size_t length = Utf8Length(message);
    FUZZ_CHECK(length > 0);
    FUZZ_CHECK(length > 1 || (message.front() >= 0x20 && message.front() != 0x7f));
    message.remove_prefix(length);
  }
}

// As the above, but may quote what the caller himself sent as it is.
inline void CheckUtf8(absl::string_view message, size_t max_bytes) {
  FUZZ_CHECK(message.size() <= max_bytes);
  FUZZ_CHECK(ValidUtf8(message) == message);
}

// `status` is an error with this code and reason that quotes its caller.
inline void CheckCallersError(const absl::Status& status, absl::StatusCode code, Reason reason,
                              size_t max_bytes) {
  FUZZ_CHECK(status.code() == code);
  FUZZ_CHECK(ReasonOf(status) == reason);
  FUZZ_CHECK(!status.message().empty());
  CheckUtf8(status.message(), max_bytes);
}

// `status` is an error with this code and reason, and fit to be shown.
inline void CheckError(const absl::Status& status, absl::StatusCode code, Reason reason,
                       size_t max_bytes) {
  FUZZ_CHECK(status.code() == code);
  FUZZ_CHECK(ReasonOf(status) == reason);
  FUZZ_CHECK(!status.message().empty());
  CheckShowable(status.message(), max_bytes);
}

}  // namespace registryd

#endif  // REGISTRYD_TESTS_FUZZ_ERROR_CHECK_H_
