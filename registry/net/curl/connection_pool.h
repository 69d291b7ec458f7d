#ifndef REGISTRYD_REGISTRY_NET_CURL_CONNECTION_POOL_H_
#define REGISTRYD_REGISTRY_NET_CURL_CONNECTION_POOL_H_

#include <curl/curl.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "registry/net/curl/event_loop.h"
#include "registry/net/curl/silence.h"
#include "registry/net/ip_address.h"

namespace registryd {

// Connections of all pools. Counted on the loop's thread, read on any.
struct ConnectionCounts {
  std::atomic<uint64_t> opened{0};
  std::atomic<size_t> open{0};
  std::atomic<size_t> idle{0};
  // Of the idle ones, those that can be closed, with their pool: no transfer is in it.
  std::atomic<size_t> closable{0};
};

// Transfers that may share connections, and their connections: one of libcurl's
// multi handles, driven by the loop. What is not in a pool can use none of its
// connections. For the loop's thread.
class ConnectionPool final : public EventLoop::Watcher {
 public:
  class Transfer {
   public:
    virtual ~Transfer() = default;
    // Libcurl has ended the transfer. It is still in the pool.
    virtual void OnTransferDone(CURLcode code) = 0;

   private:
    friend class ConnectionPool;
    ConnectionPool* pool_ = nullptr;
    CURL* easy_ = nullptr;
  };

  // Keeps up to `max_idle` connections, at least 1, that no transfer uses. Null without memory or
  // file descriptors. `loop` and `counts` outlive the pool.
  static std::unique_ptr<ConnectionPool> Create(EventLoop& loop, size_t max_idle,
                                                ConnectionCounts& counts);
  // No transfer is in the pool any more. Closes the connections.
  ~ConnectionPool() override;

  // Starts `transfer`, whose handle is `easy`; false without memory. Connections go
  // to `addresses` only, whatever libcurl has in mind; they outlive the transfer.
  bool Add(CURL* easy, Transfer& transfer, const std::vector<IpAddress>& addresses);
  // The server speaks HTTP/1.1 alone: no transfer has to wait any more for the first
  // connection to tell whether it can be shared.
  void ShareNoConnections();
  // From now on each connection is closed as soon as no transfer uses it any more. One
  // that is idle already, which libcurl cannot be told to close, goes with the pool.
  void KeepNoConnections();
  // The transfer is served by the connection from this local address and port.
  void SetConnection(CURL* easy, absl::string_view local);
  // A part of the transfer's answer has come; `has_head`: all of its head has by now.
  void Heard(CURL* easy, bool has_head);
  // The transfer has no head yet, and its connection, which is not its own alone, has
  // left requests unanswered for `limit` and longer.
  bool IsSilent(CURL* easy, Silence::Duration limit) const;
  // Ends it, in whatever state it is. Unless it was `complete`, its connection is
  // closed, or its stream reset where others use the connection. Not to be called by
  // libcurl's callbacks.
  void Remove(CURL* easy, bool complete);
  // Has the connection of a transfer that a callback is about to break off closed.
  static void BreakOff(CURL* easy);
  // Lets a paused transfer go on, but for what `pause` (CURLPAUSE_*) still holds.
  CURLcode Pause(CURL* easy, int pause);

  size_t active() const { return active_; }
  size_t open() const { return open_; }

 private:
  struct Connection {
    absl::flat_hash_set<CURL*> transfers;
    absl::flat_hash_set<CURL*> unanswered;  // Of these, the ones without a head.
    Silence silence;
  };

  ConnectionPool(EventLoop& loop, CURLM* multi, size_t max_idle, ConnectionCounts& counts);

  void OnReady(int fd, uint32_t events) override;
  void Drive(curl_socket_t fd, int events);
  void Count(int opened, int started);
  // Takes `easy` from its connection, and returns another transfer there; or null.
  CURL* Leave(CURL* easy);
  // Has libcurl look anew for a connection for each transfer that has none.
  void Restart();

  static int OnSocket(CURL*, curl_socket_t fd, int what, void* pool, void* of_socket);
  static int OnTimer(CURLM*, long milliseconds, void* pool);
  static curl_socket_t OnOpen(void* transfer, curlsocktype, curl_sockaddr* address);
  static int OnClose(void* pool, curl_socket_t fd);

  EventLoop& loop_;
  CURLM* const multi_;
  const size_t max_idle_;
  ConnectionCounts& counts_;
  std::vector<IpAddress> addresses_;
  bool shares_connections_ = true;
  bool keeps_connections_ = true;
  // Transfers that wait for a connection of others, or for libcurl to get to them.
  absl::flat_hash_map<CURL*, Transfer*> waiting_;
  std::optional<EventLoop::TimerId> restart_;
  // That serve a transfer, by their local address and port; and these by transfer.
  absl::flat_hash_map<std::string, Connection> connections_;
  absl::flat_hash_map<CURL*, std::string> connection_of_;
  // By socket.
  absl::flat_hash_map<curl_socket_t, EventLoop::WatchId> watches_;
  std::optional<EventLoop::TimerId> timer_;
  size_t active_ = 0;
  size_t open_ = 0;
  size_t idle_ = 0;
  size_t closable_ = 0;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_CURL_CONNECTION_POOL_H_
