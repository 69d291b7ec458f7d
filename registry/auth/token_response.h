#ifndef REGISTRYD_REGISTRY_AUTH_TOKEN_RESPONSE_H_
#define REGISTRYD_REGISTRY_AUTH_TOKEN_RESPONSE_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "registry/auth/token_source.h"

namespace registryd {

// How a token was asked for. The answers differ in their fields.
enum class TokenMethod {
  kGet,   // Docker's token protocol: `access_token` or, without it, `token`.
  kPost,  // OAuth2: `access_token`.
};

// Reads a token server's answer at time `now`, as Docker's distribution client does:
//   - `expires_in` counts in seconds, and as 60 where it is less or missing;
//   - it begins at `issued_at` (RFC 3339), or at `now` without one. Unlike there, an
//     `issued_at` that is yet to come is `now`: this clock decides;
//   - an answer to kGet without a token is none, but one to kPost is an empty token, which
//     the registry may judge;
//   - `refresh_token`, where there is one, is handed back;
//   - names are compared without regard to case, null means missing, unknown fields and
//     what follows the object are left alone; a field of a wrong type spoils it all.
//
// Returns INTERNAL (RESPONSE_INVALID) for anything else, and for a token that no header
// can hold; RESOURCE_EXHAUSTED (RESPONSE_TOO_LARGE) for JSON of too many values. Nothing of
// the answer is quoted.
absl::StatusOr<Token> ParseTokenResponse(absl::string_view body, TokenMethod method,
                                         absl::Time now);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_AUTH_TOKEN_RESPONSE_H_
