#include "registry/v1/set_cookie.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "registry/net/header_check.h"

namespace registryd {
namespace {

bool IsValueByte(char c) {
  return c >= 0x20 && c < 0x7f && absl::string_view("\";\\").find(c) == absl::string_view::npos;
}

bool IsValue(absl::string_view text) { return std::all_of(text.begin(), text.end(), IsValueByte); }

absl::string_view Trim(absl::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == absl::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// "Sun, 06 Nov 1994 08:49:37 GMT", with spaces or hyphens in the date. A zone other
// than GMT counts as if it were: nothing says what it means.
std::optional<absl::Time> ParseExpires(absl::string_view text) {
  const size_t zone = text.rfind(' ');
  if (zone == absl::string_view::npos) return std::nullopt;
  const absl::string_view name = text.substr(zone + 1);
  if (name.size() < 3 || name.size() > 4 ||
      !std::all_of(name.begin(), name.end(), [](char c) { return absl::ascii_isupper(c); })) {
    return std::nullopt;
  }
  text = text.substr(0, zone);
  for (const char* format : {"%a, %d %b %Y %H:%M:%S", "%a, %d-%b-%Y %H:%M:%S"}) {
    absl::Time time;
    if (absl::ParseTime(format, text, &time, nullptr)) return time;
  }
  return std::nullopt;
}

void SetAttribute(absl::string_view text, SetCookie& cookie) {
  const std::pair<absl::string_view, absl::string_view> attribute =
      absl::StrSplit(text, absl::MaxSplits('=', 1));
  const auto [name, value] = attribute;
  if (!IsValue(value)) return;
  if (absl::EqualsIgnoreCase(name, "secure")) {
    cookie.secure = true;
  } else if (absl::EqualsIgnoreCase(name, "domain")) {
    cookie.domain = std::string(value);
  } else if (absl::EqualsIgnoreCase(name, "path")) {
    cookie.path = std::string(value);
  } else if (absl::EqualsIgnoreCase(name, "expires")) {
    cookie.expires = ParseExpires(value);
  } else if (absl::EqualsIgnoreCase(name, "max-age")) {
    int64_t seconds = 0;
    // SimpleAtoi alone would take spaces around the number.
    if (value.empty() || value.find(' ') != absl::string_view::npos) return;
    if (!absl::SimpleAtoi(value, &seconds)) return;
    if (seconds != 0 && value.front() == '0') return;
    cookie.max_age = seconds;
  }
}

}  // namespace

std::optional<SetCookie> ParseSetCookie(absl::string_view header) {
  header = Trim(header);
  if (header.empty()) return std::nullopt;  // Of which StrSplit may make no part at all.
  const std::vector<absl::string_view> parts = absl::StrSplit(header, ';');
  const absl::string_view pair = Trim(parts.front());
  const size_t equals = pair.find('=');
  if (equals == absl::string_view::npos) return std::nullopt;
  SetCookie cookie;
  cookie.name = std::string(Trim(pair.substr(0, equals)));
  absl::string_view value = pair.substr(equals + 1);
  if (value.size() > 1 && value.front() == '"' && value.back() == '"') {
    value = value.substr(1, value.size() - 2);
    cookie.quoted = true;
  }
  if (!CheckHeader(cookie.name, "").ok() || !IsValue(value)) return std::nullopt;  // A token.
  cookie.value = Secret(value);
  for (size_t i = 1; i < parts.size(); ++i) SetAttribute(Trim(parts[i]), cookie);
  return cookie;
}

}  // namespace registryd
