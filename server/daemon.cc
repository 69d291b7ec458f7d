#include "server/daemon.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "grpc/grpc.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/resource_quota.h"
#include "grpcpp/server_builder.h"
#include "registry/base/clock.h"
#include "server/api.h"
#include "server/listen/caller_identity.h"
#include "server/listen/goaway.h"
#include "server/listener_options.h"
#include "tools/build/build_info.h"

namespace registryd {
namespace {

// Of one connection; a client that wants more waits.
constexpr int kMaxConcurrentStreams = 1000;
// Of a call's headers, in bytes.
constexpr int kMaxMetadataSize = 16 << 10;
// Reflection is the one service that holds a thread per stream.
constexpr int kMaxBlockingThreads = 64;
// How often a client may ping, with or without calls: gRPC's own bounds, five minutes and two
// hours, would end the connection of a client that watches for its end in a quiet stream. Who
// pings each ten seconds may be a little early.
constexpr int kMinPingIntervalMs = 9'000;
// Until a configuration file that could not be taken up for a passing cause is read again.
constexpr absl::Duration kRetryDelay = absl::Seconds(3);
// What all connections together may buffer, in bytes.
constexpr size_t kMaxBufferMemory = size_t{512} << 20;

CallerIdentifier MakeIdentifier(const Settings& settings) {
  CallerPolicy policy;
  policy.admin_sans.insert(settings.admins.begin(), settings.admins.end());
  return
      [policy](const grpc::ServerContextBase& context) { return IdentifyCaller(context, policy); };
}

CachingDnsResolverOptions DnsOptions(const Settings& settings) {
  CachingDnsResolverOptions options;
  options.positive_ttl = settings.dns_cache_ttl;
  options.negative_ttl = settings.dns_negative_cache_ttl;
  return options;
}

// The folder whose changes may change `file`.
std::string FolderOf(const std::string& file) {
  const size_t slash = file.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : file.substr(0, slash);
}

}  // namespace

Daemon::Daemon(const Settings& settings, Configuration& configuration, Logger& logger,
               const SdNotify& notify)
    : settings_(settings),
      configuration_(configuration),
      logger_(logger),
      notify_(notify),
      metrics_(kVersion, BuildCommit(), absl::Now()),
      system_resolver_(timers_),
      resolver_(system_resolver_, timers_, Clock::Real(), DnsOptions(settings)),
      certificates_(CertsDirectory(settings.certs_dir), disk_, timers_, watcher_, Clock::Real()),
      lookup_(resolver_, certificates_),
      identify_(MakeIdentifier(settings)),
      calls_(metrics_.calls(), logger, identify_),
      config_service_(configuration.store(), changes_, identify_, calls_),
      channelz_(identify_) {}

Daemon::~Daemon() { Drain(); }

absl::StatusOr<std::unique_ptr<Daemon>> Daemon::Create(const Settings& settings,
                                                       const Environment& environment,
                                                       std::vector<ActivatedSocket> sockets,
                                                       Configuration& configuration, Logger& logger,
                                                       const SdNotify& notify) {
  std::unique_ptr<Daemon> daemon(new Daemon(settings, configuration, logger, notify));
  if (absl::Status status = daemon->ReachRegistries(environment); !status.ok()) return status;
  daemon->AddFigures();
  if (absl::Status status = daemon->Listen(std::move(sockets)); !status.ok()) return status;
  if (absl::Status status = daemon->ServeMetrics(); !status.ok()) return status;
  if (settings.reload && !settings.config_file.empty()) {
    daemon->config_watch_ =
        daemon->watcher_.Add(FolderOf(settings.config_file), /*depth=*/0,
                             [raw = daemon.get()] { raw->ReloadIfFileChanged(); });
    // It may have changed before anybody watched.
    daemon->ReloadIfFileChanged();
  }
  return daemon;
}

absl::Status Daemon::ReachRegistries(const Environment& environment) {
  auto registries = RegistryAccess::Create(
      settings_, environment,
      {resolver_, lookup_, timers_, metrics_.upstream(), logger_,
       [&store = configuration_.store()] { return store.Current()->config; }});
  if (!registries.ok()) return registries.status();
  registries_ = *std::move(registries);
  registries_->AddFigures(metrics_);
  for (const std::string& warning : RegistryAccess::Warnings(settings_)) {
    logger_.Log(LogLevel::kWarning, warning);
  }
  registry_service_ = std::make_unique<RegistryService>(configuration_.store(), lookup_,
                                                        registries_->parts(), identify_, calls_);
  v1_session_service_ = std::make_unique<V1SessionService>(
      registries_->v1_parts(), registries_->v1_sessions(), identify_, calls_);
  return absl::OkStatus();
}

absl::Status Daemon::Listen(std::vector<ActivatedSocket> sockets) {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();

  grpc::ServerBuilder builder;
  grpc::ResourceQuota quota("registryd");
  quota.SetMaxThreads(kMaxBlockingThreads);
  quota.Resize(kMaxBufferMemory);
  builder.SetResourceQuota(quota);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxConcurrentStreams);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataSize);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kMinPingIntervalMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.RegisterService(registry_service_.get());
  builder.RegisterService(&config_service_);
  builder.RegisterService(v1_session_service_.get());
  builder.RegisterService(&channelz_);

  auto listen = MakeListenersOptions(settings_);
  if (!listen.ok()) return listen.status();
  ListenersOptions options = *std::move(listen);
  options.activated = std::move(sockets);
  options.notice = [this](absl::string_view message) { logger_.Log(LogLevel::kWarning, message); };
  auto listeners = Listeners::Create(std::move(options), builder);
  if (!listeners.ok()) return listeners.status();

  server_ = builder.BuildAndStart();
  if (server_ == nullptr) return absl::InternalError("gRPC could not start a server");
  listeners_ = *std::move(listeners);
  for (const std::string& service : ApiServices()) {
    server_->GetHealthCheckService()->SetServingStatus(service, true);
  }
  listeners_->Start();
  return absl::OkStatus();
}

