#include "registry/auth/v2_ping.h"

#include <cstddef>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "registry/auth/v2_request.h"
#include "registry/base/error.h"
#include "registry/net/http_message.h"
#include "registry/uri/url.h"
#include "registry/uri/url_escape.h"

namespace registryd {
namespace {

// Two URLs have the same key if Docker's client keeps their challenges in one place.
// nullopt for what is no URL.
std::optional<std::string> ChallengeKey(absl::string_view text) {
  const absl::StatusOr<Url> url = Url::Parse(text);
  if (!url.ok()) return std::nullopt;
  std::string host = absl::AsciiStrToLower(url->host());
  const size_t colon = host.rfind(':');
  const size_t bracket = host.rfind(']');
  const bool has_port =
      colon != std::string::npos && (bracket == std::string::npos || colon > bracket);
  if (!has_port) absl::StrAppend(&host, url->scheme() == "https" ? ":443" : ":80");
  std::string path;
  if (UrlUnescape(url->path(), UrlPart::kPath, path).has_value()) return std::nullopt;
  return absl::StrCat(url->scheme(), "://", host, path);
}

std::vector<std::string> ApiVersions(const HttpResponseHead& head) {
  std::vector<std::string> versions;
  for (const absl::string_view value : head.FindAll("Docker-Distribution-Api-Version")) {
    for (const absl::string_view word :
         absl::StrSplit(value, absl::ByAnyChar(" \t\r\n\v\f"), absl::SkipEmpty())) {
      versions.emplace_back(word);
    }
  }
  return versions;
}

absl::Status PingError(absl::Status status) {
  if (ReasonOf(status) != Reason::kResponseInvalid) return status;
  return Error(absl::StatusCode::kInternal, Reason::kPingResponseInvalid, status.message());
}

}  // namespace

std::vector<AuthChallenge> V2Ping::ChallengesFor(absl::string_view url) const {
  if (challenges.empty()) return {};
  const std::optional<std::string> asked = ChallengeKey(url);
  if (!asked.has_value() || asked != ChallengeKey(answered_url)) return {};
  return challenges;
}

void PingV2(HttpClient& client, const Clock& clock, std::shared_ptr<const Upstream> upstream,
            absl::string_view endpoint_url, absl::string_view user_agent,
            const CallContext& context, absl::AnyInvocable<void(absl::StatusOr<V2Ping>) &&> done,
            std::vector<HttpHeader> headers) {
  V2Request request;
  request.upstream = std::move(upstream);
  request.url = V2Url(endpoint_url);
  request.user_agent = std::string(user_agent);
  request.headers = std::move(headers);
  SendV2Request(client, clock, std::move(request), context,
                [endpoint_url = std::string(endpoint_url),
                 done = std::move(done)](absl::StatusOr<V2Answer> answer) mutable {
                  if (!answer.ok()) return std::move(done)(PingError(answer.status()));
                  V2Ping ping;
                  ping.endpoint_url = std::move(endpoint_url);
                  ping.status_code = answer->head.status;
                  ping.api_versions = ApiVersions(answer->head);
                  ping.answered_url = std::move(answer->url);
                  ping.challenges = ChallengesOf(answer->head);
                  ping.elapsed = answer->elapsed;
                  std::move(done)(std::move(ping));
                });
}

}  // namespace registryd
