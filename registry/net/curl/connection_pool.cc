#include "registry/net/curl/connection_pool.h"

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/string_view.h"

namespace registryd {
namespace {

std::optional<IpAddress> AddressOf(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    return IpAddress::FromBytes({reinterpret_cast<const char*>(&v4.sin_addr), 4});
  }
  if (address.sa_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    return IpAddress::FromBytes({reinterpret_cast<const char*>(&v6.sin6_addr), 16});
  }
  return std::nullopt;
}

}  // namespace

std::unique_ptr<ConnectionPool> ConnectionPool::Create(EventLoop& loop, size_t max_idle,
                                                       ConnectionCounts& counts) {
  CURLM* multi = curl_multi_init();
  if (multi == nullptr) return nullptr;
  return std::unique_ptr<ConnectionPool>(new ConnectionPool(loop, multi, max_idle, counts));
}

ConnectionPool::ConnectionPool(EventLoop& loop, CURLM* multi, size_t max_idle,
                               ConnectionCounts& counts)
    : loop_(loop), multi_(multi), max_idle_(std::max<size_t>(max_idle, 1)), counts_(counts) {
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, OnSocket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, OnTimer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
}

ConnectionPool::~ConnectionPool() {
  curl_multi_cleanup(multi_);
  if (timer_.has_value()) loop_.Cancel(*timer_);
  if (restart_.has_value()) loop_.Cancel(*restart_);
}

bool ConnectionPool::Add(CURL* easy, Transfer& transfer, const std::vector<IpAddress>& addresses) {
  addresses_ = addresses;  // Equal for all transfers of a pool.
  transfer.pool_ = this;
  transfer.easy_ = easy;
  curl_easy_setopt(easy, CURLOPT_PRIVATE, &transfer);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, OnOpen);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, OnClose);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, this);
  if (!shares_connections_) curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 0L);
  Count(0, 1);
  if (curl_multi_add_handle(multi_, easy) == CURLM_OK) {
    waiting_[easy] = &transfer;
    return true;
  }
  Count(0, -1);
  return false;
}

void ConnectionPool::ShareNoConnections() {
  if (!std::exchange(shares_connections_, false) || waiting_.empty()) return;
  // Later: this is called by libcurl, which does not let go of a transfer meanwhile.
  restart_ = loop_.RunAt(EventLoop::Now(), [this] {
    restart_ = std::nullopt;
    Restart();
  });
}

void ConnectionPool::Restart() {
  const auto waiting = waiting_;
  for (const auto& [easy, transfer] : waiting) {
    if (!waiting_.contains(easy)) continue;
    curl_multi_remove_handle(multi_, easy);
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 0L);
    if (curl_multi_add_handle(multi_, easy) != CURLM_OK) {
      transfer->OnTransferDone(CURLE_OUT_OF_MEMORY);
    }
  }
}

void ConnectionPool::KeepNoConnections() {
  keeps_connections_ = false;
  for (const auto& [easy, local] : connection_of_) BreakOff(easy);
}

void ConnectionPool::SetConnection(CURL* easy, absl::string_view local) {
  Leave(easy);
  if (!keeps_connections_) BreakOff(easy);
  waiting_.erase(easy);
  connection_of_[easy] = std::string(local);
  Connection& connection = connections_[local];
  connection.transfers.insert(easy);
  connection.unanswered.insert(easy);
  connection.silence.Begin(EventLoop::Now());
}

void ConnectionPool::Heard(CURL* easy, bool has_head) {
  const auto local = connection_of_.find(easy);
  if (local == connection_of_.end()) return;
  Connection& connection = connections_.find(local->second)->second;
  const EventLoop::Time now = EventLoop::Now();
  connection.silence.Break(now);
  if (has_head && connection.unanswered.erase(easy) > 0) connection.silence.End(now);
}

bool ConnectionPool::IsSilent(CURL* easy, Silence::Duration limit) const {
  const auto local = connection_of_.find(easy);
  if (local == connection_of_.end()) return false;
  const Connection& connection = connections_.find(local->second)->second;
  return connection.unanswered.contains(easy) && connection.transfers.size() > 1 &&
         connection.silence.Lasted(EventLoop::Now()) >= limit;
}

CURL* ConnectionPool::Leave(CURL* easy) {
  const auto local = connection_of_.find(easy);
  if (local == connection_of_.end()) return nullptr;
  const auto it = connections_.find(local->second);
  connection_of_.erase(local);
  Connection& connection = it->second;
  connection.transfers.erase(easy);
  if (connection.unanswered.erase(easy) > 0) connection.silence.End(EventLoop::Now());
  if (!connection.transfers.empty()) return *connection.transfers.begin();
  connections_.erase(it);
  return nullptr;
}

