#include "server/observe/metrics_http_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/fs/file_descriptor.h"
#include "server/observe/metrics.h"

namespace {

// Calls of epoll_ctl() that failed: for a socket that was closed, or that is another one by now.
std::atomic<int> failed_epoll_calls{0};

}  // namespace

// In place of the one that libevent would call.
extern "C" int epoll_ctl(int epoll, int operation, int fd, epoll_event* event) noexcept {
  const auto result = static_cast<int>(syscall(SYS_epoll_ctl, epoll, operation, fd, event));
  if (result != 0) ++failed_epoll_calls;
  return result;
}

namespace registryd {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class MetricsHttpServerTest : public testing::Test {
 protected:
  static MetricsHttpServerOptions Options() {
    MetricsHttpServerOptions options;
    options.address = *LoopbackAddress::Parse("127.0.0.1:0");
    options.timeout = absl::Milliseconds(200);
    return options;
  }

  void SetUp() override { Start(Options()); }

  void Start(const MetricsHttpServerOptions& options) {
    auto server = MetricsHttpServer::Start(
        options, {[this] { return metrics_.Text(); }, [this] { return healthy_.load(); }});
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  FileDescriptor Connect() {
    FileDescriptor connection(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server_->port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(connection.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    return connection;
  }

  // Everything until the server closes.
  static std::string ReadAll(const FileDescriptor& connection) {
    std::string text;
    char buffer[4096];
    ssize_t got;
    while ((got = read(connection.get(), buffer, sizeof(buffer))) > 0) {
      text.append(buffer, static_cast<size_t>(got));
    }
    return text;
  }

  // Whether the server ends the connection without a word.
  static bool IsClosed(const FileDescriptor& connection) {
    const timeval patience = {30, 0};
    setsockopt(connection.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    char byte;
    const ssize_t got = read(connection.get(), &byte, 1);
    return got == 0 || (got < 0 && errno == ECONNRESET);
  }

  static void Send(const FileDescriptor& connection, const std::string& text) {
    send(connection.get(), text.data(), text.size(), MSG_NOSIGNAL);
  }

  std::string Ask(const std::string& request) {
    const FileDescriptor connection = Connect();
    Send(connection, request);
    return ReadAll(connection);
  }

  std::string Get(const std::string& path) {
    return Ask("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  }

  Metrics metrics_{"1.2.3", "0123abc", absl::UnixEpoch()};
  std::atomic<bool> healthy_{true};
  std::unique_ptr<MetricsHttpServer> server_;
};

TEST_F(MetricsHttpServerTest, ServesMetrics) {
  metrics_.calls().Method("S/M").Record(absl::StatusCode::kOk, absl::Milliseconds(1));
  const std::string response = Get("/metrics");
  EXPECT_THAT(response, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(response, HasSubstr("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
  EXPECT_THAT(response, HasSubstr("\nregistryd_calls_total{method=\"S/M\",code=\"OK\"} 1\n"));
  EXPECT_THAT(Get("/metrics?name[]=x"), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(MetricsHttpServerTest, TellsHealth) {
  EXPECT_THAT(Get("/healthz"), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(Get("/healthz"), EndsWith("\r\n\r\nok\n"));
  healthy_ = false;
  EXPECT_THAT(Get("/healthz"), StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
  healthy_ = true;
  EXPECT_THAT(Get("/healthz"), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(MetricsHttpServerTest, AnswersSeveralRequestsOfOneConnection) {
  const std::string responses =
      Ask("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
          "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(responses.find("HTTP/1.1 200 OK"), 0u);
  EXPECT_NE(responses.find("HTTP/1.1 200 OK", 1), std::string::npos);
}

TEST_F(MetricsHttpServerTest, HeadHasTheHeadersAlone) {
  const std::string response =
      Ask("HEAD /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(response, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(response, HasSubstr("Content-Length: 3\r\n"));
  EXPECT_THAT(response, EndsWith("\r\n\r\n"));
}

TEST_F(MetricsHttpServerTest, KnowsNoOtherPath) {
  for (const char* path : {"/", "/metrics/", "/Metrics", "//metrics", "/../metrics", "/%6detrics",
                           "/debug", "http://a/other"}) {
    EXPECT_THAT(Get(path), StartsWith("HTTP/1.1 404 Not Found\r\n")) << path;
  }
}

TEST_F(MetricsHttpServerTest, KnowsNoOtherMethod) {
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"}) {
    const std::string response = Ask(absl::StrCat(
        method, " /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
    EXPECT_THAT(response, StartsWith("HTTP/1.1 405 ")) << method;
    EXPECT_THAT(response, HasSubstr("Allow: GET, HEAD\r\n")) << method;
  }
}

TEST_F(MetricsHttpServerTest, RefusesWhatIsTooLargeOrNoHttp) {
  EXPECT_THAT(Get("/" + std::string(9 << 10, 'x')), Not(HasSubstr("200 OK")));
  EXPECT_THAT(Ask("GET /metrics HTTP/1.1\r\nX: " + std::string(9 << 10, 'x') + "\r\n\r\n"),
              Not(HasSubstr("200 OK")));
  EXPECT_THAT(Ask("GET /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123456789"),
              Not(HasSubstr("200 OK")));
  EXPECT_THAT(Ask("\x16\x03\x01\x02\r\n\r\n"), Not(HasSubstr("200 OK")));
  EXPECT_THAT(Get("/healthz"), HasSubstr("200 OK"));
}

TEST_F(MetricsHttpServerTest, ClosesASilentConnection) {
  const FileDescriptor silent = Connect();
  const FileDescriptor unfinished = Connect();
  send(unfinished.get(), "GET /metr", 9, MSG_NOSIGNAL);
  EXPECT_THAT(ReadAll(silent), Not(HasSubstr("200 OK")));
  EXPECT_THAT(ReadAll(unfinished), Not(HasSubstr("200 OK")));
}

TEST_F(MetricsHttpServerTest, ForgetsASocketBeforeItIsClosed) {
  failed_epoll_calls = 0;
  ASSERT_NE(epoll_ctl(-1, EPOLL_CTL_DEL, -1, nullptr), 0);
  ASSERT_EQ(failed_epoll_calls, 1);
  failed_epoll_calls = 0;
  for (int i = 0; i < 3; ++i) {
    Get("/healthz");
    Ask("GET /healthz HTTP/1.0\r\n\r\n");
    Ask("\x16\x03\x01\x02\r\n\r\n");
    Ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\nConnection: close\r\n\r\n");
    Ask("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    Connect();
  }
  server_.reset();
  EXPECT_EQ(failed_epoll_calls, 0);
}

TEST_F(MetricsHttpServerTest, ReadsOnAfterAContinue) {
  const FileDescriptor connection = Connect();
  Send(connection,
       "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n");
  char buffer[64];
  const ssize_t got = read(connection.get(), buffer, sizeof(buffer));
  ASSERT_GT(got, 0);
  EXPECT_EQ(std::string(buffer, static_cast<size_t>(got)), "HTTP/1.1 100 Continue\r\n\r\n");
  Send(connection, "0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const std::string responses = ReadAll(connection);
  EXPECT_THAT(responses, StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(responses, EndsWith("\r\n\r\nok\n"));
}

// Silence has an hour here, so it is not what ends these.
TEST_F(MetricsHttpServerTest, ClosesAConnectionWhoseRequestDoesNotEnd) {
  MetricsHttpServerOptions options = Options();
  options.timeout = absl::Hours(1);
  options.request_timeout = absl::Seconds(2);
  Start(options);
  const FileDescriptor first = Connect();
  Send(first, "GET /metr");
  const FileDescriptor second = Connect();
  Send(second, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /healthz HTTP/1.1\r\nX: ");
  EXPECT_TRUE(IsClosed(first));
  const std::string responses = ReadAll(second);
  EXPECT_THAT(responses, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(responses, EndsWith("\r\n\r\nok\n"));
}

TEST_F(MetricsHttpServerTest, ClosesConnectionsBeyondTheLimit) {
  MetricsHttpServerOptions options = Options();
  options.timeout = absl::Hours(1);
  options.request_timeout = absl::Hours(1);
  options.max_connections = 2;
  Start(options);
  const FileDescriptor first = Connect();
  const FileDescriptor second = Connect();
  for (int i = 0; i < 5; ++i) {
    const FileDescriptor refused = Connect();
    Send(refused, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_TRUE(IsClosed(refused)) << i;
  }
  Send(first, "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(ReadAll(first), StartsWith("HTTP/1.1 200 OK\r\n"));
  // There is room for one again, each time.
  for (int i = 0; i < 5; ++i) EXPECT_THAT(Get("/healthz"), StartsWith("HTTP/1.1 200 OK\r\n")) << i;
  const FileDescriptor third = Connect();
  EXPECT_TRUE(IsClosed(Connect()));
  Send(second, "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(ReadAll(second), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(MetricsHttpServerTest, StopsWithConnectionsOpen) {
  const FileDescriptor connection = Connect();
  send(connection.get(), "GET /metr", 9, MSG_NOSIGNAL);
  server_.reset();
  EXPECT_EQ(ReadAll(connection), "");
}

TEST_F(MetricsHttpServerTest, AcceptsAgainAfterDescriptorsRanOut) {
  // A connection that the kernel has taken, and the server cannot.
  const FileDescriptor waiting(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none = {static_cast<rlim_t>(waiting.get()), before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(server_->port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int connected =
      connect(waiting.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address));
  const std::string request = "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  send(waiting.get(), request.data(), request.size(), MSG_NOSIGNAL);
  // Nothing comes while there are none.
  const timeval patience = {0, 300'000};
  setsockopt(waiting.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  const std::string early = ReadAll(waiting);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);

  EXPECT_EQ(connected, 0);
  EXPECT_EQ(early, "");
  const timeval forever = {30, 0};
  setsockopt(waiting.get(), SOL_SOCKET, SO_RCVTIMEO, &forever, sizeof(forever));
  EXPECT_THAT(ReadAll(waiting), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(MetricsHttpServerTest, ReportsAPortThatIsTaken) {
  MetricsHttpServerOptions options;
  options.address.host = "127.0.0.1";
  options.address.port = server_->port();
  const auto second = MetricsHttpServer::Start(options, {[] { return ""; }, [] { return true; }});
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(second.status().message(), HasSubstr(absl::StrCat("127.0.0.1 port ", server_->port(),
                                                                ": Address already in use")));
}

TEST(MetricsHttpServer, ServesIpv6WhereThereIsAny) {
  MetricsHttpServerOptions options;
  options.address = *LoopbackAddress::Parse("[::1]:0");
  const auto server = MetricsHttpServer::Start(options, {[] { return ""; }, [] { return true; }});
  if (!server.ok()) GTEST_SKIP() << server.status();
  EXPECT_NE((*server)->port(), 0);
}

}  // namespace
}  // namespace registryd
