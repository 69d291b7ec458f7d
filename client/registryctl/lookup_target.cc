#include "client/registryctl/lookup_target.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace registryd::registryctl {

bool LooksLikeHostname(absl::string_view text) {
  if (absl::StrContains(text, '/') || absl::StrContains(text, '@')) return false;
  if (absl::StartsWith(text, "[")) return true;
  absl::string_view name = text;
  const size_t colon = text.rfind(':');
  if (colon != absl::string_view::npos) {
    name = text.substr(0, colon);
    const absl::string_view port = text.substr(colon + 1);
    if (!std::all_of(port.begin(), port.end(), absl::ascii_isdigit)) return false;
  }
  return name == "localhost" || absl::StrContains(name, '.');
}

}  // namespace registryd::registryctl
