#include "registry/auth/registry_error.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "registry/auth/server_message.h"
#include "registry/base/error.h"
#include "registry/base/utf8.h"

namespace registryd {
namespace {

using Meaning = ServerMessage::Meaning;

constexpr size_t kMaxServerMessageBytes = 512;
constexpr absl::Duration kMaxRetryAfter = absl::Hours(1);

// As Go's http.StatusText has it, of what registries and proxies answer with.
absl::string_view StatusText(int status) {
  static constexpr std::pair<int, absl::string_view> kTexts[] = {
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {204, "No Content"},
      {206, "Partial Content"},
      {300, "Multiple Choices"},
      {301, "Moved Permanently"},
      {302, "Found"},
      {303, "See Other"},
      {304, "Not Modified"},
      {307, "Temporary Redirect"},
      {308, "Permanent Redirect"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {402, "Payment Required"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {406, "Not Acceptable"},
      {407, "Proxy Authentication Required"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {410, "Gone"},
      {411, "Length Required"},
      {412, "Precondition Failed"},
      {413, "Request Entity Too Large"},
      {414, "Request URI Too Long"},
      {415, "Unsupported Media Type"},
      {416, "Requested Range Not Satisfiable"},
      {417, "Expectation Failed"},
      {418, "I'm a teapot"},
      {421, "Misdirected Request"},
      {422, "Unprocessable Entity"},
      {425, "Too Early"},
      {426, "Upgrade Required"},
      {428, "Precondition Required"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {451, "Unavailable For Legal Reasons"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
      {505, "HTTP Version Not Supported"},
      {507, "Insufficient Storage"},
      {511, "Network Authentication Required"},
  };
  for (const auto& [code, text] : kTexts) {
    if (code == status) return text;
  }
  return "";
}

struct Kind {
  absl::StatusCode code;
  Reason reason;
};

Kind KindOfStatus(int status) {
  switch (status) {
    case 401:
      return {absl::StatusCode::kUnauthenticated, Reason::kRegistryUnauthorized};
    case 403:
      return {absl::StatusCode::kPermissionDenied, Reason::kRegistryDenied};
    case 404:
      return {absl::StatusCode::kNotFound, Reason::kRegistryNotFound};
    case 429:
      return {absl::StatusCode::kResourceExhausted, Reason::kRegistryThrottled};
    default:
      return {status >= 500 && status <= 599 ? absl::StatusCode::kUnavailable
                                             : absl::StatusCode::kFailedPrecondition,
              Reason::kRegistryFailed};
  }
}

Kind KindOf(int status, Meaning meaning) {
  if (status < 400 || status > 499) return KindOfStatus(status);
  switch (meaning) {
    case Meaning::kUnauthorized:
      return KindOfStatus(401);
    case Meaning::kDenied:
      return KindOfStatus(403);
    case Meaning::kTooManyRequests:
      return KindOfStatus(429);
    case Meaning::kNone:
      break;
  }
  return KindOfStatus(status);
}

std::optional<absl::Duration> ParseRetryAfter(absl::string_view value, absl::Time now) {
  value = absl::StripAsciiWhitespace(value);
  const bool negative = !value.empty() && value.front() == '-';
  const absl::string_view digits = value.substr(negative ? 1 : 0);
  if (!digits.empty() && std::all_of(digits.begin(), digits.end(), absl::ascii_isdigit)) {
    // More than fits is as long as it gets.
    int64_t seconds = std::numeric_limits<int64_t>::max();
    if (!absl::SimpleAtoi(digits, &seconds)) seconds = std::numeric_limits<int64_t>::max();
    return negative ? absl::ZeroDuration() : absl::Seconds(seconds);
  }
  // The three forms of RFC 9110, section 5.6.7, which all begin with a day's name. What
  // else the parser knows, "infinite-future", does not.
  if (value.empty() || !absl::ascii_isupper(value.front())) return std::nullopt;
  for (const char* const format :
       {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"}) {
    absl::Time time;
    std::string error;
    if (absl::ParseTime(format, value, absl::UTCTimeZone(), &time, &error)) return time - now;
  }
  return std::nullopt;
}

}  // namespace

absl::Status RegistryError(absl::string_view action, const HttpResponseHead& head,
                           absl::string_view body, absl::Time now) {
  const ServerMessage server = ReadServerMessage(head, body);
  const Kind kind = KindOf(head.status, server.meaning);
  std::string message = absl::StrCat(action, " failed with status: ", head.status);
  if (const absl::string_view text = StatusText(head.status); !text.empty()) {
    absl::StrAppend(&message, " ", text);
  }
  if (const std::string text = PrintableText(server.text, kMaxServerMessageBytes); !text.empty()) {
    absl::StrAppend(&message, ": ", text);
  }
  absl::Status status =
      Error(kind.code, kind.reason, message, {{"http_status", absl::StrCat(head.status)}});
  const bool may_retry = kind.code == absl::StatusCode::kResourceExhausted ||
                         kind.code == absl::StatusCode::kUnavailable;
  const std::optional<absl::Duration> delay = may_retry ? RetryAfter(head, now) : std::nullopt;
  return delay.has_value() ? WithRetryDelay(std::move(status), *delay) : status;
}

std::optional<absl::Duration> RetryAfter(const HttpResponseHead& head, absl::Time now) {
  for (const absl::string_view value : head.FindAll("Retry-After")) {
    if (const auto delay = ParseRetryAfter(value, now)) {
      return std::clamp(*delay, absl::ZeroDuration(), kMaxRetryAfter);
    }
  }
  return std::nullopt;
}

}  // namespace registryd