absl::Status Daemon::ServeMetrics() {
  if (settings_.metrics_listen.empty()) return absl::OkStatus();
  const auto address = LoopbackAddress::Parse(settings_.metrics_listen);
  if (!address.ok()) return address.status();
  MetricsHttpServerOptions options;
  options.address = *address;
  auto server = MetricsHttpServer::Start(
      options, {[this] { return metrics_.Text(); }, [this] { return !draining_; }});
  if (!server.ok()) return server.status();
  metrics_server_ = *std::move(server);
  logger_.Log(LogLevel::kInfo, "serving metrics",
              {{"address", address->host}, {"port", metrics_server_->port()}});
  return absl::OkStatus();
}

void Daemon::AddFigures() {
  metrics_.AddGauge("registryd_config_version", "Version of the current configuration.",
                    [this] { return configuration_.store().Current()->version; });
  metrics_.AddGauge("registryd_config_watchers", "Callers that watch the configuration.",
                    [this] { return configuration_.store().watchers(); });
  metrics_.AddGauge("registryd_config_transactions", "Prepared and not yet committed.",
                    [this] { return configuration_.store().transactions(); });
  const auto by_listener = [this](int64_t ListenerStats::*figure) {
    return [this, figure] {
      LabelledFigures figures;
      for (const ListenerStats& stats : listeners_->stats()) {
        figures.emplace_back(stats.address, stats.*figure);
      }
      return figures;
    };
  };
  metrics_.AddGauges("registryd_open_connections", "Connections that are open.", "listener",
                     by_listener(&ListenerStats::open));
  metrics_.AddCounters("registryd_connections_accepted_total", "Connections that were served.",
                       "listener", by_listener(&ListenerStats::accepted));
  metrics_.AddCounters("registryd_connections_refused_total",
                       "Closed at once, because as many as are allowed were open.", "listener",
                       by_listener(&ListenerStats::refused));
  metrics_.AddCounters("registryd_connections_lost_total",
                       "Lost by the peer or the network before they could be served.", "listener",
                       by_listener(&ListenerStats::lost));
  metrics_.AddCounters("registryd_connections_out_of_descriptors_total",
                       "Closed at once, or left waiting, for want of a file descriptor.",
                       "listener", by_listener(&ListenerStats::out_of_descriptors));
  metrics_.AddCounter("registryd_dns_cache_hits_total", "Addresses answered from memory.",
                      [this] { return resolver_.stats().hits; });
  metrics_.AddCounter("registryd_dns_cache_negative_hits_total", "Failures answered from memory.",
                      [this] { return resolver_.stats().negative_hits; });
  metrics_.AddCounter("registryd_dns_cache_misses_total", "Look-ups that had to wait.",
                      [this] { return resolver_.stats().misses; });
  metrics_.AddGauge("registryd_dns_cache_entries", "Names remembered.",
                    [this] { return resolver_.stats().entries; });
  metrics_.AddGauge("registryd_dns_lookups_running", "Names that the system has not answered yet.",
                    [this] { return system_resolver_.running(); });
  metrics_.AddCounter("registryd_tls_cache_hits_total", "Certificates answered from memory.",
                      [this] { return certificates_.stats().hits; });
  metrics_.AddCounter("registryd_tls_cache_misses_total", "Certificates read from certs.d.",
                      [this] { return certificates_.stats().misses; });
  metrics_.AddCounter("registryd_tls_cache_reloads_total", "Certificates that changed.",
                      [this] { return certificates_.stats().reloads; });
  metrics_.AddGauge("registryd_tls_cache_entries", "Hosts remembered.",
                    [this] { return certificates_.stats().entries; });
  metrics_.AddCounter("registryd_log_records_dropped_total",
                      "Given up because writing was slow, or failed.",
                      [this] { return logger_.dropped(); });
}

