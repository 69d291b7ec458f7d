#include "registry/base/utf8.h"

#include <cstdint>

#include "absl/strings/str_cat.h"

namespace registryd {
namespace {

// The number of bytes that a character with this first byte has; 0 for none.
size_t LengthByFirst(uint8_t first) {
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;
  if (first < 0xe0) return 2;
  if (first < 0xf0) return 3;
  return first < 0xf5 ? 4 : 0;
}

// Rules out what has a shorter form, surrogates, and what is beyond U+10FFFF.
bool IsSecondByte(uint8_t first, uint8_t second) {
  const uint8_t least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const uint8_t most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  return second >= least && second <= most;
}

// ASCII's, the second set (U+0080 to U+009F), and the separators and marks that turn
// lines or the direction of writing (U+200E, U+200F, U+2028 to U+202E, U+2066 to
// U+2069).
bool IsControl(absl::string_view character) {
  const auto byte = [character](size_t i) { return static_cast<uint8_t>(character[i]); };
  if (character.size() == 1) return byte(0) < 0x20 || byte(0) == 0x7f;
  if (character.size() == 2) return byte(0) == 0xc2 && byte(1) < 0xa0;
  if (character.size() != 3 || byte(0) != 0xe2) return false;
  if (byte(1) == 0x80)
    return byte(2) == 0x8e || byte(2) == 0x8f || (byte(2) >= 0xa8 && byte(2) <= 0xae);
  return byte(1) == 0x81 && byte(2) >= 0xa6 && byte(2) <= 0xa9;
}

}  // namespace

size_t Utf8Length(absl::string_view text) {
  if (text.empty()) return 0;
  const uint8_t first = static_cast<uint8_t>(text[0]);
  const size_t length = LengthByFirst(first);
  if (text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    const uint8_t byte = static_cast<uint8_t>(text[i]);
    if (i == 1 ? !IsSecondByte(first, byte) : (byte & 0xc0) != 0x80) return 0;
  }
  return length;
}

std::string ValidUtf8(absl::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  while (!text.empty()) {
    const size_t length = Utf8Length(text);
    absl::StrAppend(&valid, length == 0 ? kReplacementCharacter : text.substr(0, length));
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return valid;
}

std::string PrintableText(absl::string_view text, size_t max_bytes) {
  constexpr absl::string_view kCut = "...";
  std::string printable;
  // Where to cut, if what follows is too much.
  size_t cut = 0;
  bool space = false;
  while (!text.empty()) {
    const size_t length = Utf8Length(text);
    const absl::string_view character = text.substr(0, length == 0 ? 1 : length);
    text.remove_prefix(character.size());
    if (length == 0 || character == " " || IsControl(character)) {
      space = true;
      continue;
    }
    const bool spaced = space && !printable.empty();
    space = false;
    if (printable.size() + spaced + character.size() > max_bytes) {
      printable.resize(cut);
      return max_bytes < kCut.size() ? printable : printable.append(kCut.data(), kCut.size());
    }
    if (spaced) printable += ' ';
    printable.append(character.data(), character.size());
    if (printable.size() + kCut.size() <= max_bytes) cut = printable.size();
  }
  return printable;
}

}  // namespace registryd
