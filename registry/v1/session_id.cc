#include "registry/v1/session_id.h"

#include <sys/random.h>
#include <sys/types.h>

#include <cerrno>
#include <cstddef>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "registry/base/error.h"

namespace registryd {

absl::StatusOr<std::string> NewSessionId() {
  constexpr size_t kBytes = 32;
  char bytes[kBytes];
  ssize_t got;
  // So few bytes come at once or not at all.
  do {
    got = getrandom(bytes, sizeof bytes, 0);
  } while (got < 0 && errno == EINTR);
  if (got != static_cast<ssize_t>(sizeof bytes)) {
    return Error(absl::StatusCode::kInternal, Reason::kInternal,
                 "the system gave no random bytes for a session's id");
  }
  return absl::BytesToHexString(absl::string_view(bytes, sizeof bytes));
}

}  // namespace registryd
