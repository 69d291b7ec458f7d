#include "registry/v1/v1_ping.h"

#include <cstddef>
#include <utility>

#include "absl/strings/match.h"
#include "registry/base/bounded_json.h"
#include "registry/v1/json_fields.h"

namespace registryd {
namespace {

constexpr size_t kMaxBodyBytes = size_t{64} * 1024;

}  // namespace

V1Ping ReadV1Ping(const HttpResponseHead& head, absl::string_view body) {
  V1Ping ping;
  if (absl::StatusOr<nlohmann::json> json = ParseUntrustedJson(body); json.ok()) {
    ReadField(*json, "standalone", ping.standalone);
    ReadField(*json, "version", ping.version);
  }
  if (const auto header = head.Find("X-Docker-Registry-Version");
      header.has_value() && !header->empty()) {
    ping.version = std::string(*header);
  }
  if (const auto header = head.Find("X-Docker-Registry-Standalone");
      header.has_value() && !header->empty()) {
    ping.standalone = *header == "1" || absl::EqualsIgnoreCase(*header, "true");
  }
  return ping;
}

void PingV1(const V1Requests& requests, std::shared_ptr<const Upstream> upstream,
            const V1Endpoint& endpoint, std::shared_ptr<HttpHopHeaders> hop_headers,
            const CallContext& context, absl::AnyInvocable<void(absl::StatusOr<V1Ping>) &&> done) {
  if (endpoint.is_index_server()) {
    return std::move(done)(V1Ping{/*standalone=*/false, /*version=*/""});
  }
  HttpCall call;
  call.upstream = std::move(upstream);
  call.url = endpoint.Path("_ping");
  call.hop_headers = std::move(hop_headers);
  call.max_body_bytes = kMaxBodyBytes;
  requests.Send(std::move(call), context,
                [done = std::move(done)](absl::StatusOr<V1Answer> answer) mutable {
                  if (!answer.ok()) return std::move(done)(answer.status());
                  std::move(done)(ReadV1Ping(answer->head, answer->body));
                });
}

}  // namespace registryd
