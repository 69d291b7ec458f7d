#ifndef REGISTRYD_REGISTRY_AUTH_PLAINTEXT_HOSTS_H_
#define REGISTRYD_REGISTRY_AUTH_PLAINTEXT_HOSTS_H_

#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace registryd {

// The registries to which credentials may go by plain http, because an operator said
// so. Docker Engine sends them to every insecure registry; here being insecure is not
// enough. Immutable and thread-safe.
class PlaintextHosts {
 public:
  // None.
  PlaintextHosts() = default;

  // Entries are HOST[:PORT]; one without a port means every port of that host. Returns
  // INVALID_ARGUMENT (SETTING_INVALID) for what is neither a host nor an address.
  static absl::StatusOr<PlaintextHosts> Create(absl::Span<const std::string> entries);

  // `hostname` is HOST[:PORT], port 80 if none is given; letters in any case.
  bool Allows(absl::string_view hostname) const;

 private:
  // In lower case, without brackets: "host" for every port, "host port" for one.
  absl::flat_hash_set<std::string> hosts_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_AUTH_PLAINTEXT_HOSTS_H_
