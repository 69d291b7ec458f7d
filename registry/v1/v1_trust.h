#ifndef REGISTRYD_REGISTRY_V1_V1_TRUST_H_
#define REGISTRYD_REGISTRY_V1_V1_TRUST_H_

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "registry/auth/plaintext_hosts.h"
#include "registry/base/cancellation.h"
#include "registry/endpoint/endpoint_lookup.h"
#include "registry/net/dns_resolver.h"
#include "registry/tls/host_certificates.h"
#include "registry/v1/v1_endpoint.h"

namespace registryd {

// How far an endpoint's host is trusted, as Upstream says.
struct V1Trust {
  TlsConfig tls;
  DnsAnswer checked_addresses;
  bool allow_plaintext_credentials = false;
};

// What `config` says of the host of `endpoint`, in one decision. Docker Hub's index is
// secure, and has the certificates of certs.d/docker.io, its index's name. Errors as
// EndpointLookup::GetTlsConfig. `lookup` outlives the call.
void FindV1Trust(EndpointLookup& lookup, EndpointLookup::Config config,
                 const PlaintextHosts& plaintext, const V1Endpoint& endpoint,
                 const CallContext& context,
                 absl::AnyInvocable<void(absl::StatusOr<V1Trust>) &&> done);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_V1_V1_TRUST_H_
