#include "registry/auth/credential_helper.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "registry/auth/json_walk.h"
#include "registry/base/error.h"
#include "registry/uri/quote.h"

namespace registryd {
namespace {

// The words and names of Docker's protocol.
constexpr absl::string_view kProgramPrefix = "docker-credential-";
constexpr absl::string_view kNotFound = "credentials not found in native keychain";
constexpr absl::string_view kTokenUser = "<token>";

// As execvp without a PATH.
constexpr absl::string_view kDefaultPath = "/bin:/usr/bin";
constexpr size_t kMaxNameLength = 128;
constexpr size_t kMaxShownBytes = 256;

absl::Status Misconfigured(absl::string_view message) {
  return Error(absl::StatusCode::kFailedPrecondition, Reason::kCredentialsUnavailable, message);
}

absl::Status Failed(absl::string_view program, absl::string_view problem) {
  return Error(absl::StatusCode::kUnavailable, Reason::kCredentialsUnavailable,
               absl::StrCat(program, ": ", problem));
}

bool IsName(absl::string_view name) {
  return !name.empty() && name.size() <= kMaxNameLength &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '-';
         });
}

// One line, and nothing that a terminal or log would take for more.
bool IsServerAddress(absl::string_view address) {
  return !address.empty() && address.size() <= kMaxHelperInputBytes &&
         std::all_of(address.begin(), address.end(), [](char c) { return absl::ascii_isgraph(c); });
}

// Whether a variable is the service's own business.
bool IsOwn(absl::string_view variable) {
  return absl::StartsWith(variable, "REGISTRYD_") || absl::StartsWith(variable, "LISTEN_") ||
         absl::StartsWith(variable, "WATCHDOG_") || variable == "NOTIFY_SOCKET";
}

bool IsProgram(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && access(path.c_str(), X_OK) == 0;
}

std::string Complaint(const HelperOutput& output) {
  const absl::string_view text = absl::StripAsciiWhitespace(output.standard_error);
  const absl::string_view line = text.substr(0, text.find('\n'));
  return absl::StrCat("ended with exit code ", output.exit_code,
                      line.empty() ? " and no message on standard error" : ": ",
                      line.empty() ? "" : Quote(line.substr(0, kMaxShownBytes)));
}

// nullopt for empty credentials, as some helpers answer who have none. INVALID_ARGUMENT
// without any of the text for what is no answer of the protocol.
absl::StatusOr<std::optional<AuthConfig>> ParseAnswer(absl::string_view text) {
  std::string username;
  Secret secret;
  const absl::Status status = WalkJson(text, [&](const JsonValue& value) {
    if (value.path.empty() && value.kind != JsonKind::kObject) {
      return absl::InvalidArgumentError("no object");
    }
    if (value.path.size() != 1) return absl::OkStatus();
    // Without regard to case, as encoding/json finds the fields of a struct.
    const bool is_username = absl::EqualsIgnoreCase(value.path[0], "Username");
    if (!is_username && !absl::EqualsIgnoreCase(value.path[0], "Secret")) return absl::OkStatus();
    if (value.kind != JsonKind::kString) {
      return absl::InvalidArgumentError(absl::StrCat("no text in ", value.path[0]));
    }
    if (is_username) {
      username = *value.text;
    } else {
      secret = Secret(absl::string_view(*value.text));
    }
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  if (secret.empty() && username.empty()) return std::nullopt;
  if (secret.empty()) return absl::InvalidArgumentError("no Secret");
  AuthConfig config;
  if (username == kTokenUser) {
    config.identity_token = std::move(secret);
  } else {
    config.username = std::move(username);
    config.password = std::move(secret);
  }
  return config;
}

}  // namespace

CredentialHelper::CredentialHelper(const CredentialHelperOptions& options)
    : timeout_(options.timeout) {
  absl::string_view path = kDefaultPath;
  for (const auto& [name, value] : options.environment) {
    if (name == "PATH") path = value;
    if (!IsOwn(name)) environment_.push_back(absl::StrCat(name, "=", value));
  }
  for (const absl::string_view folder : absl::StrSplit(path, ':')) {
    // Others depend on where the service was started.
    if (absl::StartsWith(folder, "/")) folders_.emplace_back(folder);
  }
}

absl::StatusOr<std::string> CredentialHelper::Find(const std::string& program) const {
  for (const std::string& folder : folders_) {
    std::string path = absl::StrCat(folder, "/", program);
    if (IsProgram(path)) return path;
  }
  return Misconfigured(absl::StrCat("no ", program, " in the service's PATH"));
}

absl::StatusOr<std::optional<AuthConfig>> CredentialHelper::Get(absl::string_view name,
                                                                absl::string_view server_address,
                                                                Cancellation* cancellation) const {
  if (!IsName(name)) {
    return Misconfigured(absl::StrCat(Quote(name.substr(0, kMaxNameLength)),
                                      " cannot be the name of a credential helper"));
  }
  const std::string program = absl::StrCat(kProgramPrefix, name);
  if (!IsServerAddress(server_address)) {
    return Misconfigured(absl::StrCat(program, " cannot be asked for such an address"));
  }
  auto path = Find(program);
  if (!path.ok()) return path.status();

  const auto output =
      RunHelper({*std::move(path), {"get"}, environment_, std::string(server_address)}, timeout_,
                cancellation);
  if (absl::IsCancelled(output.status())) {
    return Error(absl::StatusCode::kCancelled, Reason::kCancelled, "the caller cancelled the call");
  }
  if (absl::IsDeadlineExceeded(output.status())) {
    return Failed(program, absl::StrCat("no answer within ", absl::FormatDuration(timeout_)));
  }
  if (!output.ok()) return Failed(program, output.status().message());
  const absl::string_view answer = output->standard_output.Reveal();
  if (output->exit_code != 0) {
    if (absl::StripAsciiWhitespace(answer) == kNotFound) return std::nullopt;
    return Failed(program, Complaint(*output));
  }
  auto config = ParseAnswer(answer);
  if (!config.ok()) {
    return Failed(program, absl::StrCat("answered nonsense: ", config.status().message()));
  }
  if (config->has_value()) (*config)->server_address = std::string(server_address);
  return config;
}

}  // namespace registryd
