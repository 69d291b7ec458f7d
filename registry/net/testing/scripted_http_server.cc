#include "registry/net/testing/scripted_http_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <set>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "registry/fs/file_descriptor.h"
#include "registry/net/testing/internal/connection.h"
#include "registry/net/testing/internal/journal.h"
#include "registry/net/testing/internal/tls_session.h"

namespace registryd {
namespace {

void Check(bool ok, absl::string_view what) {
  if (ok) return;
  std::cerr << "scripted server: " << what << ": " << strerror(errno) << "\n";
  abort();
}

FileDescriptor Listen(const std::string& address, int port) {
  sockaddr_storage storage = {};
  socklen_t size = 0;
  if (auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
      inet_pton(AF_INET, address.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(static_cast<uint16_t>(port));
    size = sizeof(*v4);
  } else {
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
    Check(inet_pton(AF_INET6, address.c_str(), &v6->sin6_addr) == 1, "parsing its address");
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(static_cast<uint16_t>(port));
    size = sizeof(*v6);
  }
  FileDescriptor listener(
      ::socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  Check(listener.valid(), "making a socket");
  ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  Check(::bind(listener.get(), reinterpret_cast<sockaddr*>(&storage), size) == 0, "binding");
  Check(::listen(listener.get(), 4096) == 0, "listening");
  return listener;
}

int PortOf(int socket) {
  sockaddr_storage storage = {};
  socklen_t size = sizeof(storage);
  Check(::getsockname(socket, reinterpret_cast<sockaddr*>(&storage), &size) == 0, "getsockname");
  // The port stands at the same place in both families' addresses.
  return ntohs(reinterpret_cast<sockaddr_in*>(&storage)->sin_port);
}

bool Matches(const ScriptedRule& rule, const ScriptedRequest& request) {
  if (rule.times == 0) return false;
  if (!rule.method.empty() && rule.method != request.method) return false;
  const std::string path = request.path();
  absl::string_view wanted = rule.path;
  if (absl::ConsumeSuffix(&wanted, "*") ? !absl::StartsWith(path, wanted) : path != wanted) {
    return false;
  }
  for (const auto& [name, start] : rule.when) {
    const std::optional<std::string> value = request.Find(name);
    if (value.has_value() != start.has_value()) return false;
    if (start.has_value() && !absl::StartsWith(*value, *start)) return false;
  }
  const std::vector<std::string> parameters = absl::StrSplit(request.query(), '&');
  return std::all_of(rule.query.begin(), rule.query.end(), [&](const std::string& parameter) {
    return std::find(parameters.begin(), parameters.end(), parameter) != parameters.end();
  });
}

}  // namespace

// The thread, and all that it serves.
class ScriptedHttpServer::Loop final : public Connection::Script {
 public:
  explicit Loop(ScriptedHttpServerOptions options)
      : options_(std::move(options)),
        listener_(Listen(options_.address, options_.port)),
        port_(PortOf(listener_.get())),
        epoll_(::epoll_create1(EPOLL_CLOEXEC)),
        wakeup_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    Check(epoll_.valid() && wakeup_.valid(), "epoll");
    if (options_.tls.has_value()) tls_ = MakeServerContext(*options_.tls);
    Watch(EPOLL_CTL_ADD, listener_.get(), EPOLLIN, kListener);
    Watch(EPOLL_CTL_ADD, wakeup_.get(), EPOLLIN, kWakeup);
    thread_ = std::thread([this] { Run(); });
  }

  ~Loop() override {
    Tell(&stop_);
    thread_.join();
  }

  const ScriptedHttpServerOptions& options() const { return options_; }
  int port() const { return port_; }
  Journal& journal() { return journal_; }

  void Add(ScriptedRule rule) {
    absl::MutexLock lock(&mutex_);
    rules_.push_back(std::move(rule));
  }

  void Release() { Tell(&release_); }

  bool AnswersBeforeBody(const ScriptedRequest& request) override {
    absl::MutexLock lock(&mutex_);
    const ScriptedRule* rule = Find(request);
    return rule != nullptr && rule->before_body;
  }

  std::vector<WireStep> Answer(const ScriptedRequest& request) override {
    ScriptedResponse response = {404, {}, "nothing is scripted for this"};
    std::function<ScriptedResponse(const ScriptedRequest&)> handler;
    {
      absl::MutexLock lock(&mutex_);
      if (ScriptedRule* rule = Find(request); rule != nullptr) {
        if (rule->times > 0) --rule->times;
        response = rule->response;
        handler = rule->handler;
      }
    }
    if (handler != nullptr) response = handler(request);
    return StepsOf(response, request.method);
  }

 private:
  static constexpr uint64_t kListener = 0;
  static constexpr uint64_t kWakeup = 1;
  static constexpr uint64_t kFirstConnection = 2;

  struct Served {
    std::unique_ptr<Connection> connection;
    uint32_t interest = 0;
    absl::Time wake = absl::InfiniteFuture();
  };

  ScriptedRule* Find(const ScriptedRequest& request) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    for (ScriptedRule& rule : rules_) {
      if (Matches(rule, request)) return &rule;
    }
    return nullptr;
  }

