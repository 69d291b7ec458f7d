#include "server/listen/accept_loop.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/listen/accept_error.h"

namespace registryd {
namespace {

// Connections taken from one listener before the next has its turn.
constexpr int kFairShare = 64;

// When a TCP peer that is silent is asked whether it is there, how often again, and after how
// many unanswered questions it has gone: two minutes in all.
constexpr int kKeepAliveIdleSeconds = 60;
constexpr int kKeepAliveIntervalSeconds = 10;
constexpr int kKeepAliveProbes = 6;

FileDescriptor Accept(int listener_fd) {
  return FileDescriptor(::accept4(listener_fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
}

// An option that the system refuses is no reason to refuse the connection.
void SetOption(const FileDescriptor& fd, int level, int name, int value) {
  ::setsockopt(fd.get(), level, name, &value, sizeof(value));
}

void SetUpTcp(const FileDescriptor& fd) {
  SetOption(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  SetOption(fd, IPPROTO_TCP, TCP_KEEPIDLE, kKeepAliveIdleSeconds);
  SetOption(fd, IPPROTO_TCP, TCP_KEEPINTVL, kKeepAliveIntervalSeconds);
  SetOption(fd, IPPROTO_TCP, TCP_KEEPCNT, kKeepAliveProbes);
  SetOption(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
}

}  // namespace

struct AcceptLoop::Listener {
  Listener(ListeningSocket socket, std::shared_ptr<const ConnectionCount> count, Handler handler)
      : socket(std::move(socket)),
        address(this->socket.address().ToString()),
        count(std::move(count)),
        handler(std::move(handler)) {}

  ListeningSocket socket;
  const std::string address;
  const std::shared_ptr<const ConnectionCount> count;
  Handler handler;
  // Its socket has failed for good; of the thread alone.
  bool broken = false;
  std::atomic<int64_t> accepted{0};
  std::atomic<int64_t> refused{0};
  std::atomic<int64_t> lost{0};
  std::atomic<int64_t> out_of_descriptors{0};
};

AcceptLoop::AcceptLoop(AcceptLoopOptions options, std::shared_ptr<const ConnectionCount> all)
    : options_(std::move(options)),
      all_(std::move(all)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  RefillReserve();
}

AcceptLoop::~AcceptLoop() { Stop(); }

void AcceptLoop::Add(ListeningSocket socket, std::shared_ptr<const ConnectionCount> count,
                     Handler handler) {
  listeners_.push_back(
      std::make_unique<Listener>(std::move(socket), std::move(count), std::move(handler)));
}

void AcceptLoop::Start() {
  thread_ = std::thread([this] { Run(); });
}

void AcceptLoop::Stop() {
  stopping_ = true;
  if (thread_.joinable()) {
    ::eventfd_write(wake_.get(), 1);
    thread_.join();
  }
  for (const auto& listener : listeners_) listener->socket.Close();
}

std::vector<ListenerStats> AcceptLoop::stats() const {
  std::vector<ListenerStats> stats;
  for (const auto& listener : listeners_) {
    ListenerStats s;
    s.address = listener->address;
    s.accepted = listener->accepted;
    s.open = listener->count->open();
    s.refused = listener->refused;
    s.lost = listener->lost;
    s.out_of_descriptors = listener->out_of_descriptors;
    stats.push_back(std::move(s));
  }
  return stats;
}

void AcceptLoop::Run() {
  // Without a descriptor to be woken by, look now and then.
  const int idle_milliseconds = wake_.valid() ? -1 : 100;
  const int pause_milliseconds = static_cast<int>(absl::ToInt64Milliseconds(options_.pause));
  std::vector<pollfd> polled(1 + listeners_.size());
  polled[0] = {wake_.get(), POLLIN, 0};
  bool resting = false;
  while (!stopping_) {
    RefillReserve();
    for (size_t i = 0; i < listeners_.size(); ++i) {
      polled[i + 1] = {listeners_[i]->broken ? -1 : listeners_[i]->socket.fd(), POLLIN, 0};
    }
    const int ready = ::poll(polled.data(), resting ? 1 : polled.size(),
                             resting ? pause_milliseconds : idle_milliseconds);
    resting = ready < 0 && errno != EINTR;
    if (ready <= 0) continue;
    for (size_t i = 0; i < listeners_.size(); ++i) {
      if (polled[i + 1].revents != 0 && !AcceptSome(*listeners_[i])) resting = true;
    }
  }
}

bool AcceptLoop::AcceptSome(Listener& listener) {
  bool starved = false;
  for (int i = 0; i < kFairShare && !stopping_; ++i) {
    FileDescriptor fd = Accept(listener.socket.fd());
    if (fd.valid()) {
      Serve(listener, std::move(fd));
      continue;
    }
    const int error = errno;
    switch (ClassifyAcceptError(error)) {
      case AcceptError::kNoneWaiting:
        return !starved;
      case AcceptError::kInterrupted:
        break;
      case AcceptError::kConnectionLost:
        ++listener.lost;
        break;
      case AcceptError::kNoDescriptor:
        starved = true;
        ++listener.out_of_descriptors;
        Warn(listener, std::strerror(error));
        if (!CloseOneWaiting(listener)) return false;
        break;
      case AcceptError::kNoMemory:
        Warn(listener, std::strerror(error));
        return false;
      case AcceptError::kBroken:
        listener.broken = true;
        Warn(listener, std::strerror(error));
        return true;
    }
  }
  return !starved;
}

void AcceptLoop::Serve(Listener& listener, FileDescriptor fd) {
  if (AtLimit(listener)) {
    ++listener.refused;
    return;
  }
  sockaddr_storage peer;
  socklen_t length = sizeof(peer);
  if (::getpeername(fd.get(), reinterpret_cast<sockaddr*>(&peer), &length) != 0) {
    ++listener.lost;
    return;
  }
  if (peer.ss_family != AF_UNIX) SetUpTcp(fd);
  ++listener.accepted;
  listener.handler(listener.socket.fd(), std::move(fd));
}

bool AcceptLoop::CloseOneWaiting(Listener& listener) {
  if (!reserve_.valid()) return false;
  reserve_ = FileDescriptor();
  const bool closed = Accept(listener.socket.fd()).valid();
  RefillReserve();
  return closed;
}

void AcceptLoop::RefillReserve() {
  if (!reserve_.valid()) reserve_ = FileDescriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

bool AcceptLoop::AtLimit(const Listener& listener) const {
  return all_->open() >= options_.max_connections ||
         listener.count->open() >= options_.max_connections_per_listener;
}

void AcceptLoop::Warn(Listener& listener, absl::string_view what) {
  const absl::Time now = absl::Now();
  if (now < next_warning_ || options_.warn == nullptr) return;
  next_warning_ = now + options_.warning_pause;
  options_.warn(absl::StrCat("cannot accept connections on ", listener.address, ": ", what));
}

}  // namespace registryd
