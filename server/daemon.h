#ifndef REGISTRYD_SERVER_DAEMON_H_
#define REGISTRYD_SERVER_DAEMON_H_

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/server.h"
#include "registry/base/executor.h"
#include "registry/base/timer_queue.h"
#include "registry/config/config_store.h"
#include "registry/endpoint/endpoint_lookup.h"
#include "registry/fs/folder_watcher.h"
#include "registry/net/caching_dns_resolver.h"
#include "registry/net/system_dns_resolver.h"
#include "registry/tls/caching_certificate_store.h"
#include "server/admin_channelz.h"
#include "server/call_log.h"
#include "server/configuration.h"
#include "server/lifecycle/sd_notify.h"
#include "server/listen/listeners.h"
#include "server/listen/socket_activation.h"
#include "server/observe/logger.h"
#include "server/observe/metrics.h"
#include "server/observe/metrics_http_server.h"
#include "server/registry_access.h"
#include "server/service/config_service.h"
#include "server/service/registry_service.h"
#include "server/service/v1_session_service.h"
#include "server/settings/environment.h"
#include "server/settings/settings.h"

namespace registryd {

// registryd, put together: the core, the services on top of it, and the sockets
// that callers reach them by. main.cc makes one.
//
//   auto daemon = Daemon::Create(settings, sockets, configuration, logger, notify);
//   (*daemon)->Announce();  // Serves.
//   (*daemon)->Reload();    // At SIGHUP.
//   (*daemon)->Drain();     // At SIGTERM.
class Daemon {
 public:
  // Opens every socket and serves. `configuration`, `logger` and `notify` outlive
  // the daemon. Errors are those of RegistryAccess::Create, Listeners::Create and
  // MetricsHttpServer::Start.
  static absl::StatusOr<std::unique_ptr<Daemon>> Create(const Settings& settings,
                                                        const Environment& environment,
                                                        std::vector<ActivatedSocket> sockets,
                                                        Configuration& configuration,
                                                        Logger& logger, const SdNotify& notify);
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;
  // Drains, if that has not been done.
  ~Daemon();

  // Tells the log and the service manager that it serves, and where. Once, as soon as
  // somebody sees to SIGTERM: who has read this may send it.
  void Announce();

  // Reads configuration and certificates again. A fault is logged and counted,
  // and changes nothing; one that may pass has the file read again soon. Thread-safe.
  void Reload() ABSL_LOCKS_EXCLUDED(reload_mutex_);

  // Takes no new work, waits for the calls that run, at most for the drain
  // timeout, and ends those that are left. Not thread-safe.
  void Drain();

 private:
  Daemon(const Settings& settings, Configuration& configuration, Logger& logger,
         const SdNotify& notify);
  absl::Status ReachRegistries(const Environment& environment);
  absl::Status Listen(std::vector<ActivatedSocket> sockets);
  absl::Status ServeMetrics();
  void AddFigures();
  // At a change in the configuration file's folder: reloads if it was the file.
  void ReloadIfFileChanged() ABSL_LOCKS_EXCLUDED(reload_mutex_);
  void ReloadNow() ABSL_EXCLUSIVE_LOCKS_REQUIRED(reload_mutex_);

  const Settings settings_;
  Configuration& configuration_;
  Logger& logger_;
  const SdNotify& notify_;

  Metrics metrics_;
  TimerQueue timers_;
  FolderWatcher watcher_;
  Executor disk_;
  // Of the configuration, one after the other: what reads the disk does not wait for what
  // writes to it.
  Executor changes_{ExecutorOptions{/*threads=*/1}};
  SystemDnsResolver system_resolver_;
  CachingDnsResolver resolver_;
  CachingCertificateStore certificates_;
  EndpointLookup lookup_;

  const CallerIdentifier identify_;
  CallLog calls_;
  // Never null, once Create is done.
  std::unique_ptr<RegistryAccess> registries_;
  std::unique_ptr<RegistryService> registry_service_;
  std::unique_ptr<V1SessionService> v1_session_service_;
  ConfigService config_service_;
  AdminChannelz channelz_;
  std::unique_ptr<Listeners> listeners_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<MetricsHttpServer> metrics_server_;
  std::atomic<bool> draining_{false};

  absl::Mutex reload_mutex_;
  // The error of the last reload, if it may pass: a timer then reads the file again.
  absl::Status passing_ ABSL_GUARDED_BY(reload_mutex_);
  TimerQueue::Id retry_ ABSL_GUARDED_BY(reload_mutex_) = 0;
  // Its own, as reading may block. After all that it uses, and before what uses it.
  TimerQueue retries_;
  FolderWatcher::Watch config_watch_;
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_DAEMON_H_
