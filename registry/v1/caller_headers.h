#ifndef REGISTRYD_REGISTRY_V1_CALLER_HEADERS_H_
#define REGISTRYD_REGISTRY_V1_CALLER_HEADERS_H_

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "registry/net/http_message.h"

namespace registryd {

// Of all of a caller's headers together, names and values.
inline constexpr size_t kMaxCallerHeaderBytes = size_t{16} * 1024;

// The headers that a caller wants in all requests: `User-Agent` if `user_agent` is not
// empty, then `headers` in their order.
//
// Returns INVALID_ARGUMENT (FIELD_INVALID, field "user_agent" or "headers[2]") for a
// name that is no HTTP token or that this service sets itself (Authorization, Cookie,
// Host, User-Agent, what describes bodies and connections, X-Docker-Token and the like);
// for a value with control characters, of which only the tab is none; and above
// kMaxCallerHeaderBytes.
absl::StatusOr<std::vector<HttpHeader>> CheckCallerHeaders(absl::string_view user_agent,
                                                           absl::Span<const HttpHeader> headers);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_V1_CALLER_HEADERS_H_
