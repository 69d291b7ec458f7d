#ifndef REGISTRYD_CLIENT_REGISTRYCTL_CREDENTIAL_OPTIONS_H_
#define REGISTRYD_CLIENT_REGISTRYCTL_CREDENTIAL_OPTIONS_H_

#include <string>

#include "CLI/CLI.hpp"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "client/registryctl/session.h"

namespace registryd::registryctl {

// Where a command has its credentials from. All empty: nowhere.
struct CredentialOptions {
  std::string username;
  std::string password;
  bool password_stdin = false;
  bool identity_token_stdin = false;
  std::string docker_config;
  bool service_credentials = false;

  // Whether there are any, the service's own among them.
  bool any() const {
    return !username.empty() || identity_token_stdin || !docker_config.empty() ||
           service_credentials;
  }

  // Whether they take up standard input.
  bool on_stdin() const { return password_stdin || identity_token_stdin || docker_config == "-"; }
};

// Whether a command can use the service's own credentials.
enum class ServiceCredentials {
  kOffered,
  kNotOffered,
};

// Gives `command` the options that fill `options`, those that contradict one another
// excluded.
void AddCredentialOptions(CLI::App* command, CredentialOptions& options,
                          ServiceCredentials service = ServiceCredentials::kOffered);

// The credentials that `options` name: empty ones where they name none, or the
// service's own. Without any of a password's options the terminal is asked for it;
// a password among the arguments is warned of. `index` says whose entry of a
// config.json is meant, and is asked only for that.
//
// Errors: INVALID_ARGUMENT for an empty password or token; NOT_FOUND if the file has
// no entry; those of AskPassword, FindCredentials and `index`.
absl::StatusOr<v1::AuthConfig> ReadCredentials(
    Session& session, const CredentialOptions& options,
    absl::FunctionRef<absl::StatusOr<v1::IndexInfo>()> index);

}  // namespace registryd::registryctl

#endif  // REGISTRYD_CLIENT_REGISTRYCTL_CREDENTIAL_OPTIONS_H_
