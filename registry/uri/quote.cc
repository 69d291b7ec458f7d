#include "registry/uri/quote.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace registryd {
namespace {

struct Rune {
  uint32_t value = 0;
  size_t size = 0;  // 0: no UTF-8 begins here.
};

Rune DecodeRune(absl::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  if (byte(0) < 0x80) return {byte(0), 1};
  size_t size = 0;
  uint32_t value = 0;
  uint32_t least = 0;  // Below it a shorter form is due.
  if ((byte(0) & 0xe0) == 0xc0) {
    size = 2, value = byte(0) & 0x1f, least = 0x80;
  } else if ((byte(0) & 0xf0) == 0xe0) {
    size = 3, value = byte(0) & 0x0f, least = 0x800;
  } else if ((byte(0) & 0xf8) == 0xf0) {
    size = 4, value = byte(0) & 0x07, least = 0x10000;
  }
  if (size == 0 || text.size() < size) return {};
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    value = value << 6 | (byte(i) & 0x3f);
  }
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < least || value > 0x10ffff || surrogate) return {};
  return {value, size};
}

// Controls, spaces other than ' ', marks that join or turn text around, and code
// points for private use.
bool IsInvisible(uint32_t rune) {
  static constexpr struct {
    uint32_t first, last;
  } kInvisible[] = {
      {0x00, 0x1f},     {0x7f, 0xa0},     {0xad, 0xad},       {0x61c, 0x61c},
      {0x1680, 0x1680}, {0x180e, 0x180e}, {0x2000, 0x200f},   {0x2028, 0x202f},
      {0x205f, 0x206f}, {0x3000, 0x3000}, {0xe000, 0xf8ff},   {0xfeff, 0xfeff},
      {0xfff0, 0xfffb}, {0xfffe, 0xffff}, {0xe0000, 0xe00ff}, {0xe01f0, 0x10ffff},
  };
  return std::any_of(std::begin(kInvisible), std::end(kInvisible),
                     [&](const auto& range) { return rune >= range.first && rune <= range.last; });
}

// The letter of a two-character escape; 0 for what has none.
char ShortEscape(uint32_t rune) {
  switch (rune) {
    case '"':
    case '\\':
      return static_cast<char>(rune);
    case '\a':
      return 'a';
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    case '\v':
      return 'v';
    default:
      return 0;
  }
}

}  // namespace

std::string Quote(absl::string_view text) {
  std::string quoted = "\"";
  while (!text.empty()) {
    const Rune rune = DecodeRune(text);
    if (rune.size == 0) {
      absl::StrAppendFormat(&quoted, "\\x%02x", static_cast<uint8_t>(text[0]));
      text.remove_prefix(1);
      continue;
    }
    if (const char letter = ShortEscape(rune.value); letter != 0) {
      quoted += {'\\', letter};
    } else if (!IsInvisible(rune.value)) {
      absl::StrAppend(&quoted, text.substr(0, rune.size));
    } else if (rune.value < 0x80) {
      absl::StrAppendFormat(&quoted, "\\x%02x", rune.value);
    } else if (rune.value < 0x10000) {
      absl::StrAppendFormat(&quoted, "\\u%04x", rune.value);
    } else {
      absl::StrAppendFormat(&quoted, "\\U%08x", rune.value);
    }
    text.remove_prefix(rune.size);
  }
  quoted += '"';
  return quoted;
}

}  // namespace registryd
