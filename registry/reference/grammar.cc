#include "registry/reference/grammar.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"

namespace registryd {
namespace grammar {
namespace {

constexpr size_t kMaxTagSize = 128;
constexpr size_t kMinDigestDigits = 32;

// What a byte may be; kinds overlap.
using Kinds = uint8_t;
constexpr Kinds kDigit = 1;
constexpr Kinds kAlpha = 2;
constexpr Kinds kLowerAlnum = 4;
constexpr Kinds kAlnum = 8;
constexpr Kinds kHex = 16;
constexpr Kinds kLowerHex = 32;
constexpr Kinds kWord = 64;  // Alphanumeric and '_'.
constexpr Kinds kTag = 128;  // kWord, '.' and '-'.

constexpr std::array<Kinds, 256> MakeKinds() {
  std::array<Kinds, 256> kinds{};
  for (int c = '0'; c <= '9'; ++c) {
    kinds[c] = kDigit | kLowerAlnum | kAlnum | kHex | kLowerHex | kWord | kTag;
  }
  for (int c = 'a'; c <= 'z'; ++c) {
    kinds[c] = kAlpha | kLowerAlnum | kAlnum | kWord | kTag;
    if (c <= 'f') kinds[c] |= kHex | kLowerHex;
  }
  for (int c = 'A'; c <= 'Z'; ++c) {
    kinds[c] = kAlpha | kAlnum | kWord | kTag;
    if (c <= 'F') kinds[c] |= kHex;
  }
  kinds['_'] = kWord | kTag;
  kinds['.'] = kinds['-'] = kTag;
  return kinds;
}
constexpr std::array<Kinds, 256> kKinds = MakeKinds();

bool Is(char c, Kinds kind) { return (kKinds[static_cast<unsigned char>(c)] & kind) != 0; }

bool AllAre(absl::string_view text, Kinds kind) {
  Kinds common = kind;
  for (const char c : text) common &= kKinds[static_cast<unsigned char>(c)];
  return common != 0;
}

// [":" 1*digit]
bool IsOptionalPort(absl::string_view text) {
  if (text.empty()) return true;
  return absl::ConsumePrefix(&text, ":") && !text.empty() && AllAre(text, kDigit);
}

// Labels cannot be empty, nor begin or end with '-': so a '.' has to stand between
// alphanumerics, and a '-' behind one or behind another '-'.
bool IsDomainName(absl::string_view text) {
  char before = '.';
  for (const char c : text) {
    if (!Is(c, kAlnum)) {
      const bool fits = c == '-' ? before != '.' : c == '.' && Is(before, kAlnum);
      if (!fits) return false;
    }
    before = c;
  }
  return Is(before, kAlnum);
}

// The end of the separator that begins at `at`, or `at` if none does.
size_t SeparatorEnd(absl::string_view text, size_t at) {
  if (at == text.size()) return at;
  const size_t next = at + 1;
  switch (text[at]) {
    case '.':
      return next;
    case '_':
      return next < text.size() && text[next] == '_' ? next + 1 : next;
    case '-':
      return std::min(text.find_first_not_of('-', next), text.size());
    default:
      return at;
  }
}

// The end of the longest component that begins at `at`; npos if there is none.
size_t ComponentEnd(absl::string_view text, size_t at) {
  while (true) {
    const size_t run = at;
    while (at < text.size() && Is(text[at], kLowerAlnum)) ++at;
    if (at == run) return absl::string_view::npos;
    const size_t next_run = SeparatorEnd(text, at);
    if (next_run == at) return at;
    at = next_run;
  }
}

bool IsAlgorithm(absl::string_view text) {
  bool start = true;  // Of a run: a letter is due.
  for (const char c : text) {
    if (start) {
      if (!Is(c, kAlpha)) return false;
      start = false;
    } else if (!Is(c, kAlnum)) {
      if (c != '-' && c != '_' && c != '+' && c != '.') return false;
      start = true;
    }
  }
  return !start;
}

// Hexadecimal digits that a digest of `algorithm` has; 0 for an unknown one.
size_t DigestDigits(absl::string_view algorithm) {
  if (algorithm == "sha256") return 64;
  if (algorithm == "sha384") return 96;
  if (algorithm == "sha512") return 128;
  return 0;
}

}  // namespace

bool IsDomain(absl::string_view text) {
  if (absl::ConsumePrefix(&text, "[")) {
    const size_t close = text.find(']');
    if (close == absl::string_view::npos || close == 0) return false;
    return std::all_of(text.begin(), text.begin() + close,
                       [](char c) { return Is(c, kHex) || c == ':'; }) &&
           IsOptionalPort(text.substr(close + 1));
  }
  const size_t colon = std::min(text.find(':'), text.size());
  return IsDomainName(text.substr(0, colon)) && IsOptionalPort(text.substr(colon));
}

bool IsPath(absl::string_view text) {
  size_t at = 0;
  while (true) {
    at = ComponentEnd(text, at);
    if (at >= text.size()) return at == text.size();
    if (text[at] != '/') return false;
    ++at;
  }
}

bool IsPathComponent(absl::string_view text) { return ComponentEnd(text, 0) == text.size(); }

bool IsTag(absl::string_view text) {
  return !text.empty() && text.size() <= kMaxTagSize && Is(text.front(), kWord) &&
         AllAre(text, kTag);
}

bool IsDigest(absl::string_view text) {
  const size_t colon = text.find(':');
  if (colon == absl::string_view::npos) return false;
  const absl::string_view digits = text.substr(colon + 1);
  return IsAlgorithm(text.substr(0, colon)) && digits.size() >= kMinDigestDigits &&
         AllAre(digits, kHex);
}

bool IsLowerHex(absl::string_view text) { return AllAre(text, kLowerHex); }

absl::string_view CheckDigest(absl::string_view digest) {
  constexpr absl::string_view kInvalidFormat = "invalid checksum digest format";
  const size_t colon = digest.find(':');
  const absl::string_view algorithm = digest.substr(0, colon);
  const absl::string_view digits = digest.substr(colon + 1);
  const size_t size = DigestDigits(algorithm);
  if (size == 0) {
    const bool upper = std::any_of(algorithm.begin(), algorithm.end(), absl::ascii_isupper);
    return upper ? kInvalidFormat : "unsupported digest algorithm";
  }
  if (digits.size() != size) return "invalid checksum digest length";
  return IsLowerHex(digits) ? absl::string_view() : kInvalidFormat;
}

}  // namespace grammar
}  // namespace registryd
