#include "server/settings/settings_loader.h"

#include <initializer_list>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "registry/base/error.h"
#include "registry/net/proxy_rules.h"
#include "server/observe/loopback_address.h"
#include "server/settings/daemon_file.h"
#include "server/settings/file_stamp.h"

namespace registryd {
namespace {

absl::Status Fault(absl::string_view origin, absl::string_view problem) {
  return FieldError(Reason::kSettingInvalid, origin, absl::StrCat(origin, ": ", problem));
}

const SettingValue* Find(const SettingValues& values, const Setting& setting) {
  const auto found = values.find(setting.key);
  return found == values.end() ? nullptr : &found->second;
}

// Takes, for each setting, the value of the first source that has one.
absl::Status Apply(std::initializer_list<const SettingValues*> sources, Settings& settings) {
  for (const Setting& setting : AllSettings()) {
    for (const SettingValues* source : sources) {
      const SettingValue* value = Find(*source, setting);
      if (value == nullptr) continue;
      const absl::Status status = setting.write(settings, value->texts);
      if (status.ok()) break;
      // A list is not repeated either: an address in it may have a password.
      if (setting.confidential || setting.type == SettingType::kList) {
        return Fault(value->origin, status.message());
      }
      return Fault(value->origin,
                   absl::StrCat(status.message(), ", got \"", value->texts.front(), "\""));
    }
  }
  return absl::OkStatus();
}

// Where Docker Engine looks for certificates when RootlessKit runs it.
void ApplyRootlessDefaults(const Environment& environment, Settings& settings) {
  if (Lookup(environment, "ROOTLESSKIT_STATE_DIR").empty()) return;
  const absl::string_view configuration = Lookup(environment, "XDG_CONFIG_HOME");
  const absl::string_view home = Lookup(environment, "HOME");
  if (!configuration.empty()) {
    settings.certs_dir = absl::StrCat(configuration, "/docker/certs.d");
  } else if (!home.empty()) {
    settings.certs_dir = absl::StrCat(home, "/.config/docker/certs.d");
  }
}

// What says nothing of a proxy takes the one that other programs on this machine use.
void ApplyProxyDefaults(const Environment& environment, Settings& settings) {
  settings.proxies = ProxiesFromEnvironment([&environment](const char* name) -> const char* {
    const auto found = environment.find(name);
    return found == environment.end() ? nullptr : found->second.c_str();
  });
}

absl::Status CheckTogether(const Settings& settings) {
  // The settings were checked as they were written; what the environment said was not.
  for (const auto& [variable, field] : {std::pair("HTTP_PROXY", &ProxyOptions::http_proxy),
                                        std::pair("HTTPS_PROXY", &ProxyOptions::https_proxy)}) {
    ProxyOptions alone;
    alone.*field = settings.proxies.*field;
    if (ProxyRules::Create(alone).ok()) continue;
    return Fault(variable, "expected a URL such as http://proxy.example:3128");
  }
  if (settings.tls_cert.empty() != settings.tls_key.empty()) {
    return settings.tls_key.empty() ? Fault("tls-cert", "needs tls-key as well")
                                    : Fault("tls-key", "needs tls-cert as well");
  }
  const bool tls = !settings.tls_cert.empty();
  const bool client_ca = !settings.tls_client_ca.empty();
  if (client_ca && !tls) return Fault("tls-client-ca", "needs tls-cert and tls-key as well");
  if (client_ca && settings.tls_client_auth == TlsClientAuth::kNone) {
    return Fault("tls-client-ca", "would not be used, as tls-client-auth is none");
  }
  if (tls && !client_ca && settings.tls_client_auth == TlsClientAuth::kRequire) {
    return Fault("tls-client-auth",
                 "require needs tls-client-ca as well; to serve clients without a certificate set "
                 "it to none");
  }
  if (!settings.metrics_listen.empty()) {
    const auto address = LoopbackAddress::Parse(settings.metrics_listen);
    if (!address.ok()) return Fault("metrics-listen", address.status().message());
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<LoadedSettings> LoadSettings(const SettingValues& flags,
                                            const Environment& environment) {
  LoadedSettings loaded;
  ApplyRootlessDefaults(environment, loaded.settings);
  ApplyProxyDefaults(environment, loaded.settings);
  const EnvironmentSettings variables = ReadEnvironment(environment);
  if (!variables.ignored.empty()) {
    loaded.notes.push_back(absl::StrCat("ignored environment variables that are no setting: ",
                                        absl::StrJoin(variables.ignored, ", ")));
  }

  // The file's name first, then, with its content, everything.
  if (absl::Status status = Apply({&flags, &variables.values}, loaded.settings); !status.ok()) {
    return status;
  }
  DaemonFile file;
  if (!loaded.settings.config_file.empty()) {
    loaded.file_stamp = FileStamp(loaded.settings.config_file);
    auto read = ReadDaemonFile(loaded.settings.config_file);
    if (!read.ok()) return read.status();
    file = *std::move(read);
    if (!file.ignored_keys.empty()) {
      loaded.notes.push_back(absl::StrCat("ignored keys of ", loaded.settings.config_file, ": ",
                                          absl::StrJoin(file.ignored_keys, ", ")));
    }
    absl::Status status = Apply({&flags, &variables.values, &file.values}, loaded.settings);
    if (!status.ok()) return status;
  }
  if (absl::Status status = CheckTogether(loaded.settings); !status.ok()) return status;
  return loaded;
}

std::vector<std::string> ChangedBeyondReload(const Settings& running, const Settings& loaded) {
  std::vector<std::string> changed;
  for (const Setting& setting : AllSettings()) {
    if (setting.reloadable || setting.read(running) == setting.read(loaded)) continue;
    changed.emplace_back(setting.key);
  }
  return changed;
}

}  // namespace registryd
