#ifndef REGISTRYD_SERVER_LISTEN_TLS_CREDENTIALS_H_
#define REGISTRYD_SERVER_LISTEN_TLS_CREDENTIALS_H_

#include <functional>
#include <memory>
#include <optional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "registry/base/steady_notification.h"
#include "server/listen/core_credentials.h"
#include "server/listen/tls_files.h"

namespace registryd {

struct TlsReloadOptions {
  // How often the files are read. Infinite: only Reload() reads them.
  absl::Duration interval = absl::Seconds(1);
  // Told, on the reloading thread, of files that cannot be used, once for each
  // such state of them, and of each that was taken up. May be empty.
  std::function<void(absl::string_view message)> notice;
};

// The credentials of the TLS listeners, TLS 1.2 and above. Files that change are
// taken up without a restart: connections made from then on see them. Files
// that cannot be used, as while a certificate and its key are replaced one
// after the other, change nothing.
//
// Thread-safe.
class TlsCredentials {
 public:
  // Errors are those of ReadTlsFiles and CheckTlsMaterials.
  static absl::StatusOr<std::unique_ptr<TlsCredentials>> Create(TlsOptions options,
                                                                TlsReloadOptions reload);
  TlsCredentials(const TlsCredentials&) = delete;
  TlsCredentials& operator=(const TlsCredentials&) = delete;
  // Ends the reloading. Credentials that were made stay usable.
  ~TlsCredentials();

  // Credentials for one listener.
  CoreCredentials MakeServerCredentials() const;

  // Takes up the files as they are at this time. An error, as of Create, means
  // that nothing changed.
  absl::Status Reload();

 private:
  // A certificate provider of gRPC's core.
  class Provider;

  TlsCredentials(TlsOptions options, TlsReloadOptions reload);
  // Reload(); whether the files had changed.
  absl::StatusOr<bool> TakeUp();
  void Run();
  void Notice(absl::string_view message) const;

  const TlsOptions options_;
  const TlsReloadOptions reload_;
  const std::unique_ptr<Provider, void (*)(Provider*)> provider_;

  SteadyNotification stopping_;

  // Guards what was read last; held while files are read and checked.
  absl::Mutex reload_mutex_;
  std::optional<TlsMaterials> seen_ ABSL_GUARDED_BY(reload_mutex_);
  absl::Status seen_status_ ABSL_GUARDED_BY(reload_mutex_);

  std::thread thread_;
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_LISTEN_TLS_CREDENTIALS_H_