  void Tell(bool* flag) ABSL_LOCKS_EXCLUDED(mutex_) {
    {
      absl::MutexLock lock(&mutex_);
      *flag = true;
    }
    ::eventfd_write(wakeup_.get(), 1);
  }

  void Watch(int operation, int fd, uint32_t events, uint64_t key) {
    epoll_event event = {};
    event.events = events;
    event.data.u64 = key;
    Check(::epoll_ctl(epoll_.get(), operation, fd, &event) == 0, "epoll_ctl");
  }

  void Run() {
    epoll_event events[256];
    while (true) {
      const int ready = ::epoll_wait(epoll_.get(), events, std::size(events), Timeout());
      Check(ready >= 0 || errno == EINTR, "epoll_wait");
      for (int i = 0; i < ready; ++i) {
        const uint64_t key = events[i].data.u64;
        if (key == kListener) {
          Accept();
        } else if (key == kWakeup) {
          if (!HandleTold()) return;
        } else if (const auto it = served_.find(key); it != served_.end()) {
          it->second.connection->OnReady(events[i].events);
          Settle(it);
        }
      }
      Wake();
    }
  }

  // Of epoll_wait: milliseconds up to the first pause's end, rounded up.
  int Timeout() const {
    if (pauses_.empty()) return -1;
    const absl::Duration left = pauses_.begin()->first - absl::Now();
    return static_cast<int>(
        absl::ToInt64Milliseconds(std::max(absl::ZeroDuration(), left + absl::Milliseconds(1))));
  }

  void Wake() {
    const absl::Time now = absl::Now();
    while (!pauses_.empty() && pauses_.begin()->first <= now) {
      const auto it = served_.find(pauses_.begin()->second);
      it->second.connection->OnWake();
      Settle(it);
    }
  }