void ConnectionPool::BreakOff(CURL* easy) { curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L); }

void ConnectionPool::Remove(CURL* easy, bool complete) {
  if (complete) {
    Heard(easy, /*has_head=*/true);
  } else {
    BreakOff(easy);
  }
  CURL* other = Leave(easy);
  waiting_.erase(easy);
  curl_multi_remove_handle(multi_, easy);
  Count(0, -1);
  if (complete || other == nullptr) return;
  // Libcurl has put the reset of the stream into a buffer, which the next activity on
  // the connection sends. This is one: it announces a window that was never closed.
  curl_easy_pause(other, CURLPAUSE_RECV);
  curl_easy_pause(other, CURLPAUSE_CONT);
}

CURLcode ConnectionPool::Pause(CURL* easy, int pause) { return curl_easy_pause(easy, pause); }

// Libcurl's limit is for connections in use and idle together. It is checked whenever one
// becomes idle, and then the transfer that it served is still in the pool.
void ConnectionPool::Count(int opened, int started) {
  open_ += opened;
  active_ += started;
  counts_.open += opened;
  if (started != 0) {
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS,
                      static_cast<long>(std::max<size_t>(active_, 1) - 1 + max_idle_));
  }
  const size_t idle = open_ > active_ ? open_ - active_ : 0;
  counts_.idle += idle - idle_;
  idle_ = idle;
  const size_t closable = active_ == 0 ? open_ : 0;
  counts_.closable += closable - closable_;
  closable_ = closable;
}

void ConnectionPool::OnReady(int fd, uint32_t events) {
  int curl_events = 0;
  if ((events & EPOLLIN) != 0) curl_events |= CURL_CSELECT_IN;
  if ((events & EPOLLOUT) != 0) curl_events |= CURL_CSELECT_OUT;
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) curl_events |= CURL_CSELECT_ERR;
  Drive(fd, curl_events);
}

void ConnectionPool::Drive(curl_socket_t fd, int events) {
  int running = 0;
  curl_multi_socket_action(multi_, fd, events, &running);
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    char* transfer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    reinterpret_cast<Transfer*>(transfer)->OnTransferDone(code);
  }
}

int ConnectionPool::OnSocket(CURL*, curl_socket_t fd, int what, void* pool, void*) {
  auto& self = *static_cast<ConnectionPool*>(pool);
  if (what == CURL_POLL_REMOVE) {
    const auto watch = self.watches_.find(fd);
    if (watch == self.watches_.end()) return 0;
    self.loop_.Unwatch(watch->second);
    self.watches_.erase(watch);
    return 0;
  }
  const uint32_t events =
      ((what & CURL_POLL_IN) != 0 ? EPOLLIN : 0u) | ((what & CURL_POLL_OUT) != 0 ? EPOLLOUT : 0u);
  const auto [watch, is_new] = self.watches_.try_emplace(fd);
  if (is_new) {
    watch->second = self.loop_.Watch(fd, events, self);
  } else {
    self.loop_.Change(watch->second, events);
  }
  return 0;
}

int ConnectionPool::OnTimer(CURLM*, long milliseconds, void* pool) {
  auto& self = *static_cast<ConnectionPool*>(pool);
  if (self.timer_.has_value()) self.loop_.Cancel(*self.timer_);
  self.timer_ = std::nullopt;
  if (milliseconds < 0) return 0;
  self.timer_ =
      self.loop_.RunAt(EventLoop::Now() + std::chrono::milliseconds(milliseconds), [&self] {
        self.timer_ = std::nullopt;
        self.Drive(CURL_SOCKET_TIMEOUT, 0);
      });
  return 0;
}

curl_socket_t ConnectionPool::OnOpen(void* data, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(data);
  ConnectionPool& self = *transfer.pool_;
  self.waiting_.erase(transfer.easy_);
  const std::optional<IpAddress> target = AddressOf(address->addr);
  if (!target.has_value() ||
      std::find(self.addresses_.begin(), self.addresses_.end(), *target) == self.addresses_.end()) {
    return CURL_SOCKET_BAD;
  }
  const int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (fd < 0) return CURL_SOCKET_BAD;
  ++self.counts_.opened;
  self.Count(1, 0);
  return fd;
}

int ConnectionPool::OnClose(void* pool, curl_socket_t fd) {
  static_cast<ConnectionPool*>(pool)->Count(-1, 0);
  return close(fd);
}

}  // namespace registryd
