#include "registry/net/curl/request_check.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "registry/base/error.h"
#include "registry/net/ip_address.h"

namespace registryd {
namespace {

bool IsToken(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || absl::StrContains("!#$%&'*+-.^_`|~", c);
  });
}

// Bytes above 0x7f are allowed by RFC 9110 (obs-text).
bool IsFieldValue(absl::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; });
}

absl::Status CheckHeader(absl::string_view name, absl::string_view value) {
  if (!IsToken(name)) {
    return FieldError(
        Reason::kFieldInvalid, "headers",
        absl::StrCat("\"", absl::CHexEscape(name.substr(0, 100)), "\" is no name of a header"));
  }
  for (const absl::string_view own : {"Host", "Content-Length", "Transfer-Encoding"}) {
    if (absl::EqualsIgnoreCase(name, own)) {
      return FieldError(Reason::kFieldInvalid, "headers",
                        absl::StrCat("the header ", own, " cannot be given: it is set by itself"));
    }
  }
  if (!IsFieldValue(value)) {
    return FieldError(
        Reason::kFieldInvalid, "headers",
        absl::StrCat("the value of the header ", name, " has a control character in it"));
  }
  return absl::OkStatus();
}

bool IsHostName(absl::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '.' || c == '_';
  });
}

}  // namespace

absl::StatusOr<UrlTarget> CheckUrl(absl::string_view url, absl::string_view field) {
  const auto invalid = [field](absl::string_view message) {
    return FieldError(Reason::kFieldInvalid, field, absl::StrCat("the URL ", message));
  };
  if (!std::all_of(url.begin(), url.end(),
                   [](unsigned char c) { return absl::ascii_isgraph(c); })) {
    return invalid("has a character that cannot be sent: a space, a control character, non-ASCII");
  }
  UrlTarget target;
  if (absl::StartsWithIgnoreCase(url, "https://")) {
    target.https = true;
    url.remove_prefix(8);
  } else if (absl::StartsWithIgnoreCase(url, "http://")) {
    url.remove_prefix(7);
  } else {
    return invalid("does not begin with http:// or https://");
  }
  if (absl::StrContains(url, '#')) return invalid("has a fragment");
  const absl::string_view authority = url.substr(0, url.find_first_of("/?"));
  if (absl::StrContains(authority, '@')) return invalid("has user information");
  target.server = std::string(authority);

  absl::string_view host = authority;
  absl::string_view port;
  if (absl::StartsWith(authority, "[")) {
    const size_t end = authority.find(']');
    if (end == absl::string_view::npos) return invalid("has a host without its ']'");
    host = authority.substr(1, end - 1);
    port = authority.substr(end + 1);
    if (!IpAddress::Parse(host) || !absl::StrContains(host, ':')) {
      return invalid("has something else than an IPv6 address in brackets");
    }
  } else {
    const size_t colon = authority.find(':');
    if (colon != absl::string_view::npos) {
      host = authority.substr(0, colon);
      port = authority.substr(colon);
    }
    if (!IsHostName(host)) return invalid("has no host, or one with a character no host has");
  }
  target.host = std::string(host);
  target.port = target.https ? 443 : 80;
  if (!absl::ConsumePrefix(&port, ":")) {
    if (!port.empty()) return invalid("has something between host and path");
  } else if (!port.empty()) {
    if (!std::all_of(port.begin(), port.end(), absl::ascii_isdigit) ||
        !absl::SimpleAtoi(port, &target.port) || target.port < 1 || target.port > 65535) {
      return invalid("has a port that is none");
    }
  }
  return target;
}

absl::Status CheckRequest(const HttpRequest& request) {
  if (!IsToken(request.method)) {
    return FieldError(Reason::kFieldInvalid, "method",
                      absl::StrCat("\"", absl::CHexEscape(request.method.substr(0, 100)),
                                   "\" is no HTTP method"));
  }
  if (request.method == "HEAD" && request.body != nullptr) {
    return FieldError(Reason::kFieldInvalid, "method", "a HEAD request has no body");
  }
  for (const HttpHeader& header : request.headers) {
    if (absl::Status status = CheckHeader(header.name, header.value); !status.ok()) return status;
  }
  for (const SecretHttpHeader& header : request.secret_headers) {
    if (absl::Status status = CheckHeader(header.name, header.value.Reveal()); !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

absl::string_view WithoutQuery(absl::string_view url) { return url.substr(0, url.find('?')); }

}  // namespace registryd
