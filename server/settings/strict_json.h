#ifndef REGISTRYD_SERVER_SETTINGS_STRICT_JSON_H_
#define REGISTRYD_SERVER_SETTINGS_STRICT_JSON_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace registryd {

// Objects and arrays within each other, in a file that a person writes.
inline constexpr int kMaxJsonDepth = 32;

// Parses one JSON value. INVALID_ARGUMENT, saying where, for what is not JSON or
// not UTF-8, for anything after the value, for a key that stands twice in one
// object and for more than kMaxJsonDepth levels. No value of the text is quoted.
absl::StatusOr<nlohmann::json> ParseStrictJson(absl::string_view text);

// "an object", "a string", ...: what `value` is, for "expected X, got Y".
absl::string_view JsonTypeName(const nlohmann::json& value);

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SETTINGS_STRICT_JSON_H_