  void Accept() {
    while (true) {
      FileDescriptor socket(
          ::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (!socket.valid()) {
        Check(errno == EAGAIN || errno == ECONNABORTED || errno == EINTR, "accepting");
        return;
      }
      const int on = 1;
      ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
      const int fd = socket.get();
      Served served;
      served.connection =
          std::make_unique<Connection>(std::move(socket), *this, journal_, tls_.get());
      served.connection->Start(options_.greeting, tls_ != nullptr && !options_.tls->on_request);
      if (served.connection->finished()) continue;
      const uint64_t key = next_key_++;
      const auto it = served_.emplace(key, std::move(served)).first;
      Watch(EPOLL_CTL_ADD, fd, it->second.interest, key);
      Settle(it);
    }
  }

  // False: it is over.
  bool HandleTold() {
    eventfd_t count;
    ::eventfd_read(wakeup_.get(), &count);
    bool release = false;
    {
      absl::MutexLock lock(&mutex_);
      if (stop_) return false;
      release = std::exchange(release_, false);
    }
    if (!release) return true;
    for (auto it = served_.begin(); it != served_.end();) {
      const auto current = it++;
      current->second.connection->Release();
      Settle(current);
    }
    return true;
  }

  // Brings epoll and the pauses in line with what a connection waits for.
  void Settle(std::map<uint64_t, Served>::iterator it) {
    Served& served = it->second;
    pauses_.erase({served.wake, it->first});
    if (served.connection->finished()) {
      served_.erase(it);
      return;
    }
    served.wake = served.connection->wake();
    if (served.wake != absl::InfiniteFuture()) pauses_.emplace(served.wake, it->first);
    const uint32_t interest = served.connection->interest();
    if (interest == served.interest) return;
    served.interest = interest;
    Watch(EPOLL_CTL_MOD, served.connection->socket(), interest, it->first);
  }

  const ScriptedHttpServerOptions options_;
  const FileDescriptor listener_;
  const int port_;
  const FileDescriptor epoll_;
  const FileDescriptor wakeup_;
  std::shared_ptr<ssl_ctx_st> tls_;
  Journal journal_;

  absl::Mutex mutex_;
  std::vector<ScriptedRule> rules_ ABSL_GUARDED_BY(mutex_);
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  bool release_ ABSL_GUARDED_BY(mutex_) = false;

  // The thread's own.
  uint64_t next_key_ = kFirstConnection;
  std::map<uint64_t, Served> served_;
  std::set<std::pair<absl::Time, uint64_t>> pauses_;
  std::thread thread_;
};

ScriptedHttpServer::ScriptedHttpServer(ScriptedHttpServerOptions options)
    : loop_(std::make_unique<Loop>(std::move(options))) {}

ScriptedHttpServer::~ScriptedHttpServer() = default;

bool ScriptedHttpServer::HasIpv6() {
  const FileDescriptor socket(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in6 loopback = {};
  loopback.sin6_family = AF_INET6;
  loopback.sin6_addr = in6addr_loopback;
  return ::bind(socket.get(), reinterpret_cast<sockaddr*>(&loopback), sizeof(loopback)) == 0;
}

int ScriptedHttpServer::port() const { return loop_->port(); }

std::string ScriptedHttpServer::host_port() const {
  const std::string& address = loop_->options().address;
  return absl::StrContains(address, ':') ? absl::StrCat("[", address, "]:", port())
                                         : absl::StrCat(address, ":", port());
}

std::string ScriptedHttpServer::url(absl::string_view target) const {
  const auto& tls = loop_->options().tls;
  const bool https = tls.has_value() && !tls->on_request;
  return absl::StrCat(https ? "https://" : "http://", host_port(), target);
}

void ScriptedHttpServer::Reply(absl::string_view method, absl::string_view path,
                               ScriptedResponse response, int times) {
  ScriptedRule rule;
  rule.method = std::string(method);
  rule.path = std::string(path);
  rule.response = std::move(response);
  rule.times = times;
  Add(std::move(rule));
}

void ScriptedHttpServer::Handle(absl::string_view method, absl::string_view path,
                                std::function<ScriptedResponse(const ScriptedRequest&)> handler) {
  ScriptedRule rule;
  rule.method = std::string(method);
  rule.path = std::string(path);
  rule.handler = std::move(handler);
  Add(std::move(rule));
}

void ScriptedHttpServer::Add(ScriptedRule rule) { loop_->Add(std::move(rule)); }

void ScriptedHttpServer::Release() { loop_->Release(); }

std::vector<ScriptedRequest> ScriptedHttpServer::requests() const {
  std::vector<ScriptedRequest> requests;
  loop_->journal().Read([&](const Journal::Facts& facts) { requests = facts.requests; });
  return requests;
}

std::vector<ScriptedConnection> ScriptedHttpServer::connections() const {
  std::vector<ScriptedConnection> connections;
  loop_->journal().Read([&](const Journal::Facts& facts) { connections = facts.connections; });
  return connections;
}

size_t ScriptedHttpServer::accepted() const {
  size_t accepted = 0;
  loop_->journal().Read([&](const Journal::Facts& facts) { accepted = facts.connections.size(); });
  return accepted;
}

size_t ScriptedHttpServer::open() const {
  size_t open = 0;
  loop_->journal().Read([&](const Journal::Facts& facts) { open = facts.open; });
  return open;
}

uint64_t ScriptedHttpServer::bytes_sent() const {
  uint64_t bytes = 0;
  loop_->journal().Read([&](const Journal::Facts& facts) { bytes = facts.bytes_sent; });
  return bytes;
}

bool ScriptedHttpServer::Received(absl::string_view text) const {
  bool received = false;
  loop_->journal().Read([&](const Journal::Facts& facts) {
    for (const ScriptedConnection& connection : facts.connections) {
      received = received || absl::StrContains(connection.wire, text) ||
                 absl::StrContains(connection.plain, text);
    }
  });
  return received;
}

bool ScriptedHttpServer::AwaitRequests(size_t at_least, absl::Duration timeout) const {
  return loop_->journal().Await(
      timeout, [&](const Journal::Facts& facts) { return facts.requests.size() >= at_least; });
}

bool ScriptedHttpServer::AwaitAccepted(size_t at_least, absl::Duration timeout) const {
  return loop_->journal().Await(
      timeout, [&](const Journal::Facts& facts) { return facts.connections.size() >= at_least; });
}

bool ScriptedHttpServer::AwaitOpen(size_t exactly, absl::Duration timeout) const {
  return loop_->journal().Await(timeout,
                                [&](const Journal::Facts& facts) { return facts.open == exactly; });
}

bool ScriptedHttpServer::AwaitStalled(size_t at_least, absl::Duration timeout) const {
  return loop_->journal().Await(
      timeout, [&](const Journal::Facts& facts) { return facts.stalled >= at_least; });
}

}  // namespace registryd
