#include "registry/v1/cookie_jar.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "registry/net/ip_address.h"
#include "registry/uri/origin.h"
#include "registry/uri/url_escape.h"

namespace registryd {
namespace {

// In lower case, without port, brackets and a final dot.
std::string CanonicalHost(const Url& url) {
  const std::string host = absl::AsciiStrToLower(url.hostname());
  return std::string(absl::StripSuffix(host, "."));
}

std::string RequestPath(const Url& url) {
  std::string path;
  if (UrlUnescape(url.path(), UrlPart::kPath, path).has_value()) path = url.path();
  return path.empty() ? "/" : path;
}

// Everything before the last '/' of the request's path.
std::string DefaultPath(absl::string_view path) {
  const size_t slash = path.rfind('/');
  if (path.empty() || path.front() != '/' || slash == 0) return "/";
  return std::string(path.substr(0, slash));
}

// The domain of a cookie; nullopt if it is not the host's to set.
std::optional<std::string> CookieDomain(absl::string_view host, absl::string_view domain) {
  if (domain.empty()) return std::string(host);
  if (IpAddress::Parse(host).has_value()) {
    if (domain != host) return std::nullopt;
    return std::string(host);
  }
  absl::ConsumePrefix(&domain, ".");
  if (domain.empty() || domain.front() == '.' || domain.back() == '.') return std::nullopt;
  const std::string lower = absl::AsciiStrToLower(domain);
  if (host != lower && !absl::EndsWith(host, absl::StrCat(".", lower))) return std::nullopt;
  return lower;
}

bool PathMatches(absl::string_view request, absl::string_view cookie) {
  if (!absl::StartsWith(request, cookie)) return false;
  return request.size() == cookie.size() || cookie.back() == '/' || request[cookie.size()] == '/';
}

// As browsers have it, this machine is reached securely by http too.
bool IsSecure(const Url& url) {
  if (url.scheme() == "https") return true;
  const std::string host = CanonicalHost(url);
  if (host == "localhost" || absl::EndsWith(host, ".localhost")) return true;
  const std::optional<IpAddress> address = IpAddress::Parse(host);
  return address.has_value() && address->is_loopback();
}

absl::Time ExpiryOf(const SetCookie& cookie, absl::Time now) {
  if (cookie.max_age.has_value()) {
    return *cookie.max_age <= 0 ? absl::InfinitePast() : now + absl::Seconds(*cookie.max_age);
  }
  return cookie.expires.value_or(absl::InfiniteFuture());
}

}  // namespace

void CookieJar::Store(const Url& url, const HttpResponseHead& head, absl::Time now) {
  for (const absl::string_view header : head.FindAll("Set-Cookie")) {
    if (header.size() > kMaxCookieBytes) continue;
    std::optional<SetCookie> cookie = ParseSetCookie(header);
    if (!cookie.has_value()) continue;
    absl::MutexLock lock(&mutex_);
    StoreOne(url, *std::move(cookie), now);
  }
}

void CookieJar::StoreOne(const Url& url, SetCookie cookie, absl::Time now) {
  const std::optional<std::string> domain = CookieDomain(CanonicalHost(url), cookie.domain);
  std::optional<Origin> origin = OriginOf(url);
  if (!domain.has_value() || !origin.has_value()) return;
  Entry entry;
  entry.origin = *std::move(origin);
  entry.domain = *domain;
  entry.path = absl::StartsWith(cookie.path, "/") ? cookie.path : DefaultPath(RequestPath(url));
  entry.expires = ExpiryOf(cookie, now);
  entry.cookie = std::move(cookie);
  entries_.erase(std::remove_if(entries_.begin(), entries_.end(),
                                [now](const Entry& e) { return e.expires <= now; }),
                 entries_.end());
  const auto old = std::find_if(entries_.begin(), entries_.end(), [&entry](const Entry& e) {
    return e.origin == entry.origin && e.domain == entry.domain && e.path == entry.path &&
           e.cookie.name == entry.cookie.name;
  });
  if (entry.expires <= now) {
    if (old != entries_.end()) entries_.erase(old);
  } else if (old != entries_.end()) {
    *old = std::move(entry);
  } else if (entries_.size() < kMaxCookies) {
    entries_.push_back(std::move(entry));
  }
}

Secret CookieJar::HeaderFor(const Url& url, absl::Time now) const {
  const std::optional<Origin> origin = OriginOf(url);
  const std::string path = RequestPath(url);
  const bool secure = IsSecure(url);
  absl::MutexLock lock(&mutex_);
  std::vector<const Entry*> matches;
  for (const Entry& entry : entries_) {
    if (entry.origin == origin && entry.expires > now && (secure || !entry.cookie.secure) &&
        PathMatches(path, entry.path)) {
      matches.push_back(&entry);
    }
  }
  // Longer paths of one branch first, then older cookies.
  std::stable_sort(matches.begin(), matches.end(),
                   [](const Entry* a, const Entry* b) { return a->path > b->path; });
  std::string header;
  for (const Entry* entry : matches) {
    const absl::string_view value = entry->cookie.value.Reveal();
    const bool quote = entry->cookie.quoted || value.find_first_of(" ,") != absl::string_view::npos;
    const absl::string_view mark = quote ? "\"" : "";
    std::string longer = absl::StrCat(header, header.empty() ? "" : "; ", entry->cookie.name, "=",
                                      mark, value, mark);
    Wipe(header);
    header = std::move(longer);
    Wipe(longer);
  }
  return Secret(std::move(header));
}

}  // namespace registryd
