#include "client/registryctl/credential_options.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "client/registryctl/docker_credentials.h"
#include "client/registryctl/docker_files.h"
#include "client/registryctl/terminal_password.h"
#include "client/registryctl/terminal_text.h"

namespace registryd::registryctl {
namespace {

// All of standard input, without the end of its last line.
absl::StatusOr<std::string> SecretFromInput(Session& session, absl::string_view what) {
  auto text = ReadInput("-", session.in);
  if (!text.ok()) return text.status();
  for (const char end : {'\n', '\r'}) {
    if (!text->empty() && text->back() == end) text->pop_back();
  }
  if (text->empty()) {
    return absl::InvalidArgumentError(absl::StrCat("standard input holds no ", what));
  }
  if (!IsUtf8(*text)) {
    return absl::InvalidArgumentError(absl::StrCat("the ", what, " is not UTF-8"));
  }
  return text;
}

absl::StatusOr<std::string> Password(Session& session, const CredentialOptions& options) {
  if (options.password_stdin) return SecretFromInput(session, "password");
  if (options.password.empty()) {
    auto password = AskPassword("Password: ");
    if (password.ok() && !IsUtf8(*password)) {
      return absl::InvalidArgumentError("the password is not UTF-8; the terminal has to be");
    }
    return password;
  }
  session.err << "registryctl: warning: other users of this machine can read --password among its "
                 "processes, and your shell remembers it; use --password-stdin\n";
  return options.password;
}

absl::StatusOr<v1::AuthConfig> FromFile(Session& session, const std::string& path,
                                        const v1::IndexInfo& index) {
  auto found = FindCredentials(session, path, index);
  if (!found.ok()) return found.status();
  if (found->matched_key().empty()) {
    return absl::NotFoundError(absl::StrCat(path, " holds no credentials for ", index.name()));
  }
  return std::move(*found->mutable_auth_config());
}

}  // namespace

void AddCredentialOptions(CLI::App* command, CredentialOptions& options,
                          ServiceCredentials service) {
  CLI::Option* const username =
      command->add_option("-u,--username", options.username, "User name")->type_name("NAME");
  CLI::Option* const password =
      command
          ->add_option("-p,--password", options.password,
                       "Password; others can read it, so rather use --password-stdin")
          ->type_name("PASSWORD")
          ->needs(username);
  CLI::Option* const password_stdin =
      command
          ->add_flag("--password-stdin", options.password_stdin,
                     "Read the password from standard input. Without it the terminal is asked")
          ->needs(username)
          ->excludes(password);
  CLI::Option* const token_stdin =
      command
          ->add_flag("--identity-token-stdin", options.identity_token_stdin,
                     "Read an identity token from standard input")
          ->excludes(password)
          ->excludes(password_stdin);
  CLI::Option* const docker_config =
      command
          ->add_option("--docker-config", options.docker_config,
                       "Take the credentials from a Docker config.json; - is standard input")
          ->type_name("FILE")
          ->excludes(username)
          ->excludes(token_stdin);
  if (service == ServiceCredentials::kNotOffered) return;
  command
      ->add_flag("--service-credentials", options.service_credentials,
                 "Use the service's own credentials (role admin)")
      ->excludes(username)
      ->excludes(token_stdin)
      ->excludes(docker_config);
}

absl::StatusOr<v1::AuthConfig> ReadCredentials(
    Session& session, const CredentialOptions& options,
    absl::FunctionRef<absl::StatusOr<v1::IndexInfo>()> index) {
  if (!options.docker_config.empty()) {
    const auto found = index();
    if (!found.ok()) return found.status();
    return FromFile(session, options.docker_config, *found);
  }
  v1::AuthConfig config;
  config.set_username(options.username);
  if (options.identity_token_stdin) {
    auto token = SecretFromInput(session, "identity token");
    if (!token.ok()) return token.status();
    config.set_identity_token(*std::move(token));
  } else if (!options.username.empty()) {
    auto password = Password(session, options);
    if (!password.ok()) return password.status();
    config.set_password(*std::move(password));
  }
  return config;
}

}  // namespace registryd::registryctl
