#ifndef REGISTRYD_REGISTRY_AUTH_JSON_WALK_H_
#define REGISTRYD_REGISTRY_AUTH_JSON_WALK_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace registryd {

// Objects and arrays within each other.
inline constexpr size_t kMaxWalkDepth = 32;

enum class JsonKind { kObject, kArray, kString, kOther, kNull };

// One value of a document, as it comes by.
struct JsonValue {
  // The keys that lead to it, from the outermost object; empty for the document. A
  // level that is an array has an empty key.
  absl::Span<const std::string> path;
  JsonKind kind = JsonKind::kNull;
  // The text of a kString, which may be moved from. It is wiped after the visit.
  std::string* text = nullptr;
};

// Reads a JSON document that may hold secrets, without making a tree of it: calls
// `visit` for each value in order, an object or array before what it holds. Stops at
// the visitor's first error, and returns it. Otherwise INVALID_ARGUMENT, with the
// position and no part of the text, for what is not one JSON value in UTF-8 or is
// more than kMaxWalkDepth levels deep.
//
// No text is left behind but in the parser's own buffer, which holds the last value.
absl::Status WalkJson(absl::string_view text,
                      absl::FunctionRef<absl::Status(const JsonValue&)> visit);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_AUTH_JSON_WALK_H_
