#include "server/registry_access.h"

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "registry/auth/credential_helper.h"
#include "registry/auth/docker_config_file.h"
#include "registry/base/clock.h"
#include "registry/base/error.h"
#include "registry/tls/system_roots.h"
#include "registry/v1/session_id.h"
#include "tools/build/build_info.h"

namespace registryd {
namespace {

SystemRootsOptions RootsOptions(const Environment& environment) {
  return SystemRootsFromEnvironment([&environment](const char* name) -> const char* {
    const auto found = environment.find(name);
    return found == environment.end() ? nullptr : found->second.c_str();
  });
}

absl::StatusOr<std::unique_ptr<CurlHttpTransport>> MakeCurl(
    const SystemRootsOptions& roots_options, const CurlHttpTransportOptions& options) {
  auto roots = SystemRoots::Load(roots_options);
  if (!roots.ok()) {
    return Error(absl::StatusCode::kFailedPrecondition, Reason::kCertificatesInvalid,
                 roots.status().message());
  }
  return CurlHttpTransport::Create(*std::move(roots), options);
}

// Makes the transport, and tells `made` of it, or `logger` why not.
LateHttpTransport::Make MakeTransport(const Settings& settings, const Environment& environment,
                                      Logger& logger, std::atomic<const CurlHttpTransport*>& made) {
  CurlHttpTransportOptions options;
  options.max_active = static_cast<size_t>(settings.max_upstream_requests);
  return [roots_options = RootsOptions(environment), options, &logger,
          &made]() -> absl::StatusOr<std::unique_ptr<HttpTransport>> {
    auto transport = MakeCurl(roots_options, options);
    if (!transport.ok()) {
      logger.Log(LogLevel::kError, "registries cannot be asked", {{"error", transport.status()}});
      return transport.status();
    }
    made = transport->get();
    return *std::move(transport);
  };
}

HttpClientOptions ClientOptions(const Settings& settings) {
  HttpClientOptions options;
  options.user_agent = absl::StrCat("registryd/", kVersion);
  options.connect_timeout = settings.upstream_connect_timeout;
  return options;
}

CachingTokenSourceOptions CacheOptions(const Settings& settings) {
  CachingTokenSourceOptions options;
  options.max_entries = static_cast<size_t>(settings.max_cached_tokens);
  return options;
}

V1SessionTableOptions SessionOptions(const Settings& settings) {
  V1SessionTableOptions options;
  options.idle_timeout = settings.v1_session_idle_timeout;
  options.max_per_caller = static_cast<size_t>(settings.max_v1_sessions_per_caller);
  options.max_sessions = static_cast<size_t>(settings.max_v1_sessions);
  return options;
}

std::unique_ptr<ServiceCredentials> MakeCredentials(const Settings& settings,
                                                    const Environment& environment,
                                                    TimerQueue& timers) {
  CredentialHelperOptions helper;
  helper.timeout = settings.credential_helper_timeout;
  helper.environment = environment;
  ServiceCredentialsOptions options;
  options.docker_config = settings.docker_config;
  return std::make_unique<ServiceCredentials>(std::move(options),
                                              CredentialHelper(std::move(helper)), timers);
}

}  // namespace

absl::StatusOr<RegistryAccess::Rules> RegistryAccess::MakeRules(const Settings& settings) {
  Rules rules;
  auto proxies = ProxyRules::Create(settings.proxies);
  if (!proxies.ok()) return proxies.status();
  rules.proxies = *std::move(proxies);
  auto plaintext = PlaintextHosts::Create(settings.allow_plaintext_credentials);
  if (!plaintext.ok()) return plaintext.status();
  rules.plaintext = *std::move(plaintext);
  auto realms = RealmPolicy::Create(settings.trusted_realms, rules.plaintext);
  if (!realms.ok()) return realms.status();
  rules.realms = *std::move(realms);
  return rules;
}

absl::StatusOr<std::unique_ptr<RegistryAccess>> RegistryAccess::Create(
    const Settings& settings, const Environment& environment, const Shared& shared) {
  auto rules = MakeRules(settings);
  if (!rules.ok()) return rules.status();
  return std::unique_ptr<RegistryAccess>(
      new RegistryAccess(settings, environment, shared, *std::move(rules)));
}

std::vector<std::string> RegistryAccess::Warnings(const Settings& settings) {
  if (settings.docker_config.empty()) return {};
  absl::StatusOr<DockerConfig> config = ReadDockerConfig(settings.docker_config);
  if (!config.ok()) return {std::string(config.status().message())};
  return std::move(config->warnings);
}

RegistryAccess::RegistryAccess(const Settings& settings, const Environment& environment,
                               const Shared& shared, Rules rules)
    : rules_(std::move(rules)),
      lookup_(shared.lookup),
      timers_(shared.timers),
      config_(shared.config),
      transport_(std::make_unique<LateHttpTransport>(
          shared.timers, MakeTransport(settings, environment, shared.logger, curl_))),
      observed_(*transport_, Clock::Real(), shared.metrics),
      client_(observed_, shared.resolver, rules_.proxies, ClientOptions(settings)),
      tokens_(client_, rules_.realms, Clock::Real()),
      cached_tokens_(tokens_, shared.timers, Clock::Real(), CacheOptions(settings)),
      login_(shared.lookup, client_, tokens_, Clock::Real(), rules_.plaintext),
      search_(shared.lookup, client_, cached_tokens_, Clock::Real(), rules_.plaintext),
      credentials_(MakeCredentials(settings, environment, shared.timers)),
      v1_sessions_(std::make_unique<V1SessionTable>(SessionOptions(settings), shared.timers,
                                                    Clock::Real(), NewSessionId)) {}

// What ends with these still finds all others.
RegistryAccess::~RegistryAccess() {
  v1_sessions_.reset();
  credentials_.reset();
  transport_.reset();
}

V1SessionParts RegistryAccess::v1_parts() {
  return {lookup_, client_, timers_, Clock::Real(), rules_.plaintext, config_};
}

CurlHttpTransport::Stats RegistryAccess::stats() const {
  const CurlHttpTransport* const curl = curl_;
  return curl == nullptr ? CurlHttpTransport::Stats() : curl->stats();
}

void RegistryAccess::AddFigures(Metrics& metrics) {
  metrics.AddCounter("registryd_upstream_connections_opened_total",
                     "Connections to registries and proxies, failed attempts included.",
                     [this] { return stats().connections_opened; });
  metrics.AddCounter("registryd_upstream_connections_reused_total",
                     "Requests that found a connection open.",
                     [this] { return stats().connections_reused; });
  metrics.AddGauge("registryd_upstream_connections", "Connections that are open.",
                   [this] { return stats().connections; });
  metrics.AddGauge("registryd_upstream_connections_idle",
                   "Open connections that wait for their next request.",
                   [this] { return stats().idle; });
  metrics.AddCounter("registryd_token_cache_hits_total", "Tokens answered from memory.",
                     [this] { return cached_tokens_.stats().hits; });
  metrics.AddCounter("registryd_token_cache_misses_total", "Tokens that had to be asked for.",
                     [this] { return cached_tokens_.stats().misses; });
  metrics.AddGauge("registryd_token_cache_entries", "Tokens remembered.",
                   [this] { return cached_tokens_.stats().entries; });
  metrics.AddGauge("registryd_v1_sessions", "Sessions with V1 registries that are open.",
                   [this] { return v1_sessions_->size(); });
}

}  // namespace registryd
