#include "registry/v1/caller_headers.h"

#include <algorithm>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "registry/base/error.h"
#include "registry/net/header_check.h"

namespace registryd {
namespace {

constexpr absl::string_view kOurs[] = {
    "Accept-Encoding",
    "Authorization",
    "Connection",
    "Content-Encoding",
    "Content-Length",
    "Content-Type",
    "Cookie",
    "Expect",
    "Host",
    "HTTP2-Settings",
    "Keep-Alive",
    "Proxy-Authorization",
    "Proxy-Connection",
    "Range",
    "Referer",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "User-Agent",
    "X-Docker-Checksum",
    "X-Docker-Checksum-Payload",
    "X-Docker-Endpoints",
    "X-Docker-Token",
};

absl::Status Invalid(absl::string_view field, absl::string_view message) {
  return FieldError(Reason::kFieldInvalid, field, message);
}

}  // namespace

absl::StatusOr<std::vector<HttpHeader>> CheckCallerHeaders(absl::string_view user_agent,
                                                           absl::Span<const HttpHeader> headers) {
  if (absl::Status s = CheckHeader("User-Agent", user_agent); !s.ok()) {
    return Invalid("user_agent", s.message());
  }
  size_t bytes = user_agent.size();
  if (bytes > kMaxCallerHeaderBytes) {
    return Invalid("user_agent",
                   absl::StrCat("headers of more than ", kMaxCallerHeaderBytes, " bytes"));
  }
  std::vector<HttpHeader> checked;
  checked.reserve(headers.size() + 1);
  if (!user_agent.empty()) checked.push_back({"User-Agent", std::string(user_agent)});
  for (size_t i = 0; i < headers.size(); ++i) {
    const HttpHeader& header = headers[i];
    const std::string field = absl::StrCat("headers[", i, "]");
    bytes += header.name.size() + header.value.size();
    if (bytes > kMaxCallerHeaderBytes) {
      return Invalid(field, absl::StrCat("headers of more than ", kMaxCallerHeaderBytes, " bytes"));
    }
    if (absl::Status s = CheckHeader(header.name, header.value); !s.ok()) {
      return Invalid(field, s.message());
    }
    if (std::any_of(std::begin(kOurs), std::end(kOurs), [&header](absl::string_view name) {
          return absl::EqualsIgnoreCase(name, header.name);
        })) {
      return Invalid(field, absl::StrCat(header.name, " is set by the service itself"));
    }
    checked.push_back(header);
  }
  return checked;
}

}  // namespace registryd
