#include "registry/auth/auth_challenge.h"

#include <array>
#include <cstddef>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"

namespace registryd {
namespace {

constexpr absl::string_view kSpaces = " \t\r\n";
constexpr absl::string_view kSeparators = " \t\"(),/:;<=>?@[]\\{}";

// By byte, the characters of RFC 2616's `token`.
constexpr std::array<bool, 256> kIsTokenCharacter = [] {
  std::array<bool, 256> is{};
  for (size_t c = ' '; c < 0x7f; ++c) is[c] = true;
  for (const char separator : kSeparators) is[static_cast<unsigned char>(separator)] = false;
  return is;
}();

bool IsTokenCharacter(char c) { return kIsTokenCharacter[static_cast<unsigned char>(c)]; }

// Each of these takes what it returns off the front of `text`.

void SkipSpaces(absl::string_view& text) {
  const size_t size = text.find_first_not_of(kSpaces);
  text.remove_prefix(size == absl::string_view::npos ? text.size() : size);
}

// Empty where no token begins.
absl::string_view TakeToken(absl::string_view& text) {
  size_t size = 0;
  while (size < text.size() && IsTokenCharacter(text[size])) ++size;
  const absl::string_view token = text.substr(0, size);
  text.remove_prefix(size);
  return token;
}

// What stands between quotes, with a backslash before each character that is meant
// as it is. Empty if the closing quote is missing.
std::string TakeQuoted(absl::string_view& text) {
  std::string value;
  for (size_t begin = 1;;) {
    size_t end = begin;
    while (end < text.size() && text[end] != '"' && text[end] != '\\') ++end;
    if (end == text.size()) return "";
    value.append(text.data() + begin, end - begin);
    if (text[end] == '"') {
      text.remove_prefix(end + 1);
      return value;
    }
    if (end + 1 == text.size()) return "";
    value += text[end + 1];
    begin = end + 2;
  }
}

std::string TakeTokenOrQuoted(absl::string_view& text) {
  return !text.empty() && text[0] == '"' ? TakeQuoted(text) : std::string(TakeToken(text));
}

std::optional<AuthChallenge> ParseChallenge(absl::string_view header) {
  AuthChallenge challenge;
  challenge.scheme = absl::AsciiStrToLower(TakeToken(header));
  if (challenge.scheme.empty()) return std::nullopt;
  do {
    SkipSpaces(header);
    std::string name = absl::AsciiStrToLower(TakeToken(header));
    if (name.empty() || !absl::ConsumePrefix(&header, "=")) break;
    std::string value = TakeTokenOrQuoted(header);
    if (value.empty()) break;
    challenge.parameters.insert_or_assign(std::move(name), std::move(value));
    SkipSpaces(header);
  } while (absl::ConsumePrefix(&header, ","));
  return challenge;
}

}  // namespace

std::vector<AuthChallenge> ParseChallenges(absl::Span<const absl::string_view> headers) {
  std::vector<AuthChallenge> challenges;
  for (const absl::string_view header : headers) {
    if (auto challenge = ParseChallenge(header)) challenges.push_back(*std::move(challenge));
  }
  return challenges;
}

std::vector<AuthChallenge> ChallengesOf(const HttpResponseHead& head) {
  if (head.status != 401) return {};
  return ParseChallenges(head.FindAll("WWW-Authenticate"));
}

}  // namespace registryd
