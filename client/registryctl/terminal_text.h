#ifndef REGISTRYD_CLIENT_REGISTRYCTL_TERMINAL_TEXT_H_
#define REGISTRYD_CLIENT_REGISTRYCTL_TERMINAL_TEXT_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace registryd::registryctl {

// `text` in a form that cannot command a terminal or reorder what it shows:
// control characters, bytes that are not UTF-8, line and paragraph separators,
// and marks that change the direction of writing become `\n`, `\t`, `\x1b` or
// `\u202e`. The rest stays as it is.
std::string TerminalText(absl::string_view text);

// How many characters `text`, a result of TerminalText, has.
size_t TerminalWidth(absl::string_view text);

// Whether `text` is UTF-8, as every string of the API must be.
bool IsUtf8(absl::string_view text);

}  // namespace registryd::registryctl

#endif  // REGISTRYD_CLIENT_REGISTRYCTL_TERMINAL_TEXT_H_
