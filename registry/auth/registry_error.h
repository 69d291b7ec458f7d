#ifndef REGISTRYD_REGISTRY_AUTH_REGISTRY_ERROR_H_
#define REGISTRYD_REGISTRY_AUTH_REGISTRY_ERROR_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "registry/net/http_message.h"

namespace registryd {

// What a response that means no success is to our caller. `action`, "login attempt to
// https://registry.example/v2/", begins the message; `body` is what came with it,
// whole or in part, untrusted.
//
//   401  UNAUTHENTICATED      REGISTRY_UNAUTHORIZED
//   403  PERMISSION_DENIED    REGISTRY_DENIED
//   404  NOT_FOUND            REGISTRY_NOT_FOUND
//   429  RESOURCE_EXHAUSTED   REGISTRY_THROTTLED   RetryInfo if the server gave one
//   5xx  UNAVAILABLE          REGISTRY_FAILED      RetryInfo if the server gave one
//   else FAILED_PRECONDITION  REGISTRY_FAILED
//
// The server's own error codes and messages, in the forms that Docker's distribution
// client knows (`errors`, `details`, OAuth's `error` and `error_description`, a bearer
// challenge's `error`), are part of the message, cut to 512 bytes and made printable.
// Of a 4xx they also decide, before the status, where they say unauthorized, denied or
// too many requests; OAuth's `error` only of a 400.
//
//   login attempt to https://registry.example/v2/ failed with status: 401 Unauthorized:
//   unauthorized: authentication required
absl::Status RegistryError(absl::string_view action, const HttpResponseHead& head,
                           absl::string_view body, absl::Time now);

// When to come back by a Retry-After header, the first that makes sense: seconds or an
// HTTP date, kept within 0 and 1 hour. nullopt without one.
std::optional<absl::Duration> RetryAfter(const HttpResponseHead& head, absl::Time now);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_AUTH_REGISTRY_ERROR_H_
