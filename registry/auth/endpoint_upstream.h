#ifndef REGISTRYD_REGISTRY_AUTH_ENDPOINT_UPSTREAM_H_
#define REGISTRYD_REGISTRY_AUTH_ENDPOINT_UPSTREAM_H_

#include <memory>

#include "absl/status/statusor.h"
#include "registry/auth/plaintext_hosts.h"
#include "registry/endpoint/endpoint_lookup.h"
#include "registry/net/upstream.h"

namespace registryd {

// The server of an endpoint: its origin, its trust with the addresses that this rests
// on, and whether it may get credentials in clear. Returns INVALID_ARGUMENT
// (FIELD_INVALID, field "url") if the endpoint's address is no URL; errors of
// CheckRegistryUrl.
absl::StatusOr<std::shared_ptr<const Upstream>> UpstreamOf(const APIEndpoint& endpoint,
                                                           const PlaintextHosts& plaintext);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_AUTH_ENDPOINT_UPSTREAM_H_
