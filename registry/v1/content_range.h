#ifndef REGISTRYD_REGISTRY_V1_CONTENT_RANGE_H_
#define REGISTRYD_REGISTRY_V1_CONTENT_RANGE_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace registryd {

// The `Content-Range` of a 206 or 416 (RFC 9110, section 14.4): "bytes 10-19/20",
// "bytes 10-19/*", "bytes */20".
struct ContentRange {
  // Of the first byte; nullopt: there is no range, as in a 416.
  std::optional<int64_t> first;
  // Of the whole, in bytes; nullopt: not known.
  std::optional<int64_t> size;
};

// nullopt for what is none.
std::optional<ContentRange> ParseContentRange(absl::string_view value);

// A length in bytes, digits alone; nullopt for what is none.
std::optional<int64_t> ParseLength(absl::string_view value);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_V1_CONTENT_RANGE_H_
