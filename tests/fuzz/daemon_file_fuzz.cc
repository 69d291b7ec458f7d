// daemon.json, as text, as settings and as the configuration that they make. No string
// of it that may be a password is in an error: @@ stands for one in an input.
#include <sys/mman.h>
#include <unistd.h>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "nlohmann/json.hpp"
#include "registry/base/error.h"
#include "registry/config/service_config.h"
#include "server/settings/daemon_file.h"
#include "server/settings/setting.h"
#include "server/settings/settings_loader.h"
#include "server/settings/strict_json.h"
#include "tests/fuzz/fuzz.h"

namespace registryd {
namespace {

constexpr char kPassword[] = "canary-password";

// Something else than a string holds the password: a key, which errors may name, or
// what is no JSON at all.
bool NamesPassword(const nlohmann::json& value) {
  if (!value.is_structured()) return false;
  for (const auto& [key, member] : value.items()) {
    if (value.is_object() && absl::StrContains(key, kPassword)) return true;
    if (NamesPassword(member)) return true;
  }
  return false;
}

// The value of a setting that is one text, and no secret, holds the password: an error
// repeats it.
bool RepeatsPassword(const nlohmann::json& document) {
  const auto own = document.find("registryd");
  for (const Setting& setting : AllSettings()) {
    if (setting.confidential || setting.type == SettingType::kList) continue;
    for (const nlohmann::json* const object :
         {&document, own == document.end() ? nullptr : &*own}) {
      if (object == nullptr || !object->is_object()) continue;
      const auto value = object->find(std::string(setting.key));
      if (value != object->end() && value->is_string() &&
          absl::StrContains(value->get_ref<const std::string&>(), kPassword)) {
        return true;
      }
    }
  }
  return false;
}

void CheckSecrecy(const absl::Status& status) {
  FUZZ_CHECK(!absl::StrContains(status.message(), kPassword));
  FUZZ_CHECK(!absl::StrContains(FieldOf(status), kPassword));
}

// What registries are configured by: an entry's password is masked.
void CheckLists(const ServiceOptions& options) {
  const auto config = ServiceConfig::Create(options);
  if (!config.ok()) {
    FUZZ_CHECK(config.status().code() == absl::StatusCode::kInvalidArgument);
    FUZZ_CHECK(!FieldOf(config.status()).empty());
    return;
  }
  FUZZ_CHECK((*config)->options() == options);
  const auto again = ServiceConfig::Create((*config)->options());
  FUZZ_CHECK(again.ok());
  FUZZ_CHECK((*again)->index_configs() == (*config)->index_configs());
  const auto docker_hub = (*config)->index_configs().find("docker.io");
  FUZZ_CHECK(docker_hub != (*config)->index_configs().end());
  FUZZ_CHECK(docker_hub->second.secure && docker_hub->second.official);
}

}  // namespace

void FuzzOne(absl::string_view input) {
  // A file in memory.
  static const int file_descriptor = memfd_create("daemon.json", MFD_CLOEXEC);
  const std::string text = absl::StrReplaceAll(input, {{"@@", kPassword}});
  const absl::StatusOr<nlohmann::json> document = ParseStrictJson(text);
  if (document.ok()) {
    const auto again = ParseStrictJson(document->dump());
    FUZZ_CHECK(again.ok() && *again == *document);
  }

  const absl::StatusOr<DaemonFile> file = ParseDaemonFile("daemon.json", text);
  FUZZ_CHECK(document.ok() || !file.ok() || absl::StripAsciiWhitespace(text).empty());
  FUZZ_CHECK(ftruncate(file_descriptor, 0) == 0);
  FUZZ_CHECK(pwrite(file_descriptor, text.data(), text.size(), 0) ==
             static_cast<ssize_t>(text.size()));
  SettingValues flags;
  flags["config"] = {{absl::StrCat("/proc/self/fd/", file_descriptor)}, "--config"};
  const absl::StatusOr<LoadedSettings> loaded = LoadSettings(flags, {});
  FUZZ_CHECK(file.ok() || !loaded.ok());
  for (const absl::Status& status : {document.status(), file.status(), loaded.status()}) {
    if (!status.ok()) FUZZ_CHECK(status.code() == absl::StatusCode::kInvalidArgument);
  }
  if (document.ok() && !NamesPassword(*document) && !RepeatsPassword(*document)) {
    CheckSecrecy(file.status());
    CheckSecrecy(loaded.status());
  }
  if (loaded.ok()) CheckLists(loaded->settings.service_options);
}

}  // namespace registryd
