#ifndef REGISTRYD_TESTS_FUZZ_PASSWORD_SWAP_H_
#define REGISTRYD_TESTS_FUZZ_PASSWORD_SWAP_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "registry/uri/password_mask.h"

namespace registryd {

// A text, and the password in it.
struct SwappedPassword {
  std::string text;
  std::string password;
};

// `text` with another password in place of its own: one that no message has by chance,
// nor by a fuzzer's doing, as it follows from the whole of `text`. nullopt without one.
inline std::optional<SwappedPassword> SwapPassword(absl::string_view text) {
  const absl::string_view old = FindPassword(text);
  if (old.empty()) return std::nullopt;
  SwappedPassword swapped;
  swapped.password = absl::StrCat("canary", absl::Hex(std::hash<std::string>()(std::string(text))));
  const char* const end = text.data() + text.size();
  const char* const rest = old.data() + old.size();
  swapped.text = absl::StrCat(text.substr(0, old.data() - text.data()), swapped.password,
                              absl::string_view(rest, end - rest));
  return swapped;
}

}  // namespace registryd

#endif  // REGISTRYD_TESTS_FUZZ_PASSWORD_SWAP_H_
