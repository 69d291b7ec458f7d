#include "client/registryctl/docker_files.h"

#include <iterator>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/read_file.h"
#include "client/registryctl/terminal_text.h"
#include "nlohmann/json.hpp"

namespace registryd::registryctl {
namespace {

namespace v1 = ::registry::v1;
using Json = nlohmann::json;

absl::StatusOr<Json> ParseObject(absl::string_view text) {
  // Docker takes an empty file for one that says nothing.
  if (absl::StripAsciiWhitespace(text).empty()) return Json::object();
  Json json = Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return absl::InvalidArgumentError("the file holds no JSON object");
  return json;
}

// Appends the strings under `key` to `list`.
absl::Status ReadList(const Json& object, const char* key,
                      google::protobuf::RepeatedPtrField<std::string>* list) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return absl::OkStatus();
  absl::Status error =
      absl::InvalidArgumentError(absl::StrCat("\"", key, "\" is no list of strings"));
  if (!found->is_array()) return error;
  for (const Json& entry : *found) {
    if (!entry.is_string()) return error;
    *list->Add() = entry.get<std::string>();
  }
  return absl::OkStatus();
}

// The member `key` of config.json, in any case: so Docker finds its own keys.
Json::const_iterator Find(const Json& object, absl::string_view key) {
  auto found = object.find(std::string(key));
  for (auto it = object.begin(); found == object.end() && it != object.end(); ++it) {
    if (absl::EqualsIgnoreCase(it.key(), key)) found = it;
  }
  return found;
}

std::string Text(const Json& object, const char* key) {
  const auto found = Find(object, key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// Takes base64 of USERNAME:PASSWORD apart. Old versions of Docker put NULs
// after the password.
bool SplitAuth(const std::string& auth, v1::AuthConfig& config) {
  std::string text;
  if (!absl::Base64Unescape(auth, &text) || !IsUtf8(text)) return false;
  const size_t colon = text.find(':');
  if (colon == std::string::npos || colon == 0) return false;
  std::string password = text.substr(colon + 1);
  password.erase(password.find_last_not_of('\0') + 1);
  config.set_username(text.substr(0, colon));
  config.set_password(password);
  return true;
}

absl::StatusOr<v1::AuthConfig> ReadAuthConfig(const std::string& key, const Json& entry) {
  if (!entry.is_object()) {
    return absl::InvalidArgumentError(absl::StrCat("\"auths\": \"", key, "\" is no object"));
  }
  v1::AuthConfig config;
  config.set_username(Text(entry, "username"));
  config.set_password(Text(entry, "password"));
  config.set_email(Text(entry, "email"));
  config.set_identity_token(Text(entry, "identitytoken"));
  config.set_registry_token(Text(entry, "registrytoken"));
  config.set_server_address(key);
  const std::string auth = Text(entry, "auth");
  if (!auth.empty() && !SplitAuth(auth, config)) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"auths\": \"", key, "\": \"auth\" is not base64 of USERNAME:PASSWORD"));
  }
  return config;
}

bool NamesHelper(const Json& object) {
  const auto helpers = Find(object, "credHelpers");
  return !Text(object, "credsStore").empty() ||
         (helpers != object.end() && helpers->is_object() && !helpers->empty());
}

}  // namespace

absl::StatusOr<std::string> ReadInput(const std::string& path, std::istream& in) {
  if (path == "-") return std::string(std::istreambuf_iterator<char>(in), {});
  return client::ReadFile(path);
}

absl::StatusOr<v1::ServiceOptions> ReadDaemonFile(absl::string_view json) {
  const auto object = ParseObject(json);
  if (!object.ok()) return object.status();
  v1::ServiceOptions options;
  absl::Status status = ReadList(*object, "registry-mirrors", options.mutable_mirrors());
  status.Update(ReadList(*object, "insecure-registries", options.mutable_insecure_registries()));
  status.Update(ReadList(*object, "allow-nondistributable-artifacts",
                         options.mutable_allow_nondistributable_artifacts()));
  if (!status.ok()) return status;
  return options;
}

absl::StatusOr<CredentialFile> ReadCredentialFile(absl::string_view json) {
  const auto object = ParseObject(json);
  if (!object.ok()) return object.status();
  CredentialFile file;
  file.kept_elsewhere = NamesHelper(*object);
  const auto auths = Find(*object, "auths");
  if (auths == object->end() || auths->is_null()) return file;
  if (!auths->is_object()) return absl::InvalidArgumentError("\"auths\" is no object");
  for (const auto& [key, entry] : auths->items()) {
    auto config = ReadAuthConfig(key, entry);
    if (!config.ok()) return config.status();
    file.auth_configs.emplace(key, *std::move(config));
  }
  return file;
}

}  // namespace registryd::registryctl
