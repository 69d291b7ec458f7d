#ifndef REGISTRYD_SERVER_SETTINGS_NEAREST_NAME_H_
#define REGISTRYD_SERVER_SETTINGS_NEAREST_NAME_H_

#include <vector>

#include "absl/strings/string_view.h"

namespace registryd {

// The name of `names` that a person most likely meant by `typed`: the one that
// takes the fewest insertions, deletions and substitutions, if those are no more
// than a third of the typed letters (and at least two). Empty otherwise. A view
// into `names`.
absl::string_view NearestName(absl::string_view typed, const std::vector<absl::string_view>& names);

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SETTINGS_NEAREST_NAME_H_
