#ifndef REGISTRYD_REGISTRY_URI_URL_ESCAPE_H_
#define REGISTRYD_REGISTRY_URI_URL_ESCAPE_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace registryd {

// A part of a URL. Each has its own set of characters that stand for themselves.
// kQuery is one name or value in a query, where a space is '+'.
enum class UrlPart { kUserInfo, kHost, kZone, kPath, kQuery, kFragment };

// Every character of `text` stands for itself in `part`.
bool IsUrlPlain(absl::string_view text, UrlPart part);

// Percent-encoding with the rules of Go's net/url, which leave more characters
// alone than RFC 3986 does: in a host also `"<>[]`.
std::string UrlEscape(absl::string_view text, UrlPart part);

// No byte of `text` would have to be escaped in `part`, when a '%' and every
// reserved character are taken as they are meant.
bool IsValidEncoding(absl::string_view text, UrlPart part);

struct UnescapeError {
  // A '%' without two digits, or with digits that the part does not allow: a host
  // escapes only bytes outside ASCII. Else: a character that no host may hold.
  bool escape = false;
  absl::string_view where;  // Within the text given, at most three bytes.
};

// Puts the decoded `text` into `decoded`; the reason why not, otherwise.
std::optional<UnescapeError> UrlUnescape(absl::string_view text, UrlPart part,
                                         std::string& decoded);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_URI_URL_ESCAPE_H_
