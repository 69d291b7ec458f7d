#ifndef REGISTRYD_SERVER_REGISTRY_ACCESS_H_
#define REGISTRYD_SERVER_REGISTRY_ACCESS_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "registry/auth/caching_token_source.h"
#include "registry/auth/plaintext_hosts.h"
#include "registry/auth/realm_policy.h"
#include "registry/auth/registry_login.h"
#include "registry/auth/service_credentials.h"
#include "registry/auth/token_client.h"
#include "registry/base/timer_queue.h"
#include "registry/endpoint/endpoint_lookup.h"
#include "registry/net/curl_http_transport.h"
#include "registry/net/dns_resolver.h"
#include "registry/net/http_client.h"
#include "registry/net/proxy_rules.h"
#include "registry/search/index_search.h"
#include "registry/v1/v1_session.h"
#include "registry/v1/v1_session_table.h"
#include "server/late_http_transport.h"
#include "server/observe/logger.h"
#include "server/observe/metrics.h"
#include "server/observe/observed_http_transport.h"
#include "server/service/upstream_parts.h"
#include "server/settings/environment.h"
#include "server/settings/settings.h"

namespace registryd {

// How this service reaches registries, put together as the settings say: one transport
// with its connections, one cache of tokens, one set of rules for where credentials
// go. Made once, by the daemon.
class RegistryAccess {
 public:
  // What it shares with the rest of the service. All outlive it.
  struct Shared {
    DnsResolver& resolver;
    EndpointLookup& lookup;
    TimerQueue& timers;
    UpstreamMetrics& metrics;
    Logger& logger;
    // The present configuration. Called on any thread.
    std::function<EndpointLookup::Config()> config;
  };

  // `environment` names the system's trusted certificates (SSL_CERT_FILE,
  // SSL_CERT_DIR), and is what credential helpers find theirs in. The certificates are
  // read in the background; where they cannot be, that is logged, and each request
  // ends with FAILED_PRECONDITION (CERTIFICATES_INVALID). Errors: INVALID_ARGUMENT
  // (SETTING_INVALID).
  static absl::StatusOr<std::unique_ptr<RegistryAccess>> Create(const Settings& settings,
                                                                const Environment& environment,
                                                                const Shared& shared);
  RegistryAccess(const RegistryAccess&) = delete;
  RegistryAccess& operator=(const RegistryAccess&) = delete;
  // Ends what is still under way. Nobody may begin anything any more.
  ~RegistryAccess();

  // What an operator should know of the service's own credentials, a sentence each:
  // that they cannot be read, or that others may read or change them. Reads the disk.
  static std::vector<std::string> Warnings(const Settings& settings);

  UpstreamParts parts() { return {client_, Clock::Real(), login_, search_, *credentials_}; }

  // What V1 sessions work with, and those that are open.
  V1SessionParts v1_parts();
  V1SessionTable& v1_sessions() { return *v1_sessions_; }

  // Adds the figures of connections, tokens and sessions, which this object then outlives.
  void AddFigures(Metrics& metrics);

 private:
  // What of the settings can be wrong.
  struct Rules {
    ProxyRules proxies;
    PlaintextHosts plaintext;
    RealmPolicy realms;
  };
  static absl::StatusOr<Rules> MakeRules(const Settings& settings);

  RegistryAccess(const Settings& settings, const Environment& environment, const Shared& shared,
                 Rules rules);

  // All zero until the transport is made.
  CurlHttpTransport::Stats stats() const;

  const Rules rules_;
  EndpointLookup& lookup_;
  TimerQueue& timers_;
  const std::function<EndpointLookup::Config()> config_;
  // What transport_ makes; null before.
  std::atomic<const CurlHttpTransport*> curl_{nullptr};
  std::unique_ptr<LateHttpTransport> transport_;
  ObservedHttpTransport observed_;
  HttpClient client_;
  // Logins ask it, others the cache.
  TokenClient tokens_;
  CachingTokenSource cached_tokens_;
  RegistryLogin login_;
  IndexSearch search_;
  std::unique_ptr<ServiceCredentials> credentials_;
  std::unique_ptr<V1SessionTable> v1_sessions_;
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_REGISTRY_ACCESS_H_
