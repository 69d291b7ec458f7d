// Set-Cookie headers, a line each, after the URL that sets them. A cookie is sent to
// nobody but the origin that set it, and always fits into a header.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "registry/net/header_check.h"
#include "registry/uri/origin.h"
#include "registry/v1/cookie_jar.h"
#include "registry/v1/set_cookie.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input.h"

namespace registryd {
namespace {

void CheckCookie(absl::string_view header) {
  const std::optional<SetCookie> cookie = ParseSetCookie(header);
  if (!cookie.has_value()) return;
  FUZZ_CHECK(CheckHeader(cookie->name, "").ok());
  const absl::string_view mark = cookie->quoted ? "\"" : "";
  const std::string pair = absl::StrCat(cookie->name, "=", mark, cookie->value.Reveal(), mark);
  const std::optional<SetCookie> again = ParseSetCookie(pair);
  FUZZ_CHECK(again.has_value() && again->name == cookie->name);
  // Spaces at the end go with those around the header, without quotes.
  FUZZ_CHECK(absl::StartsWith(cookie->value.Reveal(), again->value.Reveal()));
}

std::vector<std::string> Pairs(const Secret& header) {
  std::vector<std::string> pairs = absl::StrSplit(header.Reveal(), "; ");
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

}  // namespace

void FuzzOne(absl::string_view input) {
  const absl::Time now = absl::FromUnixSeconds(1'700'000'000);
  FuzzInput parts(input);
  const absl::StatusOr<Url> url = Url::Parse(parts.Line());
  HttpResponseHead head;
  while (!parts.empty()) {
    const absl::string_view header = parts.Line();
    CheckCookie(header);
    head.headers.push_back({"Set-Cookie", std::string(header)});
  }
  if (!url.ok()) return;
  CookieJar jar;
  jar.Store(*url, head, now);
  const Secret header = jar.HeaderFor(*url, now);
  FUZZ_CHECK(CheckHeader("Cookie", header.Reveal()).ok());
  FUZZ_CHECK(header.empty() || OriginOf(*url).has_value());
  FUZZ_CHECK(header.Reveal().size() <= CookieJar::kMaxCookies * (CookieJar::kMaxCookieBytes + 4));

  // By another scheme, port or host, those of its own domain included.
  for (const char* other : {"http://a.example/", "https://a.example/", "https://a.example:8443/",
                            "https://b.a.example/", "https://example/"}) {
    const Url elsewhere = Url::Parse(other).value();
    if (OriginOf(elsewhere) == OriginOf(*url)) continue;
    FUZZ_CHECK(jar.HeaderFor(elsewhere, now).empty());
  }
  const Secret later = jar.HeaderFor(*url, now + absl::Hours(24 * 365));
  FUZZ_CHECK(later.Reveal().size() <= header.Reveal().size());
  // The same headers again change nothing but the order.
  jar.Store(*url, head, now);
  FUZZ_CHECK(Pairs(jar.HeaderFor(*url, now)) == Pairs(header));
}

}  // namespace registryd
