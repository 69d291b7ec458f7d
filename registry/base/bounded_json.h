#ifndef REGISTRYD_REGISTRY_BASE_BOUNDED_JSON_H_
#define REGISTRYD_REGISTRY_BASE_BOUNDED_JSON_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace registryd {

// Objects and arrays within each other, in what a server sends.
inline constexpr int kMaxUntrustedJsonDepth = 32;

// Values in what a server sends, names of members included, by the `[`, `{`, `,` and `:`
// that bring them. Each takes some hundred bytes, and the time of the thread that reads all
// registries' answers.
inline constexpr int kMaxUntrustedJsonValues = 200'000;

// Parses the JSON value that begins `text`, which a server sent, as Go's encoding/json
// reads a stream: what follows an object, array, string or null is left alone, and bytes
// of strings that are no UTF-8, surrogates without their partner too, become U+FFFD. The
// limit of the text's size is the caller's.
//
// Returns INTERNAL (RESPONSE_INVALID) for what is no JSON and for more than
// kMaxUntrustedJsonDepth levels, and RESOURCE_EXHAUSTED (RESPONSE_TOO_LARGE) for more than
// kMaxUntrustedJsonValues values. Nothing of the text is quoted.
absl::StatusOr<nlohmann::json> ParseUntrustedJson(absl::string_view text);

// The member of `object` called `name` (ASCII), without regard to case where none is
// called exactly so, as encoding/json finds the fields of a struct. nullptr without
// one, where it is null, and where `object` is no object.
nlohmann::json* FindMember(nlohmann::json& object, absl::string_view name);

// Overwrites every string in `value`, which may hold a secret, and empties it.
void WipeJson(nlohmann::json& value);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_BASE_BOUNDED_JSON_H_
