#include "registry/uri/password_mask.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace registryd {

namespace {

// Where user information may begin: behind "//", or "SCHEME://", or at once.
size_t AuthorityStart(absl::string_view text) {
  const size_t slashes = text.find("//");
  if (slashes == absl::string_view::npos) return 0;
  if (slashes == 0) return 2;
  const absl::string_view scheme = text.substr(0, slashes - 1);
  const bool is_scheme =
      text[slashes - 1] == ':' && std::all_of(scheme.begin(), scheme.end(), [](unsigned char c) {
        return absl::ascii_isalnum(c) || c == '+' || c == '-' || c == '.';
      });
  return is_scheme ? slashes + 2 : 0;
}

}  // namespace

absl::string_view FindPassword(absl::string_view text) {
  constexpr auto kNone = absl::string_view::npos;
  const size_t colon = text.find(':', AuthorityStart(text));
  const size_t at = text.rfind('@');
  if (colon == kNone || at == kNone || at < colon) return {};
  return text.substr(colon + 1, at - colon - 1);
}

std::string MaskPart(absl::string_view part, absl::string_view password) {
  const char* const part_end = part.data() + part.size();
  const char* const begin = std::max(part.data(), password.data());
  const char* const end = std::min(part_end, password.data() + password.size());
  if (password.empty() || begin >= end) return std::string(part);
  return absl::StrCat(part.substr(0, begin - part.data()), kPasswordMask,
                      absl::string_view(end, part_end - end));
}

std::string MaskPassword(absl::string_view text) { return MaskPart(text, FindPassword(text)); }

}  // namespace registryd
