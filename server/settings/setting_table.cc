#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "server/settings/setting.h"
#include "server/settings/setting_kinds.h"

namespace registryd {
namespace {

using InFile = Setting::InFile;

constexpr absl::string_view kConfiguration = "Configuration";
constexpr absl::string_view kRegistries = "Registries";
constexpr absl::string_view kAsking = "Asking registries";
constexpr absl::string_view kListening = "Listening";
constexpr absl::string_view kLimits = "Limits";
constexpr absl::string_view kObserving = "Observing";

// The names of a setting of registryd's own, whose flag and key are alike.
Setting Own(absl::string_view group, absl::string_view name, absl::string_view placeholder,
            absl::string_view meaning) {
  Setting setting;
  setting.group = group;
  setting.flag = name;
  setting.key = name;
  setting.placeholder = placeholder;
  setting.meaning = meaning;
  return setting;
}

Setting NotInFile(Setting setting) {
  setting.in_file = InFile::kNo;
  return setting;
}

// For a list, whose flag is given once for each entry: the key is the plural.
Setting WithKey(absl::string_view key, Setting setting) {
  setting.key = key;
  return setting;
}

Setting Reloadable(Setting setting) {
  setting.reloadable = true;
  return setting;
}

// One of the lists that Docker's daemon.json has at its top.
Setting DockerList(absl::string_view flag, absl::string_view key, absl::string_view placeholder,
                   absl::string_view meaning, std::vector<std::string> ServiceOptions::*field) {
  Setting setting = Own(kRegistries, flag, placeholder, meaning);
  setting.key = key;
  setting.in_file = InFile::kTopLevel;
  setting.reloadable = true;
  return ListSetting(std::move(setting), [field](Settings& settings) -> std::vector<std::string>& {
    return settings.service_options.*field;
  });
}

std::vector<Setting> ConfigurationSettings() {
  return {
      TextSetting(NotInFile(Own(kConfiguration, "config", "FILE",
                                "Configuration file in the form of Docker's daemon.json, with an "
                                "object \"registryd\" for the settings of this service. Without "
                                "one, Docker's defaults hold. Keys that only Docker knows are "
                                "ignored.")),
                  &Settings::config_file),
      SwitchSetting(Own(kConfiguration, "reload", "on|off",
                        "Read the configuration file again when it, or its folder, changes; of a "
                        "link, when the link does. SIGHUP does so in any case. A file with a fault "
                        "changes nothing; nor does an empty one, which may be about to be "
                        "written, before SIGHUP. One that cannot be read or kept for want of file "
                        "descriptors or room on the disk is tried again."),
                    &Settings::reload),
      TextSetting(Own(kConfiguration, "state-dir", "FOLDER",
                      "Where changes made by RPC are kept, so that they survive a restart. "
                      "Without one they last as long as the process."),
                  &Settings::state_dir),
  };
}

std::vector<Setting> RegistriesSettings() {
  return {
      DockerList("registry-mirror", "registry-mirrors", "URL",
                 "Mirror of Docker Hub, asked before it, in the order given.",
                 &ServiceOptions::mirrors),
      DockerList("insecure-registry", "insecure-registries", "HOST[:PORT]|CIDR",
                 "Registry whose certificate is not verified, and which may be asked over plain "
                 "HTTP. 127.0.0.0/8 always is one.",
                 &ServiceOptions::insecure_registries),
      DockerList("allow-nondistributable-artifacts", "allow-nondistributable-artifacts",
                 "HOST[:PORT]|CIDR", "Registry to which non-distributable layers may be pushed.",
                 &ServiceOptions::allow_nondistributable_artifacts),
      ChoiceSetting<InsecureMatch>(
          Own(kRegistries, "insecure-match", "strict|compatible",
              "When a host name is insecure by its addresses. strict: all of them lie in "
              "configured CIDRs. compatible: one does, as in Docker Engine, so that who controls "
              "a DNS answer can turn verification off."),
          &Settings::insecure_match,
          {{"strict", InsecureMatch::kStrict}, {"compatible", InsecureMatch::kCompatible}}),
      TextSetting(Own(kRegistries, "certs-dir", "FOLDER",
                      "Certificates per registry: HOST:PORT/*.crt are trusted, HOST:PORT/*.cert "
                      "and *.key authenticate to it. Under RootlessKit the default is "
                      "docker/certs.d in the user's configuration folder."),
                  &Settings::certs_dir),
  };
}

std::vector<Setting> ProxySettings() {
  return {
      ProxySetting(Own(kAsking, "http-proxy", "URL",
                       "Proxy for registries asked over plain HTTP. Where it has a password, set "
                       "it in the file: everyone on this machine can see flags. Without one, "
                       "$HTTP_PROXY counts."),
                   &ProxyOptions::http_proxy),
      ProxySetting(Own(kAsking, "https-proxy", "URL",
                       "The same for registries asked over HTTPS. Without one, $HTTPS_PROXY "
                       "counts."),
                   &ProxyOptions::https_proxy),
      TextSetting(Own(kAsking, "no-proxy", "HOST,...",
                      "Who is asked without a proxy, separated by commas: a host with its "
                      "subdomains, .HOST for the subdomains alone, an IP address, a CIDR, each "
                      "with :PORT or without, or * for all. Loopback addresses always are. "
                      "Without one, $NO_PROXY counts."),
                  [](Settings& settings) -> std::string& { return settings.proxies.no_proxy; }),
  };
}

std::vector<Setting> CredentialSettings() {
  return {
      TextSetting(Own(kAsking, "docker-config", "FILE",
                      "Docker's config.json, with credentials of the service's own or the "
                      "helpers that keep them. A changed file is taken up without a restart."),
                  &Settings::docker_config),
      DurationSetting(Own(kAsking, "credential-helper-timeout", "DURATION",
                          "How long a credential helper may take to answer."),
                      &Settings::credential_helper_timeout, absl::Seconds(1), absl::Minutes(5)),
      ServerListSetting(
          WithKey("trusted-realms",
                  Own(kAsking, "trusted-realm", "HOST[:PORT]",
                      "Token server that may be sent credentials, and may have a private "
                      "address, although it is not the registry's own host. Without PORT, its "
                      "scheme's own.")),
          &Settings::trusted_realms),
      ServerListSetting(Own(kAsking, "allow-plaintext-credentials", "HOST[:PORT]",
                            "Registry that may be sent credentials over plain HTTP, where "
                            "everyone on the way can read them. Without PORT, all of its ports."),
                        &Settings::allow_plaintext_credentials),
  };
}

std::vector<Setting> UpstreamSettings() {
  return {
      DurationSetting(Own(kAsking, "upstream-connect-timeout", "DURATION",
                          "How long a connection to a registry may take, TLS handshake included."),
                      &Settings::upstream_connect_timeout, absl::Milliseconds(100),
                      absl::Minutes(5)),
      NumberSetting(Own(kAsking, "max-upstream-requests", "NUMBER",
                        "Requests to registries at one time. One more is refused."),
                    &Settings::max_upstream_requests, 1, 1'000'000),
      NumberSetting(Own(kAsking, "max-cached-tokens", "NUMBER",
                        "Bearer tokens that are kept to be used again. 0 keeps none."),
                    &Settings::max_cached_tokens, 0, 1'000'000),
  };
}

std::vector<Setting> ListeningSettings() {
  return {
      ListSetting(Own(kListening, "listen", "unix:PATH|HOST:PORT",
                      "Where gRPC is served. An address beyond this machine needs tls-cert and "
                      "tls-key. \"none\" leaves only the sockets that systemd passes. The default "
                      "socket of a user other than root is in $XDG_RUNTIME_DIR/registryd."),
                  [](Settings& settings) -> std::vector<std::string>& { return settings.listen; }),
      TextSetting(Own(kListening, "tls-cert", "FILE",
                      "The server's certificate and its chain, PEM. A changed file is taken up "
                      "without a restart."),
                  &Settings::tls_cert),
      TextSetting(Own(kListening, "tls-key", "FILE", "The private key of tls-cert, PEM."),
                  &Settings::tls_key),
      TextSetting(Own(kListening, "tls-client-ca", "FILE",
                      "The authorities that sign clients' certificates, PEM."),
                  &Settings::tls_client_ca),
      ChoiceSetting<TlsClientAuth>(
          Own(kListening, "tls-client-auth", "require|none",
              "Whether a TLS client must show a certificate that tls-client-ca signed. With none, "
              "strangers reach the HTTP/2 parser: put a proxy in front."),
          &Settings::tls_client_auth,
          {{"require", TlsClientAuth::kRequire}, {"none", TlsClientAuth::kNone}}),
      ListSetting(
          WithKey("admins",
                  Own(kListening, "admin", "SAN",
                      "Subject alternative name of a client certificate whose holder may change "
                      "the configuration. Over a Unix socket, root and the service's own user "
                      "may; everyone else reads.")),
          [](Settings& settings) -> std::vector<std::string>& { return settings.admins; }),
      DurationSetting(Own(kListening, "drain-timeout", "DURATION",
                          "How long running calls may take to finish after SIGTERM."),
                      &Settings::drain_timeout, absl::ZeroDuration(), absl::Hours(1)),
  };
}

std::vector<Setting> LimitsSettings() {
  return {
      NumberSetting(Own(kLimits, "max-connections", "NUMBER",
                        "Connections at one time, all listeners together. One more is closed "
                        "at once, and counted."),
                    &Settings::max_connections, 1, 1'000'000),
      NumberSetting(Own(kLimits, "max-watchers", "NUMBER",
                        "Callers that watch the configuration at one time."),
                    &Settings::max_watchers, 1, 1'000'000),
      NumberSetting(Own(kLimits, "max-transactions", "NUMBER",
                        "Configurations that are prepared and not yet committed at one time."),
                    &Settings::max_transactions, 1, 10'000),
      DurationSetting(Own(kLimits, "transaction-lifetime", "DURATION",
                          "How long a prepared configuration waits for its commit."),
                      &Settings::transaction_lifetime, absl::Seconds(1), absl::Hours(24)),
      NumberSetting(Own(kLimits, "max-v1-sessions-per-caller", "NUMBER",
                        "Sessions with V1 registries that one caller has at one time."),
                    &Settings::max_v1_sessions_per_caller, 1, 1'000'000),
      NumberSetting(Own(kLimits, "max-v1-sessions", "NUMBER", "The same of all callers together."),
                    &Settings::max_v1_sessions, 1, 1'000'000),
      DurationSetting(Own(kLimits, "v1-session-idle-timeout", "DURATION",
                          "A session with a V1 registry ends when it has had no call for so long."),
                      &Settings::v1_session_idle_timeout, absl::Seconds(1), absl::Hours(24)),
      DurationSetting(Own(kLimits, "dns-cache-ttl", "DURATION",
                          "How long an answer of DNS is used before it is asked for again."),
                      &Settings::dns_cache_ttl, absl::ZeroDuration(), absl::Hours(24)),
      DurationSetting(Own(kLimits, "dns-negative-cache-ttl", "DURATION",
                          "The same for the answer that a name does not exist."),
                      &Settings::dns_negative_cache_ttl, absl::ZeroDuration(), absl::Hours(1)),
  };
}

std::vector<Setting> ObservingSettings() {
  return {
      Reloadable(ChoiceSetting<LogLevel>(
          Own(kObserving, "log-level", "debug|info|warning|error",
              "The least severe records that are written to standard error. debug has one per "
              "call. No level writes a secret."),
          &Settings::log_level,
          {{"debug", LogLevel::kDebug},
           {"info", LogLevel::kInfo},
           {"warning", LogLevel::kWarning},
           {"error", LogLevel::kError}})),
      ChoiceSetting<LogFormat>(Own(kObserving, "log-format", "json|text",
                                   "One JSON object per line, or text for people."),
                               &Settings::log_format,
                               {{"json", LogFormat::kJson}, {"text", LogFormat::kText}}),
      TextOrOffSetting(Own(kObserving, "metrics-listen", "HOST:PORT|off",
                           "Loopback address of an HTTP server with /metrics for Prometheus and "
                           "/healthz. Port 0 takes a free one."),
                       &Settings::metrics_listen),
  };
}

std::vector<Setting> MakeTable() {
  std::vector<Setting> table;
  for (auto* group : {ConfigurationSettings, RegistriesSettings, ProxySettings, CredentialSettings,
                      UpstreamSettings, ListeningSettings, LimitsSettings, ObservingSettings}) {
    for (Setting& setting : group()) table.push_back(std::move(setting));
  }
  return table;
}

}  // namespace

absl::Span<const Setting> AllSettings() {
  static const std::vector<Setting>& table = *new std::vector<Setting>(MakeTable());
  return table;
}

std::string EnvironmentName(const Setting& setting) {
  return absl::StrCat("REGISTRYD_",
                      absl::StrReplaceAll(absl::AsciiStrToUpper(setting.key), {{"-", "_"}}));
}

std::string FileKey(const Setting& setting) {
  switch (setting.in_file) {
    case InFile::kNo:
      return "";
    case InFile::kTopLevel:
      return std::string(setting.key);
    case InFile::kRegistrydObject:
      return absl::StrCat("registryd.", setting.key);
  }
  return "";
}

std::string DefaultText(const Setting& setting) {
  const std::string text = absl::StrJoin(setting.read(Settings()), ", ");
  return text.empty() ? "none" : text;
}

}  // namespace registryd
