#include "registry/v1/authorize_v1.h"

#include <utility>

#include "registry/v1/v1_ping.h"

namespace registryd {
namespace {

AuthorizedV1Endpoint Authorize(const Clock& clock, OpenedV1Endpoint opened,
                               std::shared_ptr<const AuthConfig> credentials) {
  const bool always_basic = opened.endpoint.scheme() == "https" && opened.ping.standalone;
  auto authorizer = std::make_shared<V1Authorizer>(std::move(credentials), opened.upstream->origin,
                                                   always_basic, clock);
  return {std::move(opened), std::move(authorizer)};
}

}  // namespace

void AuthorizeV1(const V1Requests& requests, OpenedV1Endpoint opened,
                 std::shared_ptr<const AuthConfig> credentials, const CallContext& context,
                 absl::AnyInvocable<void(absl::StatusOr<AuthorizedV1Endpoint>) &&> done) {
  if (opened.endpoint.scheme() != "https") {
    return std::move(done)(Authorize(requests.clock(), std::move(opened), std::move(credentials)));
  }
  const std::shared_ptr<const Upstream> upstream = opened.upstream;
  const V1Endpoint endpoint = opened.endpoint;
  PingV1(
      requests, upstream, endpoint, /*hop_headers=*/nullptr, context,
      [&clock = requests.clock(), opened = std::move(opened), credentials = std::move(credentials),
       done = std::move(done)](absl::StatusOr<V1Ping> ping) mutable {
        if (!ping.ok()) return std::move(done)(ping.status());
        opened.ping = *std::move(ping);
        std::move(done)(Authorize(clock, std::move(opened), std::move(credentials)));
      });
}

}  // namespace registryd
