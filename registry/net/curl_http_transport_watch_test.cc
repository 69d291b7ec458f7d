// What a CurlHttpTransport takes out of epoll is still its own: no descriptor whose number
// another thread may have by then.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <atomic>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "registry/fs/file_descriptor.h"
#include "registry/net/curl/transport_fixture.h"
#include "registry/net/testing/recorded_exchange.h"
#include "registry/net/testing/scripted_http_server.h"

namespace {

std::atomic<int> removed{0};
std::atomic<int> strange{0};

}  // namespace

// The linker sends calls of epoll_ctl here.
extern "C" int __real_epoll_ctl(int epoll, int operation, int fd, epoll_event* event);
extern "C" int __wrap_epoll_ctl(int epoll, int operation, int fd, epoll_event* event) {
  const int result = __real_epoll_ctl(epoll, operation, fd, event);
  if (operation == EPOLL_CTL_DEL) ++(result == 0 ? removed : strange);
  return result;
}

namespace registryd {
namespace {

// A port that neither accepts nor refuses: the queue of who waits to be accepted is full.
class SilentPort {
 public:
  SilentPort() : listener_(Socket()) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(bind(listener_.get(), generic, size), 0);
    EXPECT_EQ(listen(listener_.get(), 0), 0);
    EXPECT_EQ(getsockname(listener_.get(), generic, &size), 0);
    url_ = absl::StrCat("http://127.0.0.1:", ntohs(address.sin_port), "/");
    for (int i = 0; i < 4; ++i) {
      waiting_.push_back(Socket());
      connect(waiting_.back().get(), generic, size);
    }
  }

  const std::string& url() const { return url_; }

 private:
  static FileDescriptor Socket() {
    return FileDescriptor(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  }

  const FileDescriptor listener_;
  std::string url_;
  std::vector<FileDescriptor> waiting_;
};

TEST(CurlHttpTransportWatch, ASocketThatNeverConnectedIsTakenOutBeforeItIsClosed) {
  const SilentPort nobody;
  auto transport = NewTransport();
  strange = 0;
  RecordedExchange exchange;
  transport->Send(Get(nobody.url()), {}, {absl::Now() + absl::Milliseconds(300), nullptr},
                  exchange.Receiver());
  EXPECT_EQ(exchange.Await().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(transport->stats().connections, 0u);
  EXPECT_EQ(strange, 0);
}

TEST(CurlHttpTransportWatch, OneThatDidIsToo) {
  ScriptedHttpServer server;
  server.Reply("", "*", {200, {}, "hello"});
  auto transport = NewTransport();
  removed = 0;
  strange = 0;
  RecordedExchange exchange;
  transport->Send(Get(server.url()), {}, {}, exchange.Receiver());
  EXPECT_EQ(exchange.Await(), absl::OkStatus());
  EXPECT_GT(removed, 0);
  EXPECT_EQ(strange, 0);
}

}  // namespace
}  // namespace registryd
