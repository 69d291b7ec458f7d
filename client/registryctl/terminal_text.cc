#include "client/registryctl/terminal_text.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_format.h"

namespace registryd::registryctl {
namespace {

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// The character that `text`, not empty, begins with, and how many bytes it has:
// 0 if they are not UTF-8 by RFC 3629.
uint32_t Decode(absl::string_view text, size_t& length) {
  const auto first = static_cast<unsigned char>(text[0]);
  length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (first > 0xf4 || length > text.size()) length = 0;
  if (length <= 1) return first;
  uint32_t code = first & (0x7f >> length);
  for (size_t i = 1; i < length; ++i) {
    if (!IsContinuation(text[i])) {
      length = 0;
      return 0;
    }
    code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3f);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  const bool no_character = (code >= 0xd800 && code < 0xe000) || code > 0x10ffff;
  if (overlong || no_character) length = 0;
  return code;
}

bool IsControl(uint32_t code) { return code < 0x20 || (code >= 0x7f && code < 0xa0); }

bool ChangesLayout(uint32_t code) {
  return code == 0x061c || (code >= 0x200b && code <= 0x200f) ||
         (code >= 0x2028 && code <= 0x202e) || (code >= 0x2060 && code <= 0x206f) || code == 0xfeff;
}

void AppendEscape(uint32_t code, std::string& out) {
  switch (code) {
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      if (code < 0x80) {
        absl::StrAppendFormat(&out, "\\x%02x", code);
      } else {
        absl::StrAppendFormat(&out, "\\u%04x", code);
      }
  }
}

}  // namespace

std::string TerminalText(absl::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  while (!text.empty()) {
    size_t length = 0;
    const uint32_t code = Decode(text, length);
    if (length == 0) {
      absl::StrAppendFormat(&safe, "\\x%02x", static_cast<unsigned char>(text[0]));
      length = 1;
    } else if (IsControl(code) || ChangesLayout(code)) {
      AppendEscape(code, safe);
    } else {
      safe.append(text.data(), length);
    }
    text.remove_prefix(length);
  }
  return safe;
}

size_t TerminalWidth(absl::string_view text) {
  return text.size() - std::count_if(text.begin(), text.end(), IsContinuation);
}

bool IsUtf8(absl::string_view text) {
  while (!text.empty()) {
    size_t length = 0;
    Decode(text, length);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace registryd::registryctl
