#ifndef REGISTRYD_REGISTRY_URI_PASSWORD_MASK_H_
#define REGISTRYD_REGISTRY_URI_PASSWORD_MASK_H_

#include <string>

#include "absl/strings/string_view.h"

namespace registryd {

// What stands in a message where a password was.
inline constexpr absl::string_view kPasswordMask = "xxxxx";

// The part of `text` that may be a password if it was meant as a URL, which it
// need not be: from the first ':' of what may be an authority to the last '@'. In
// doubt that is too much, since a password with a '/' or '#' in it is cut in the
// wrong place by every rule for URLs. Empty if there is none.
absl::string_view FindPassword(absl::string_view text);

// `part` with kPasswordMask for what it shares with `password`. Both lie within
// one text.
std::string MaskPart(absl::string_view part, absl::string_view password);

// `text` with kPasswordMask for FindPassword's finding.
std::string MaskPassword(absl::string_view text);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_URI_PASSWORD_MASK_H_
