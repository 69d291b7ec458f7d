#ifndef REGISTRYD_SERVER_LISTEN_LISTENERS_H_
#define REGISTRYD_SERVER_LISTEN_LISTENERS_H_

#include <grpcpp/server_builder.h>
#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/listen/accept_loop.h"
#include "server/listen/connection_count.h"
#include "server/listen/listen_address.h"
#include "server/listen/listening_socket.h"
#include "server/listen/socket_activation.h"
#include "server/listen/tls_credentials.h"
#include "server/listen/tls_files.h"

namespace registryd {

struct ListenersOptions {
  std::vector<ListenAddress> addresses;
  // Taken over, also when Create fails.
  std::vector<ActivatedSocket> activated;
  ListeningSocketOptions socket;

  // With it every TCP listener, loopback too, speaks TLS; without it none may
  // be reachable from another machine. Unix sockets never do.
  std::optional<TlsOptions> tls;
  absl::Duration tls_reload_interval = absl::Seconds(1);

  int64_t max_connections = 10'000;
  int64_t max_connections_per_listener = 10'000;
  // From the accept to the client's HTTP/2 SETTINGS. A client that is slower is
  // cut off; of the whole server.
  absl::Duration handshake_timeout = absl::Seconds(10);

  // Told what an operator should know, on threads of the listeners. May be empty.
  std::function<void(absl::string_view message)> notice;
};

// Where the server listens. How it is used:
//
//   grpc::ServerBuilder builder;
//   auto listeners = Listeners::Create(options, builder);   // Binds; errors end here.
//   auto server = builder.BuildAndStart();
//   (*listeners)->Start();                                  // Accepts.
//   ...
//   (*listeners)->Stop();                                   // First ...
//   server->Shutdown(deadline);                             // ... then this.
//
// Clients that connect between Create and Start wait. Calls are told who makes
// them by IdentifyCaller.
//
// Start() and Stop() are for one thread; the rest is thread-safe.
class Listeners {
 public:
  // Opens the sockets and adds to `builder` what is needed to serve them.
  //
  // Errors: INVALID_ARGUMENT (nothing to listen on; CheckExposure's; unusable TLS
  // files; an activated descriptor that is no listening socket), and those of
  // ListeningSocket::Open.
  static absl::StatusOr<std::unique_ptr<Listeners>> Create(ListenersOptions options,
                                                           grpc::ServerBuilder& builder);
  Listeners(const Listeners&) = delete;
  Listeners& operator=(const Listeners&) = delete;
  // Stops.
  ~Listeners();

  // After BuildAndStart(), at most once.
  void Start();

  // Accepts no more, closes the listening sockets and removes the Unix sockets'
  // files that Create made. Connections stay. Before the server's Shutdown().
  void Stop();

  // The actual addresses: those of the options, then the activated sockets.
  const std::vector<ListenAddress>& addresses() const { return addresses_; }

  // One for each address.
  std::vector<ListenerStats> stats() const;

  // Takes up changed TLS files now; OK without TLS.
  absl::Status ReloadCertificates();

 private:
  Listeners(ListenersOptions options);
  absl::Status OpenAll(grpc::ServerBuilder& builder, std::vector<FileDescriptor> activated);
  void Add(grpc::ServerBuilder& builder, ListeningSocket socket);

  const ListenersOptions options_;
  // Of all listeners.
  const std::shared_ptr<ConnectionCount> all_;
  std::unique_ptr<TlsCredentials> tls_;
  AcceptLoop loop_;
  std::vector<ListenAddress> addresses_;
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_LISTEN_LISTENERS_H_
