#include "server/lifecycle/sd_notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace registryd {
namespace {

absl::string_view Variable(const char* name) {
  const char* value = getenv(name);
  return value == nullptr ? absl::string_view() : absl::string_view(value);
}

// The watchdog is meant for this process unless it names another.
absl::Duration WatchdogInterval(absl::string_view usec, absl::string_view pid) {
  int64_t microseconds = 0;
  int64_t watched = 0;
  if (!absl::SimpleAtoi(usec, &microseconds) || microseconds <= 0) return absl::InfiniteDuration();
  if (!pid.empty() && (!absl::SimpleAtoi(pid, &watched) || watched != getpid())) {
    return absl::InfiniteDuration();
  }
  return absl::Microseconds(microseconds) / 2;
}

int64_t MonotonicMicroseconds() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return absl::ToInt64Microseconds(absl::DurationFromTimespec(now));
}

}  // namespace

SdNotify::SdNotify(absl::string_view notify_socket, absl::string_view watchdog_usec,
                   absl::string_view watchdog_pid)
    : watchdog_interval_(WatchdogInterval(watchdog_usec, watchdog_pid)) {
  const bool abstract = !notify_socket.empty() && notify_socket[0] == '@';
  const bool path = !notify_socket.empty() && notify_socket[0] == '/';
  if ((!abstract && !path) || notify_socket.size() >= sizeof(sockaddr_un::sun_path)) return;
  address_ = std::string(notify_socket);
  if (abstract) address_[0] = '\0';
  socket_ = FileDescriptor(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
}

SdNotify SdNotify::FromEnvironment() {
  return SdNotify(Variable("NOTIFY_SOCKET"), Variable("WATCHDOG_USEC"), Variable("WATCHDOG_PID"));
}

void SdNotify::Ready() const { Send("READY=1"); }

void SdNotify::Reloading() const {
  Send(absl::StrCat("RELOADING=1\nMONOTONIC_USEC=", MonotonicMicroseconds()));
}

void SdNotify::Stopping() const { Send("STOPPING=1"); }

void SdNotify::Status(absl::string_view text) const {
  Send(absl::StrCat("STATUS=", text.substr(0, text.find('\n'))));
}

void SdNotify::Watchdog() const { Send("WATCHDOG=1"); }

void SdNotify::Send(absl::string_view message) const {
  if (!socket_.valid()) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  memcpy(address.sun_path, address_.data(), address_.size());
  // The length decides where an abstract name ends.
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  sendto(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
         reinterpret_cast<const sockaddr*>(&address), length);
}

}  // namespace registryd
