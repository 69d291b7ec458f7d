#ifndef REGISTRYD_REGISTRY_TLS_SERVER_NAME_H_
#define REGISTRYD_REGISTRY_TLS_SERVER_NAME_H_

#include <string>

#include "absl/strings/string_view.h"

namespace registryd {

// Whether what a certificate is for is a server, by the rules of VerifyHostname of Go's
// crypto/x509. Immutable, and then thread-safe.
class ServerName {
 public:
  // `host`: a name, or an IP address without brackets.
  explicit ServerName(absl::string_view host);

  // For a subject alternative name of type dNSName. ASCII case makes no difference. A
  // first label `*` stands for exactly one label of the host, whichever labels follow;
  // a `*` elsewhere for nothing but itself. The host's final dot is not counted. Either
  // of them may be no valid name (labels of letters, digits, `_` and, but for the first
  // character, `-`): then only equality counts, with the dot. False if the host is an
  // address.
  bool MatchesName(absl::string_view name) const;

  // For one of type iPAddress: 4 or 16 bytes. An IPv4 address and its IPv4-mapped IPv6
  // address are equal. False if the host is a name.
  bool MatchesAddress(absl::string_view bytes) const;

 private:
  const std::string host_;     // In lower case.
  const std::string address_;  // 16 bytes; empty if the host is a name.
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_TLS_SERVER_NAME_H_
