#include "registry/v1/v1_trust.h"

#include <utility>
#include <vector>

#include "registry/reference/reference.h"

namespace registryd {

void FindV1Trust(EndpointLookup& lookup, EndpointLookup::Config config,
                 const PlaintextHosts& plaintext, const V1Endpoint& endpoint,
                 const CallContext& context,
                 absl::AnyInvocable<void(absl::StatusOr<V1Trust>) &&> done) {
  if (endpoint.is_index_server()) {
    return lookup.GetTlsConfig(std::move(config), kDefaultDomain, context,
                               [done = std::move(done)](absl::StatusOr<TlsConfig> tls) mutable {
                                 if (!tls.ok()) return std::move(done)(tls.status());
                                 std::move(done)(V1Trust{*std::move(tls), nullptr, false});
                               });
  }
  // The endpoints to push to hold trust and addresses of one and the same decision;
  // separate look-ups might see different answers of DNS.
  lookup.Push(std::move(config), endpoint.host(), context,
              [allow = plaintext.Allows(endpoint.host()),
               done = std::move(done)](absl::StatusOr<std::vector<APIEndpoint>> endpoints) mutable {
                if (!endpoints.ok()) return std::move(done)(endpoints.status());
                APIEndpoint& first = endpoints->front();
                std::move(done)(V1Trust{std::move(first.tls_config),
                                        std::move(first.checked_addresses), allow});
              });
}

}  // namespace registryd
