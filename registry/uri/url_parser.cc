#include "registry/uri/url_parser.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "registry/net/ip_address.h"
#include "registry/uri/password_mask.h"
#include "registry/uri/quote.h"

namespace registryd {
namespace {

constexpr absl::string_view::size_type kNone = absl::string_view::npos;

// What stands before and behind the first `separator`; all, and nothing, without one.
std::pair<absl::string_view, absl::string_view> Cut(absl::string_view text, char separator) {
  return absl::StrSplit(text, absl::MaxSplits(separator, 1));
}

bool IsControl(unsigned char c) { return c < ' ' || c == 0x7f; }

bool IsUserInfoCharacter(unsigned char c) {
  constexpr absl::string_view kMarks = "-._:~!$&'()*+,;=%@";
  return absl::ascii_isalnum(c) || kMarks.find(static_cast<char>(c)) != kNone;
}

// An IPv6 address, with or without a zone. IPv4 in six's clothes counts.
bool IsIpv6Literal(absl::string_view text) {
  const auto [address, zone] = Cut(text, '%');
  const bool empty_zone = address.size() < text.size() && zone.empty();
  return !empty_zone && absl::StrContains(address, ':') && IpAddress::Parse(address).has_value();
}

}  // namespace

bool UrlParser::Parse(Url& url) {
  const auto [rest, fragment] = Cut(text_, '#');
  if (!ParseWithoutFragment(rest, url)) {
    error_ = absl::StrCat("parse ", Quote(MaskPart(rest, FindPassword(text_))), ": ", error_);
    return false;
  }
  if (!Normalize(fragment, UrlPart::kFragment, url.fragment_)) {
    error_ = absl::StrCat("parse ", Quote(MaskPassword(text_)), ": ", error_);
    return false;
  }
  return true;
}

bool UrlParser::ParseWithoutFragment(absl::string_view text, Url& url) {
  if (std::any_of(text.begin(), text.end(), IsControl)) {
    return Fail("net/url: invalid control character in URL");
  }
  if (!ParseScheme(text, url)) return false;

  const auto [rest, query] = Cut(text, '?');
  url.has_empty_query_ = rest.size() < text.size() && query.empty();
  url.query_ = std::string(query);
  text = rest;

  if (!absl::StartsWith(text, "/")) {
    if (!url.scheme_.empty()) {
      url.opaque_ = std::string(text);
      return true;
    }
    if (absl::StrContains(Cut(text, '/').first, ':')) {
      return Fail("first path segment in URL cannot contain colon");
    }
  }
  if (absl::StartsWith(text, "//") && (!url.scheme_.empty() || !absl::StartsWith(text, "///"))) {
    url.has_authority_ = true;
    text.remove_prefix(2);
    const absl::string_view authority = text.substr(0, text.find('/'));
    if (!ParseAuthority(authority, url)) return false;
    text.remove_prefix(authority.size());
  }
  return Normalize(text, UrlPart::kPath, url.path_);
}

// Cuts a scheme and its ':' off the front of `text`, if there is one.
bool UrlParser::ParseScheme(absl::string_view& text, Url& url) {
  const size_t end =
      std::find_if(text.begin(), text.end(),
                   [](unsigned char c) {
                     return !absl::ascii_isalnum(c) && c != '+' && c != '-' && c != '.';
                   }) -
      text.begin();
  if (end == text.size() || text[end] != ':') return true;
  if (end == 0) return Fail("missing protocol scheme");
  if (!absl::ascii_isalpha(text[0])) return true;
  url.scheme_ = absl::AsciiStrToLower(text.substr(0, end));
  text.remove_prefix(end + 1);
  return true;
}

bool UrlParser::ParseAuthority(absl::string_view text, Url& url) {
  const size_t at = text.rfind('@');
  if (at == kNone) return ParseHost(text, url);
  return ParseHost(text.substr(at + 1), url) && ParseUserInfo(text.substr(0, at), url);
}

bool UrlParser::ParseUserInfo(absl::string_view text, Url& url) {
  if (!std::all_of(text.begin(), text.end(), IsUserInfoCharacter)) {
    return Fail("net/url: invalid userinfo");
  }
  const auto [username, password] = Cut(text, ':');
  std::string decoded;
  if (!Unescape(username, UrlPart::kUserInfo, decoded)) return false;
  url.user_info_.emplace().username = UrlEscape(decoded, UrlPart::kUserInfo);
  if (username.size() < text.size()) {
    if (!Unescape(password, UrlPart::kUserInfo, decoded)) return false;
    url.user_info_->password = UrlEscape(decoded, UrlPart::kUserInfo);
  }
  return true;
}

bool UrlParser::ParseHost(absl::string_view text, Url& url) {
  const size_t bracket = text.rfind('[');
  if (bracket == 0) return ParseBracketedHost(text, url);
  if (bracket != kNone) return Fail("invalid IP-literal");
  if (const size_t colon = text.rfind(':'); colon != kNone && !CheckPort(text.substr(colon))) {
    return false;
  }
  return Unescape(text, UrlPart::kHost, url.host_);
}

bool UrlParser::ParseBracketedHost(absl::string_view text, Url& url) {
  const size_t close = text.rfind(']');
  if (close == kNone) return Fail("missing ']' in host");
  const absl::string_view port = text.substr(close + 1);
  if (!CheckPort(port)) return false;

  const absl::string_view literal = text.substr(1, close - 1);
  const size_t zone_at = std::min(literal.find("%25"), literal.size());
  std::string address;
  std::string zone;
  if (!Unescape(literal.substr(0, zone_at), UrlPart::kHost, address) ||
      !Unescape(literal.substr(zone_at), UrlPart::kZone, zone)) {
    return false;
  }
  absl::StrAppend(&address, zone);
  if (IpAddress::Parse(address) && !absl::StrContains(address, ':')) {
    return Fail("invalid IP-literal");
  }
  if (!IsIpv6Literal(address)) {
    return Fail("invalid host: ParseAddr(", literal, "): unable to parse IP");
  }
  url.host_ = absl::StrCat("[", address, "]", port);
  return true;
}

// Digits, as many as one likes, or none.
bool UrlParser::CheckPort(absl::string_view colon_port) {
  absl::string_view digits = colon_port;
  if (colon_port.empty() || (absl::ConsumePrefix(&digits, ":") &&
                             std::all_of(digits.begin(), digits.end(), absl::ascii_isdigit))) {
    return true;
  }
  return Fail("invalid port ", colon_port, " after host");
}

bool UrlParser::Unescape(absl::string_view text, UrlPart part, std::string& decoded) {
  const std::optional<UnescapeError> error = UrlUnescape(text, part, decoded);
  if (!error) return true;
  return error->escape ? Fail("invalid URL escape ", error->where, "")
                       : Fail("invalid character ", error->where, " in host name");
}

bool UrlParser::Normalize(absl::string_view text, UrlPart part, std::string& escaped) {
  std::string decoded;
  if (!Unescape(text, part, decoded)) return false;
  escaped = IsValidEncoding(text, part) ? std::string(text) : UrlEscape(decoded, part);
  return true;
}

bool UrlParser::Fail(absl::string_view message) {
  error_ = std::string(message);
  return false;
}

bool UrlParser::Fail(absl::string_view before, absl::string_view where, absl::string_view after) {
  return Fail(absl::StrCat(before, Quote(MaskPart(where, FindPassword(text_))), after));
}

}  // namespace registryd
