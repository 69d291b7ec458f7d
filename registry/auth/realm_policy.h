#ifndef REGISTRYD_REGISTRY_AUTH_REALM_POLICY_H_
#define REGISTRYD_REGISTRY_AUTH_REALM_POLICY_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "registry/auth/plaintext_hosts.h"
#include "registry/net/upstream.h"
#include "registry/uri/origin.h"
#include "registry/uri/url.h"

namespace registryd {

// How a token server may be asked.
struct RealmDecision {
  // http or https, with a host and without user information.
  Url url;
  Origin origin;
  // It is the registry's own origin; it is on the registry's host, at whatever port.
  bool own_origin = false;
  bool own_host = false;
  // User name, password and identity token may go there. Otherwise it is asked without
  // any of them.
  bool may_have_credentials = false;
  // An operator named its host, which may then have any address.
  bool host_is_configured = false;
};

// Decides which token servers get credentials. The realm of a challenge is whatever a
// registry, or who speaks in its place, writes there; Docker Engine sends credentials
// to all of them. Here they go (docs/security.md, rows 1 and 3)
//   - to the registry's own origin;
//   - to another port of the registry's host, from https to https, where the registry's
//     certificate is verified;
//   - to https://auth.docker.io from Docker Hub, likewise;
//   - to the trusted realms, by https, or by http from an http registry if the realm
//     itself may have credentials in clear;
// and by http only where an operator allowed it. Others are asked anonymously.
// Immutable and thread-safe.
class RealmPolicy {
 public:
  // No trusted realms.
  RealmPolicy() = default;

  // `trusted_realms` are HOST[:PORT]; one without a port means the scheme's own port
  // alone. Returns INVALID_ARGUMENT (SETTING_INVALID) for what is neither a host nor an
  // address. `plaintext` counts for trusted realms: for the registry itself,
  // Upstream::allow_plaintext_credentials does.
  static absl::StatusOr<RealmPolicy> Create(absl::Span<const std::string> trusted_realms,
                                            PlaintextHosts plaintext);

  // `realm` is untrusted. Returns FAILED_PRECONDITION
  //   REALM_REFUSED                  it is missing, no http or https URL, has user
  //                                  information, or is http while the registry is https
  //   PLAINTEXT_CREDENTIALS_REFUSED  `has_credentials`, they would go there, but by
  //                                  http, and nobody allowed it
  absl::StatusOr<RealmDecision> Decide(const Upstream& upstream, absl::string_view realm,
                                       bool has_credentials) const;

 private:
  // A host, in lower case and without brackets, and a port, 0 for the scheme's own.
  struct Place {
    std::string host;
    uint16_t port = 0;
  };

  bool IsTrusted(const Origin& realm) const;

  std::vector<Place> trusted_;
  PlaintextHosts plaintext_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_AUTH_REALM_POLICY_H_
