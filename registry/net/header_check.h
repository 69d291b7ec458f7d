#ifndef REGISTRYD_REGISTRY_NET_HEADER_CHECK_H_
#define REGISTRYD_REGISTRY_NET_HEADER_CHECK_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace registryd {

// Returns INVALID_ARGUMENT (FIELD_INVALID), field and message naming the header and
// never showing its value, if `name` is no token of RFC 9110, or `value` holds a control
// character other than a tab: with CR and LF a value would make headers of its own.
absl::Status CheckHeader(absl::string_view name, absl::string_view value);

// Returns INVALID_ARGUMENT (FIELD_INVALID, field "method") if `method` is no token.
absl::Status CheckMethod(absl::string_view method);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_HEADER_CHECK_H_
