#ifndef REGISTRYD_REGISTRY_ENDPOINT_ENDPOINT_LOOKUP_H_
#define REGISTRYD_REGISTRY_ENDPOINT_ENDPOINT_LOOKUP_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/strings/cord.h"
#include "absl/strings/string_view.h"
#include "registry/base/cancellation.h"
#include "registry/config/index_info.h"
#include "registry/config/service_config.h"
#include "registry/net/dns_resolver.h"
#include "registry/reference/reference.h"
#include "registry/tls/certificate_store.h"

namespace registryd {

// Where an image can be had. Mirrors Docker's registry.APIEndpoint.
struct APIEndpoint {
  bool mirror = false;
  // Scheme, host and path: "https://registry-1.docker.io". A mirror's shares its text
  // with the configuration.
  absl::Cord url;
  // Non-distributable layers may be pushed here.
  bool allow_nondistributable_artifacts = false;
  bool official = false;
  // The domain is cut off the repository's name in requests.
  bool trim_hostname = false;
  TlsConfig tls_config;
  // What the trust in an insecure host rests on: who dials it dials one of these,
  // and does not resolve its name again. Null: the name alone decided.
  DnsAnswer checked_addresses;
};

// A repository and its index. Mirrors Docker's registry.RepositoryInfo.
struct RepositoryInfo {
  Reference reference;
  IndexInfo index;
  bool official = false;  // Official index, and a familiar name without '/'.
};

// Which rule decided that a registry is (in)secure, for people.
struct InsecureVerdict {
  bool insecure = false;
  std::string rule;  // "configured index", "loopback address", "no rule matches", ...
  // The addresses of the name that were looked at; null if the name alone decided.
  DnsAnswer checked_addresses;
};

// Answers by Docker Engine's rules for one configuration: pure calculation over
// the snapshot where DNS and certs.d are not needed or their answers are known,
// and asynchronous otherwise. Every `done` is called exactly once, before the
// function returns if it can be; on another thread otherwise. Thread-safe.
class EndpointLookup {
 public:
  template <typename T>
  using Callback = absl::AnyInvocable<void(absl::StatusOr<T>) &&>;
  using Config = std::shared_ptr<const ServiceConfig>;

  // Both outlive this object and its calls.
  EndpointLookup(DnsResolver& resolver, CertificateStore& certificates);

  // Endpoints to pull from, in order: for Docker Hub (`docker.io`,
  // `index.docker.io`) its mirrors first; for an insecure registry https without
  // verification, then http. `hostname` is HOST[:PORT], a reference's domain.
  //
  // Errors: INVALID_ARGUMENT (HOSTNAME_INVALID, field "hostname") for what cannot
  // name a folder of certs.d, whether it would be read or not (a mirror of such a
  // host has no certificates instead); for Docker Hub
  // ServiceConfig::mirror_status(); those of CertificateStore::Get; and of every method here
  // DEADLINE_EXCEEDED, CANCELLED, and UNAVAILABLE (OVERLOADED) when the resolver
  // had no place for the question.
  void Pull(Config config, absl::string_view hostname, const CallContext& context,
            Callback<std::vector<APIEndpoint>> done);

  // As Pull, without mirrors: nothing is looked up for them.
  void Push(Config config, absl::string_view hostname, const CallContext& context,
            Callback<std::vector<APIEndpoint>> done);

  // Whether `hostname` is reached without verification. A failed DNS look-up
  // means secure, and is no error.
  void IsInsecure(Config config, absl::string_view hostname, const CallContext& context,
                  Callback<InsecureVerdict> done);

  // How far `hostname` is trusted, and by which certificates. Errors as Pull.
  void GetTlsConfig(Config config, absl::string_view hostname, const CallContext& context,
                    Callback<TlsConfig> done);

  // The index of that name: as configured, or made for one that is not.
  // INVALID_ARGUMENT as ValidateIndexName.
  void ResolveIndex(Config config, absl::string_view name, const CallContext& context,
                    Callback<IndexInfo> done);

  // With the configuration of empty ServiceOptions: Docker's ParseRepositoryInfo.
  void ResolveRepository(Config config, Reference reference, const CallContext& context,
                         Callback<RepositoryInfo> done);

 private:
  DnsResolver& resolver_;
  CertificateStore& certificates_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_ENDPOINT_ENDPOINT_LOOKUP_H_
