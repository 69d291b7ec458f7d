#ifndef REGISTRYD_REGISTRY_URI_QUOTE_H_
#define REGISTRYD_REGISTRY_URI_QUOTE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace registryd {

// `text` in double quotes, on one line and without invisible characters, as Go's
// %q writes it: \" and \\, \n and its like, \x00 for other control characters and
// for bytes that are not UTF-8, \u200b for what has no glyph. Errors quote with it
// what a caller sent.
std::string Quote(absl::string_view text);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_URI_QUOTE_H_
