#ifndef REGISTRYD_REGISTRY_BASE_UTF8_H_
#define REGISTRYD_REGISTRY_BASE_UTF8_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace registryd {

// U+FFFD, for what is no character.
inline constexpr absl::string_view kReplacementCharacter = "\xef\xbf\xbd";

// The bytes of the character that begins `text`: 1 to 4; 0 if it is empty, or begins
// with what is no UTF-8 (overlong forms, surrogates and half characters included).
size_t Utf8Length(absl::string_view text);

// `text` with kReplacementCharacter for each byte that belongs to no character: what a
// protobuf string may hold.
std::string ValidUtf8(absl::string_view text);

// What a server sent, fit for an error message or a log line: on one line, without
// control characters and in UTF-8 (each run of anything else becomes one space),
// without spaces at the ends, and of at most `max_bytes` bytes, "..." included where it
// had to be cut.
std::string PrintableText(absl::string_view text, size_t max_bytes);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_BASE_UTF8_H_
