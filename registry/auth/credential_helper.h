#ifndef REGISTRYD_REGISTRY_AUTH_CREDENTIAL_HELPER_H_
#define REGISTRYD_REGISTRY_AUTH_CREDENTIAL_HELPER_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "registry/auth/auth_config.h"
#include "registry/auth/helper_process.h"
#include "registry/base/cancellation.h"

namespace registryd {

struct CredentialHelperOptions {
  // How long a helper may take.
  absl::Duration timeout = absl::Seconds(10);
  // What helpers get of the service's own environment; PATH says where they are. Not
  // passed on: what configures the service (REGISTRYD_*, where a proxy's password may
  // stand), and what systemd told it alone.
  std::map<std::string, std::string, std::less<>> environment;
};

// Asks the programs docker-credential-NAME that Docker keeps credentials with, by the
// protocol that Docker documents: `get`, the server's address on standard input,
// {"ServerURL", "Username", "Secret"} on standard output. Immutable and thread-safe.
class CredentialHelper {
 public:
  explicit CredentialHelper(const CredentialHelperOptions& options = {});

  // The credentials that helper NAME has for `server_address`, an identity token where
  // the user name is "<token>"; nullopt if it has none. Blocks. `cancellation` may be
  // null.
  //
  // Errors: FAILED_PRECONDITION (CREDENTIALS_UNAVAILABLE) if NAME or the address cannot
  // be one, or there is no such program in PATH; UNAVAILABLE (CREDENTIALS_UNAVAILABLE)
  // if it failed, took too long or answered nonsense; CANCELLED. The message has the
  // first line of the helper's standard error, and nothing of its standard output.
  absl::StatusOr<std::optional<AuthConfig>> Get(absl::string_view name,
                                                absl::string_view server_address,
                                                Cancellation* cancellation) const;

 private:
  // Where in PATH the program is.
  absl::StatusOr<std::string> Find(const std::string& program) const;

  const absl::Duration timeout_;
  std::vector<std::string> folders_;      // Of PATH; absolute ones alone.
  std::vector<std::string> environment_;  // NAME=VALUE.
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_AUTH_CREDENTIAL_HELPER_H_
