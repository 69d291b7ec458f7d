#include "registry/auth/docker_config_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "registry/auth/json_walk.h"
#include "registry/base/error.h"
#include "registry/fs/file_descriptor.h"
#include "registry/uri/password_mask.h"
#include "registry/uri/quote.h"

namespace registryd {
namespace {

// The key is shown as far as it is no secret: people put user information into URLs.
absl::Status Fault(absl::Span<const std::string> path, absl::string_view problem) {
  std::string where;
  for (const std::string& key : path) {
    absl::StrAppend(&where, where.empty() ? "" : ".", Quote(MaskPassword(key)));
  }
  if (where.empty()) where = "the file";
  return absl::InvalidArgumentError(absl::StrCat(where, ": ", problem));
}

// Builds a DockerConfig of the values as they come by.
class Builder {
 public:
  absl::Status Take(const JsonValue& value) {
    if (value.path.empty()) {
      return value.kind == JsonKind::kObject ? absl::OkStatus()
                                             : Fault(value.path, "expected an object");
    }
    const std::string& key = value.path.front();
    if (Is(key, "credsStore") && value.path.size() == 1) {
      return TakeText(value, config_.creds_store);
    }
    if (Is(key, "credHelpers")) return TakeHelpers(value);
    if (Is(key, "auths")) return TakeAuths(value);
    return absl::OkStatus();
  }

  // After the last value.
  absl::StatusOr<DockerConfig> Finish() && {
    for (auto& [key, entry] : config_.auths) {
      entry.server_address = key;
      const Secret auth = std::exchange(entry.auth, Secret());
      if (auth.empty() || SplitAuth(auth.Reveal(), entry)) continue;
      return Fault({"auths", key, "auth"}, "expected base64 of USERNAME:PASSWORD");
    }
    return std::move(config_);
  }

 private:
  // As encoding/json finds the fields of a struct.
  static bool Is(absl::string_view key, absl::string_view name) {
    return absl::EqualsIgnoreCase(key, name);
  }

  static absl::Status TakeText(const JsonValue& value, std::string& out) {
    if (value.kind == JsonKind::kNull) return absl::OkStatus();
    if (value.kind != JsonKind::kString) return Fault(value.path, "expected a string");
    out = *value.text;
    return absl::OkStatus();
  }

  static absl::Status TakeText(const JsonValue& value, Secret& out) {
    if (value.kind == JsonKind::kNull) return absl::OkStatus();
    if (value.kind != JsonKind::kString) return Fault(value.path, "expected a string");
    out = Secret(absl::string_view(*value.text));
    return absl::OkStatus();
  }

  static absl::Status ExpectObject(const JsonValue& value) {
    if (value.kind == JsonKind::kObject || value.kind == JsonKind::kNull) return absl::OkStatus();
    return Fault(value.path, "expected an object");
  }

  absl::Status TakeHelpers(const JsonValue& value) {
    if (value.path.size() == 1) return ExpectObject(value);
    return TakeText(value, config_.cred_helpers[value.path[1]]);
  }

  absl::Status TakeAuths(const JsonValue& value) {
    if (value.path.size() == 1) return ExpectObject(value);
    AuthConfig& entry = config_.auths[value.path[1]];
    if (value.path.size() == 2) {
      entry = AuthConfig();
      return ExpectObject(value);
    }
    return value.path.size() == 3 ? TakeField(value, entry) : absl::OkStatus();
  }

  static absl::Status TakeField(const JsonValue& value, AuthConfig& entry) {
    const std::string& name = value.path.back();
    if (Is(name, "auth")) return TakeText(value, entry.auth);
    if (Is(name, "username")) return TakeText(value, entry.username);
    if (Is(name, "password")) return TakeText(value, entry.password);
    if (Is(name, "email")) return TakeText(value, entry.email);
    if (Is(name, "identitytoken")) return TakeText(value, entry.identity_token);
    if (Is(name, "registrytoken")) return TakeText(value, entry.registry_token);
    return absl::OkStatus();
  }

  DockerConfig config_;
};

absl::Status Unavailable(const std::string& path, absl::string_view problem) {
  return Error(absl::StatusCode::kFailedPrecondition, Reason::kCredentialsUnavailable,
               absl::StrCat(path, ": ", problem));
}

// All of it at once: a string that grows would leave copies behind.
absl::StatusOr<Secret> ReadAll(int file, size_t expected, const std::string& path) {
  std::string text(expected + 1, '\0');
  size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = read(file, text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      const int error = errno;
      Wipe(text);
      return Unavailable(path, absl::StrCat("cannot read: ", strerror(error)));
    }
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  text.resize(size);
  Secret content(std::move(text));
  if (size > expected) return Unavailable(path, "changed while it was read");
  return content;
}

std::vector<std::string> Warnings(const std::string& path, const struct stat& info) {
  std::vector<std::string> warnings;
  if ((info.st_mode & S_IROTH) != 0) {
    warnings.push_back(
        absl::StrCat(path, " holds credentials, and everyone on this machine can read it"));
  }
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0 || (info.st_uid != 0 && info.st_uid != geteuid())) {
    warnings.push_back(absl::StrCat(
        path, " says which credentials are sent and which helpers run, and others can change it"));
  }
  return warnings;
}

}  // namespace

absl::StatusOr<DockerConfig> ParseDockerConfig(absl::string_view text) {
  if (absl::StripAsciiWhitespace(text).empty()) return DockerConfig();
  Builder builder;
  const absl::Status status =
      WalkJson(text, [&builder](const JsonValue& value) { return builder.Take(value); });
  if (!status.ok()) return status;
  return std::move(builder).Finish();
}

absl::StatusOr<DockerConfig> ReadDockerConfig(const std::string& path) {
  // Without O_NONBLOCK, opening a pipe would wait for its writer.
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.valid()) return Unavailable(path, absl::StrCat("cannot open: ", strerror(errno)));
  struct stat info;
  if (fstat(file.get(), &info) != 0) {
    return Unavailable(path, absl::StrCat("cannot read: ", strerror(errno)));
  }
  if (!S_ISREG(info.st_mode)) return Unavailable(path, "not a regular file");

  const auto size = static_cast<size_t>(info.st_size);
  if (size > kMaxDockerConfigBytes) {
    return Unavailable(path, absl::StrCat("larger than ", kMaxDockerConfigBytes, " bytes"));
  }
  const auto text = ReadAll(file.get(), size, path);
  if (!text.ok()) return text.status();
  auto config = ParseDockerConfig(text->Reveal());
  if (!config.ok()) return Unavailable(path, config.status().message());
  config->warnings = Warnings(path, info);
  return config;
}

}  // namespace registryd
