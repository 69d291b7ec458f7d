#ifndef REGISTRYD_REGISTRY_URI_ATOI_H_
#define REGISTRYD_REGISTRY_URI_ATOI_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace registryd {

// The number that `text` is, as Go's strconv.Atoi reads it: a sign and decimal digits, no
// spaces, 64 bits. INVALID_ARGUMENT in its words, with `shown` as what was read: what may
// be a password is not repeated.
absl::StatusOr<int64_t> Atoi(absl::string_view text, absl::string_view shown);
inline absl::StatusOr<int64_t> Atoi(absl::string_view text) { return Atoi(text, text); }

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_URI_ATOI_H_