void Daemon::Announce() {
  std::vector<std::string> addresses;
  for (const ListenAddress& address : listeners_->addresses()) {
    addresses.push_back(address.ToString());
    logger_.Log(LogLevel::kInfo, "listening", {{"address", addresses.back()}});
  }
  notify_.Status(absl::StrCat("serving on ", absl::StrJoin(addresses, ", ")));
  notify_.Ready();
}

void Daemon::ReloadIfFileChanged() {
  absl::MutexLock lock(&reload_mutex_);
  if (!draining_ && configuration_.FileChanged()) ReloadNow();
}

void Daemon::Reload() {
  absl::MutexLock lock(&reload_mutex_);
  passing_ = absl::OkStatus();  // Who asks is told, be it the same as before.
  ReloadNow();
}

void Daemon::ReloadNow() {
  retries_.Cancel(retry_);
  notify_.Reloading();
  const uint64_t before = configuration_.store().Current()->version;
  const auto reloaded = configuration_.Reload();
  metrics_.CountReload(reloaded.ok());
  const bool may_pass = !reloaded.ok() && !absl::IsInvalidArgument(reloaded.status());
  const bool repeated = may_pass && reloaded.status() == passing_;
  passing_ = may_pass ? reloaded.status() : absl::OkStatus();
  if (may_pass && settings_.reload && !draining_) {
    retry_ = retries_.Schedule(absl::Now() + kRetryDelay, [this] { ReloadIfFileChanged(); });
  }
  if (reloaded.ok()) {
    logger_.set_level(reloaded->settings.log_level);
    for (const std::string& note : reloaded->notes) logger_.Log(LogLevel::kWarning, note);
    for (const std::string& key : reloaded->beyond_reload) {
      logger_.Log(LogLevel::kWarning, "this setting changed, and takes a restart",
                  {{"setting", key}});
    }
    const std::shared_ptr<const VersionedConfig> current = configuration_.store().Current();
    if (current->version != before) {
      for (const std::string& warning : current->config->warnings()) {
        logger_.Log(LogLevel::kWarning, warning);
      }
    }
    logger_.Log(LogLevel::kInfo, "configuration read", {{"version", current->version}});
  } else if (!repeated) {
    logger_.Log(LogLevel::kError,
                may_pass ? "the configuration is as before: the new one was not taken up"
                         : "the configuration is as before: the new one has a fault",
                {{"error", reloaded.status()}});
  }
  if (const absl::Status status = listeners_->ReloadCertificates(); !status.ok() && !repeated) {
    logger_.Log(LogLevel::kError, "the certificates are as before: the new ones have a fault",
                {{"error", status}});
  }
  notify_.Ready();
}

void Daemon::Drain() {
  if (draining_ || server_ == nullptr) return;
  draining_ = true;
  notify_.Stopping();
  logger_.Log(LogLevel::kInfo, "draining", {{"timeout_seconds", settings_.drain_timeout}});
  config_watch_ = {};
  server_->GetHealthCheckService()->Shutdown();
  listeners_->Stop();
  config_service_.Shutdown();
  registries_->v1_sessions().Drain();

  // Callers are told to make no new calls, and the last of those that were on
  // their way is answered. What is left then, streams of the health and reflection
  // services, never ends by itself.
  SendGoaway();
  calls_.AwaitIdle(settings_.drain_timeout);
  server_->Shutdown(absl::ToChronoTime(absl::Now()));
  server_->Wait();
  metrics_server_.reset();
  logger_.Log(LogLevel::kInfo, "stopped");
}

}  // namespace registryd
