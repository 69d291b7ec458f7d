#include "registry/uri/url_escape.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "absl/strings/ascii.h"

namespace registryd {
namespace {

// The parts in which a character stands for itself, a bit each.
using Parts = uint8_t;
constexpr Parts kEveryPart = 0xff;

constexpr Parts Bit(UrlPart part) { return static_cast<Parts>(1 << static_cast<int>(part)); }

constexpr void Allow(const char* characters, Parts parts, std::array<Parts, 256>& plain) {
  for (; *characters != '\0'; ++characters) {
    plain[static_cast<unsigned char>(*characters)] |= parts;
  }
}

constexpr std::array<Parts, 256> MakePlain() {
  std::array<Parts, 256> plain{};
  Allow("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~", kEveryPart, plain);
  Allow("$&+,;=", Bit(UrlPart::kUserInfo), plain);
  Allow("!$&'()*+,;=:[]<>\"", Bit(UrlPart::kHost) | Bit(UrlPart::kZone), plain);
  Allow("$&+,/:;=@", Bit(UrlPart::kPath), plain);
  Allow("$&+,/:;=?@!()*", Bit(UrlPart::kFragment), plain);
  return plain;
}
constexpr std::array<Parts, 256> kPlain = MakePlain();

bool IsPlain(char c, UrlPart part) {
  return (kPlain[static_cast<unsigned char>(c)] & Bit(part)) != 0;
}

bool IsOneOf(char c, absl::string_view set) { return set.find(c) != absl::string_view::npos; }

// Precondition: `c` is a hexadecimal digit.
uint8_t DigitValue(char c) {
  return absl::ascii_isdigit(c) ? c - '0' : absl::ascii_tolower(c) - 'a' + 10;
}

// The byte that begins `text` as "%XX"; nullopt if none does.
std::optional<uint8_t> EscapedByte(absl::string_view text) {
  if (text.size() < 3 || !absl::ascii_isxdigit(text[1]) || !absl::ascii_isxdigit(text[2])) {
    return std::nullopt;
  }
  return static_cast<uint8_t>(DigitValue(text[1]) << 4 | DigitValue(text[2]));
}

bool MayBeEscaped(uint8_t byte, UrlPart part) {
  switch (part) {
    case UrlPart::kHost:
      return byte >= 0x80 || byte == '%';  // The latter announces a zone.
    case UrlPart::kZone:
      return byte == '%' || byte == ' ' || IsPlain(static_cast<char>(byte), part);
    default:
      return true;
  }
}

}  // namespace

bool IsUrlPlain(absl::string_view text, UrlPart part) {
  Parts common = Bit(part);
  for (const char c : text) common &= kPlain[static_cast<unsigned char>(c)];
  return common != 0;
}

std::string UrlEscape(absl::string_view text, UrlPart part) {
  if (IsUrlPlain(text, part)) return std::string(text);
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
    if (IsPlain(c, part)) {
      escaped += c;
    } else if (c == ' ' && part == UrlPart::kQuery) {
      escaped += '+';
    } else {
      const uint8_t byte = static_cast<uint8_t>(c);
      escaped += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return escaped;
}

bool IsValidEncoding(absl::string_view text, UrlPart part) {
  return std::all_of(text.begin(), text.end(),
                     [part](char c) { return IsPlain(c, part) || IsOneOf(c, "!$&'()*+,;=:@[]%"); });
}

std::optional<UnescapeError> UrlUnescape(absl::string_view text, UrlPart part,
                                         std::string& decoded) {
  const bool in_host = part == UrlPart::kHost || part == UrlPart::kZone;
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const char c = text.front();
    if (c == '%') {
      const std::optional<uint8_t> byte = EscapedByte(text);
      if (!byte || !MayBeEscaped(*byte, part)) return UnescapeError{true, text.substr(0, 3)};
      result += static_cast<char>(*byte);
      text.remove_prefix(3);
      continue;
    }
    if (in_host && absl::ascii_isascii(c) && !IsPlain(c, part)) {
      return UnescapeError{false, text.substr(0, 1)};
    }
    result += c == '+' && part == UrlPart::kQuery ? ' ' : c;
    text.remove_prefix(1);
  }
  decoded = std::move(result);
  return std::nullopt;
}

}  // namespace registryd
