#include "server/service/request_credentials.h"

#include "registry/base/error.h"
#include "server/service/caller_identifier.h"
#include "server/service/convert.h"

namespace registryd {

bool HoldsCredentials(const api::AuthConfig& message) {
  return !message.username().empty() || !message.password().empty() || !message.auth().empty() ||
         !message.identity_token().empty() || !message.registry_token().empty();
}

absl::StatusOr<std::shared_ptr<const AuthConfig>> CredentialsIn(const api::AuthConfig& message) {
  auto config = std::make_shared<AuthConfig>(FromMessage(message));
  if (config->username.empty() && config->password.empty() && !config->auth.empty() &&
      !SplitAuth(config->auth.Reveal(), *config)) {
    return FieldError(Reason::kFieldInvalid, "auth_config.auth",
                      "auth_config.auth is not base64 of USERNAME:PASSWORD");
  }
  return config;
}

absl::Status CheckServiceCredentials(const CallerIdentity& caller, const api::AuthConfig& message) {
  if (absl::Status status = RequireAdmin(caller); !status.ok()) return status;
  if (!HoldsCredentials(message)) return absl::OkStatus();
  return FieldError(Reason::kFieldInvalid, "auth_config",
                    "auth_config holds credentials, and service_credentials asks for others");
}

}  // namespace registryd
