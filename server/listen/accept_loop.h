#ifndef REGISTRYD_SERVER_LISTEN_ACCEPT_LOOP_H_
#define REGISTRYD_SERVER_LISTEN_ACCEPT_LOOP_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "registry/fs/file_descriptor.h"
#include "server/listen/connection_count.h"
#include "server/listen/listening_socket.h"

namespace registryd {

// What happened at one listener since it was opened, and how many of its
// connections are open now.
struct ListenerStats {
  std::string address;
  int64_t accepted = 0;
  int64_t open = 0;
  // Closed at once, because as many as are allowed were open.
  int64_t refused = 0;
  // Lost by the peer or the network before they could be served.
  int64_t lost = 0;
  // Closed at once, or found waiting, for want of a file descriptor.
  int64_t out_of_descriptors = 0;
};

struct AcceptLoopOptions {
  // Of all listeners together, and of each.
  int64_t max_connections = 10'000;
  int64_t max_connections_per_listener = 10'000;
  // How long the listeners rest when descriptors or memory have run out.
  absl::Duration pause = absl::Milliseconds(100);
  // Told, on the loop's thread, what an operator should know: when descriptors or memory
  // run out, but not again within `warning_pause`. May be empty.
  absl::Duration warning_pause = absl::Seconds(10);
  std::function<void(absl::string_view message)> warn;
};

// Accepts connections on one thread of its own, and outlives every want: when
// the process is out of file descriptors it closes waiting connections by means
// of a descriptor kept for that, so that their clients learn at once, rests,
// and accepts again when there are descriptors.
//
// Accepted sockets are non-blocking and close-on-exec; TCP's have TCP_NODELAY and
// keepalive, so that the connection of a peer that vanished ends after two minutes.
//
// Start() and Stop() are for one thread; stats() is thread-safe.
class AcceptLoop {
 public:
  // Takes over `fd`, a new connection of `listener_fd`. Called on the loop's
  // thread. Must take a Hold on the listener's count before it returns, for as
  // long as the connection is open: the limits are kept by that.
  using Handler = absl::AnyInvocable<void(int listener_fd, FileDescriptor fd)>;

  // `all` counts the connections of all listeners.
  AcceptLoop(AcceptLoopOptions options, std::shared_ptr<const ConnectionCount> all);
  AcceptLoop(const AcceptLoop&) = delete;
  AcceptLoop& operator=(const AcceptLoop&) = delete;
  // Stops.
  ~AcceptLoop();

  // Before Start().
  void Add(ListeningSocket socket, std::shared_ptr<const ConnectionCount> count, Handler handler);

  // At most once.
  void Start();

  // Ends the thread and closes the listening sockets. No handler runs any more
  // when it returns. Connections that were accepted stay; those that wait are
  // reset. Later calls do nothing.
  void Stop();

  // One for each listener, in the order of Add.
  std::vector<ListenerStats> stats() const;

 private:
  struct Listener;

  void Run();
  // Accepts what waits, up to a fair share. False if the listeners should rest.
  bool AcceptSome(Listener& listener);
  void Serve(Listener& listener, FileDescriptor fd);
  // Spends the reserve to close one waiting connection. False if none was
  // closed.
  bool CloseOneWaiting(Listener& listener);
  void RefillReserve();
  bool AtLimit(const Listener& listener) const;
  void Warn(Listener& listener, absl::string_view what);

  const AcceptLoopOptions options_;
  const std::shared_ptr<const ConnectionCount> all_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  const FileDescriptor wake_;
  std::atomic<bool> stopping_{false};
  // Of the thread alone.
  FileDescriptor reserve_;
  absl::Time next_warning_ = absl::InfinitePast();
  std::thread thread_;
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_LISTEN_ACCEPT_LOOP_H_
