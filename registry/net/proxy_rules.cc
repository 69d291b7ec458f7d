#include "registry/net/proxy_rules.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "registry/base/error.h"
#include "registry/net/host_form.h"
#include "registry/uri/origin.h"
#include "registry/uri/quote.h"

namespace registryd {
namespace {

constexpr absl::string_view::size_type kNone = absl::string_view::npos;

struct HostPort {
  absl::string_view host;
  absl::string_view port;
};

// Go's net.SplitHostPort: HOST:PORT or [HOST]:PORT; nullopt for all else, a host without
// a port too.
std::optional<HostPort> SplitHostPort(absl::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == kNone) return std::nullopt;
  HostPort parts{text.substr(0, colon), text.substr(colon + 1)};
  if (absl::StartsWith(text, "[")) {
    if (text.find(']') + 1 != colon) return std::nullopt;
    parts.host = parts.host.substr(1, colon - 2);
  } else if (absl::StrContains(parts.host, ':')) {
    return std::nullopt;
  }
  const auto has_bracket = [](absl::string_view part) { return part.find_first_of("[]") != kNone; };
  if (has_bracket(parts.host) || has_bracket(parts.port)) return std::nullopt;
  return parts;
}

Secret BasicAuthorization(const Url& url) {
  std::string credentials = absl::StrCat(url.username(), ":", url.password().Reveal());
  std::string encoded = absl::Base64Escape(credentials);
  Wipe(credentials);
  Secret authorization(absl::StrCat("Basic ", encoded));
  Wipe(encoded);
  return authorization;
}

// As in Go, what is no URL with a scheme and a host may be one behind "http://". Unlike
// there, that does not make a host named "http:" of a URL that is wrong elsewhere.
absl::StatusOr<Url> ParseProxyUrl(absl::string_view text) {
  absl::StatusOr<Url> url = Url::Parse(text);
  const bool is_whole = url.ok() && !url->scheme().empty() && !url->host().empty();
  if (is_whole || absl::StrContains(text, "://")) return url;
  absl::StatusOr<Url> other = Url::Parse(absl::StrCat("http://", text));
  return other.ok() ? other : url;
}

absl::StatusOr<std::optional<HttpProxy>> ParseProxy(absl::string_view option,
                                                    absl::string_view text) {
  if (text.empty()) return std::nullopt;
  const absl::StatusOr<Url> url = ParseProxyUrl(text);
  if (!url.ok()) {
    return FieldError(Reason::kSettingInvalid, option,
                      absl::StrCat("invalid proxy address: ", url.status().message()));
  }
  const std::optional<Origin> origin = OriginOf(*url);
  if (!origin.has_value() || !HasUsualHost(*url)) {
    return FieldError(Reason::kSettingInvalid, option,
                      absl::StrCat("invalid proxy address ", Quote(url->WithoutQuery()),
                                   ": want http://HOST:PORT or https://HOST:PORT"));
  }
  HttpProxy proxy;
  const bool is_v6 = absl::StrContains(origin->host, ':');
  proxy.url = absl::StrCat(origin->scheme, "://", is_v6 ? "[" : "", origin->host,
                           is_v6 ? "]:" : ":", origin->port);
  if (url->has_user_info()) proxy.authorization = BasicAuthorization(*url);
  return proxy;
}

}  // namespace

ProxyOptions ProxiesFromEnvironment(absl::FunctionRef<const char*(const char*)> getenv) {
  const auto get = [&](const char* upper, const char* lower) {
    for (const char* const name : {upper, lower}) {
      const char* const value = getenv(name);
      if (value != nullptr && *value != '\0') return std::string(value);
    }
    return std::string();
  };
  ProxyOptions options;
  // A CGI program's HTTP_PROXY is what its client sent as a header named "Proxy".
  if (get("REQUEST_METHOD", "REQUEST_METHOD").empty()) {
    options.http_proxy = get("HTTP_PROXY", "http_proxy");
  }
  options.https_proxy = get("HTTPS_PROXY", "https_proxy");
  options.no_proxy = get("NO_PROXY", "no_proxy");
  return options;
}

absl::StatusOr<ProxyRules> ProxyRules::Create(const ProxyOptions& options) {
  absl::StatusOr<std::optional<HttpProxy>> http = ParseProxy("http_proxy", options.http_proxy);
  if (!http.ok()) return http.status();
  absl::StatusOr<std::optional<HttpProxy>> https = ParseProxy("https_proxy", options.https_proxy);
  if (!https.ok()) return https.status();

  ProxyRules rules;
  rules.http_ = *std::move(http);
  rules.https_ = *std::move(https);
  for (const absl::string_view entry : absl::StrSplit(options.no_proxy, ',')) {
    rules.Except(absl::AsciiStrToLower(absl::StripAsciiWhitespace(entry)));
  }
  return rules;
}

void ProxyRules::Except(absl::string_view entry) {
  if (entry == "*") {
    no_proxy_at_all_ = true;
    return;
  }
  if (const std::optional<Cidr> block = Cidr::Parse(entry)) {
    blocks_.push_back(*block);
    return;
  }
  const HostPort parts = SplitHostPort(entry).value_or(HostPort{entry, ""});
  if (const std::optional<IpAddress> address = IpAddress::Parse(parts.host)) {
    addresses_.push_back({*address, std::string(parts.port)});
    return;
  }
  absl::string_view suffix = parts.host;
  if (absl::StartsWith(suffix, "*.")) suffix.remove_prefix(1);
  if (suffix.empty()) return;
  const bool subdomains_only = suffix.front() == '.';
  domains_.push_back(
      {absl::StrCat(subdomains_only ? "" : ".", suffix), subdomains_only, std::string(parts.port)});
}

bool ProxyRules::IsExcepted(absl::string_view host, absl::string_view port) const {
  const auto is_port = [port](const std::string& wanted) {
    return wanted.empty() || wanted == port;
  };
  // An address may have a zone.
  if (const std::optional<IpAddress> address = IpAddress::Parse(host.substr(0, host.find('%')))) {
    return address->is_loopback() || no_proxy_at_all_ ||
           std::any_of(blocks_.begin(), blocks_.end(),
                       [&](const Cidr& block) { return block.Contains(*address); }) ||
           std::any_of(addresses_.begin(), addresses_.end(), [&](const AddressPort& other) {
             return other.address == *address && is_port(other.port);
           });
  }
  return host == "localhost" || no_proxy_at_all_ ||
         std::any_of(domains_.begin(), domains_.end(), [&](const Domain& domain) {
           const bool is_itself =
               !domain.subdomains_only && host == absl::string_view(domain.suffix).substr(1);
           return (is_itself || absl::EndsWith(host, domain.suffix)) && is_port(domain.port);
         });
}

std::optional<HttpProxy> ProxyRules::For(const Url& url) const {
  const std::optional<Origin> origin = OriginOf(url);
  if (!origin.has_value()) return std::nullopt;
  const std::optional<HttpProxy>& proxy = origin->scheme == "https" ? https_ : http_;
  if (!proxy.has_value() || IsExcepted(origin->host, absl::StrCat(origin->port))) {
    return std::nullopt;
  }
  return proxy;
}

}  // namespace registryd
