#ifndef REGISTRYD_SERVER_SETTINGS_SETTINGS_H_
#define REGISTRYD_SERVER_SETTINGS_SETTINGS_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "registry/config/service_config.h"
#include "registry/net/proxy_rules.h"
#include "server/observe/log_options.h"

namespace registryd {

// What the server asks of a client on a TLS listener.
enum class TlsClientAuth {
  kRequire,  // A certificate that tls_client_ca signed.
  kNone,
};

// Everything that an operator can set, with its default. Plain data: setting.h
// describes each to people, settings_loader.h fills it in, docs/settings.md
// explains it.
struct Settings {
  // Where the configuration comes from and goes to. Empty: no such file, folder.
  std::string config_file;
  bool reload = true;
  std::string state_dir;

  // What is known of registries.
  ServiceOptions service_options;
  InsecureMatch insecure_match = InsecureMatch::kStrict;
  std::string certs_dir = "/etc/docker/certs.d";

  // How registries are asked. `trusted_realms` and `allow_plaintext_credentials`
  // hold HOST[:PORT]. `proxies` may hold passwords.
  ProxyOptions proxies;
  std::vector<std::string> trusted_realms;
  std::vector<std::string> allow_plaintext_credentials;
  std::string docker_config;
  absl::Duration credential_helper_timeout = absl::Seconds(10);
  absl::Duration upstream_connect_timeout = absl::Seconds(10);
  int max_upstream_requests = 10'000;
  int max_cached_tokens = 10'000;

  // Who is listened to. `listen` holds unix:PATH or HOST:PORT.
  std::vector<std::string> listen = {"unix:/run/registryd/registryd.sock", "127.0.0.1:50051"};
  std::string tls_cert;
  std::string tls_key;
  std::string tls_client_ca;
  TlsClientAuth tls_client_auth = TlsClientAuth::kRequire;
  std::vector<std::string> admins;
  absl::Duration drain_timeout = absl::Seconds(30);

  // How much is held at one time, and for how long.
  int max_connections = 10'000;
  int max_watchers = 10'000;
  int max_transactions = 64;
  absl::Duration transaction_lifetime = absl::Minutes(1);
  int max_v1_sessions_per_caller = 64;
  int max_v1_sessions = 10'000;
  absl::Duration v1_session_idle_timeout = absl::Minutes(15);
  absl::Duration dns_cache_ttl = absl::Minutes(1);
  absl::Duration dns_negative_cache_ttl = absl::Seconds(5);

  // What can be seen of it. `metrics_listen` is HOST:PORT on loopback, or empty.
  LogLevel log_level = LogLevel::kInfo;
  LogFormat log_format = LogFormat::kJson;
  std::string metrics_listen = "127.0.0.1:9464";
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SETTINGS_SETTINGS_H_
