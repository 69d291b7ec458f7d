#include "registry/net/curl_http_transport.h"

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "registry/net/curl/transport_fixture.h"
#include "registry/net/testing/recorded_exchange.h"
#include "registry/net/testing/scripted_body.h"
#include "registry/net/testing/scripted_http_server.h"
#include "registry/net/testing/wire_faults.h"

namespace registryd {
namespace {

using ::testing::HasSubstr;

std::string Url(const ScriptedHttpServer& server, absl::string_view host) {
  return UrlOf("http", host, server);
}

// How many connections the server saw for a request, then `other`, then the first
// request again.
struct ReuseCase {
  std::string name;
  std::function<void(HttpRequest&, HttpOptions&, const ScriptedHttpServer&)> change;
  size_t connections = 2;

  friend void PrintTo(const ReuseCase& c, std::ostream* out) { *out << c.name; }
};

class ReuseTest : public testing::TestWithParam<ReuseCase> {};

TEST_P(ReuseTest, KeepsToTheKey) {
  ScriptedHttpServer server;
  server.Reply("", "*", {});
  auto transport = NewTransport();
  const auto send = [&](bool changed) {
    HttpRequest request = Get(Url(server, "one.test"));
    HttpOptions options = At({"127.0.0.1"});
    options.connection_group = "alice";
    if (changed) GetParam().change(request, options, server);
    EXPECT_EQ(Fetch(*transport, std::move(request), std::move(options)), absl::OkStatus());
  };
  send(false);
  send(true);
  send(false);
  send(true);
  ASSERT_EQ(server.requests().size(), 4);
  EXPECT_EQ(server.accepted(), GetParam().connections);
  EXPECT_EQ(server.requests()[0].connection, server.requests()[2].connection);
  EXPECT_EQ(server.requests()[1].connection, server.requests()[3].connection);
  EXPECT_EQ(transport->stats().connections_opened, GetParam().connections);
  EXPECT_EQ(transport->stats().connections_reused, 4 - GetParam().connections);
}

HttpProxy ProxyAt(const ScriptedHttpServer& server, std::string authorization) {
  HttpProxy proxy;
  proxy.url = absl::StrCat("http://proxy.test:", server.port());
  proxy.authorization = Secret(std::move(authorization));
  proxy.addresses = {*IpAddress::Parse("127.0.0.1")};
  return proxy;
}

INSTANTIATE_TEST_SUITE_P(
    All, ReuseTest,
    testing::Values(
        ReuseCase{"Nothing", [](auto&, auto&, auto&) {}, 1},
        ReuseCase{"Path",
                  [](auto& request, auto&, auto& server) {
                    request.url = absl::StrCat("http://one.test:", server.port(), "/other?n=1");
                  },
                  1},
        ReuseCase{"Method", [](auto& request, auto&, auto&) { request.method = "POST"; }, 1},
        ReuseCase{"Headers",
                  [](auto& request, auto&, auto&) {
                    request.headers.push_back({"A", "b"});
                  },
                  1},
        ReuseCase{"LetterCaseOfHost",
                  [](auto& request, auto&, auto& server) { request.url = Url(server, "ONE.test"); },
                  1},
        ReuseCase{"Host", [](auto& request, auto&,
                             auto& server) { request.url = Url(server, "two.test"); }},
        ReuseCase{"Addresses",
                  [](auto&, auto& options, auto&) {
                    options.addresses.push_back(*IpAddress::Parse("127.0.0.2"));
                  }},
        ReuseCase{"Group", [](auto&, auto& options, auto&) { options.connection_group = "bob"; }},
        ReuseCase{"GroupOfNobody",
                  [](auto&, auto& options, auto&) { options.connection_group = ""; }},
        ReuseCase{"Proxy",
                  [](auto&, auto& options, auto& server) { options.proxy = ProxyAt(server, ""); }},
        ReuseCase{"BodyOfUnknownSize",
                  [](auto&, auto& options, auto&) { options.max_body_bytes = std::nullopt; }}),
    [](const auto& info) { return info.param.name; });

TEST(CurlHttpTransport, ProxyCredentialsShareNoConnection) {
  ScriptedHttpServer server;
  server.Reply("", "*", {});
  auto transport = NewTransport();
  for (const char* authorization : {"Basic YQ==", "Basic Yg==", "Basic YQ=="}) {
    HttpOptions options;
    options.proxy = ProxyAt(server, authorization);
    EXPECT_EQ(Fetch(*transport, Get("http://one.test/"), std::move(options)), absl::OkStatus());
  }
  EXPECT_EQ(server.accepted(), 2);
  EXPECT_EQ(server.requests()[0].connection, server.requests()[2].connection);
}

TEST(CurlHttpTransport, OneConnectionServesAThousandRequests) {
  ScriptedHttpServer server;
  server.Reply("", "*", {});
  auto transport = NewTransport();
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(Fetch(*transport, Get(server.url())), absl::OkStatus());
  }
  const CurlHttpTransport::Stats stats = transport->stats();
  EXPECT_EQ(stats.requests, 1000);
  EXPECT_EQ(stats.connections_opened, 1);
  EXPECT_EQ(stats.connections_reused, 999);
  EXPECT_EQ(stats.connections, 1);
  EXPECT_EQ(stats.idle, 1);
  EXPECT_EQ(stats.keys, 1);
  EXPECT_EQ(stats.active, 0);
  EXPECT_TRUE(stats.failures.empty());
}

TEST(CurlHttpTransport, ClosesIdleConnectionsInTime) {
  ScriptedHttpServer server;
  server.Reply("", "*", {});
  CurlHttpTransportOptions options;
  options.idle_lifetime = absl::Milliseconds(50);
  auto transport = NewTransport(options);
  EXPECT_EQ(Fetch(*transport, Get(server.url())), absl::OkStatus());
  EXPECT_TRUE(server.AwaitOpen(0));
}

TEST(CurlHttpTransport, KeepsFewIdleConnections) {
  ScriptedHttpServer server;
  server.Reply("", "*", {});
  CurlHttpTransportOptions options;
  options.max_idle = 3;
  auto transport = NewTransport(options);
  for (int i = 0; i < 10; ++i) {
    HttpOptions group;
    group.connection_group = absl::StrCat(i);
    EXPECT_EQ(Fetch(*transport, Get(server.url()), std::move(group)), absl::OkStatus());
  }
  EXPECT_TRUE(server.AwaitOpen(3));
  // Those that were used last.
  HttpOptions last;
  last.connection_group = "9";
  EXPECT_EQ(Fetch(*transport, Get(server.url()), std::move(last)), absl::OkStatus());
  EXPECT_EQ(transport->stats().connections_reused, 1);
}

TEST(CurlHttpTransport, IdleConnectionsOfABusyKeyDriveOutNoOthers) {
  ScriptedHttpServer server;
  const WireStep answer = WireStep::Send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  server.Reply("", "/short", ScriptedResponse::Raw({WireStep::Stall(), answer}));
  server.Reply("", "/long", ScriptedResponse::Raw({WireStep::Stall(), WireStep::Stall(), answer}));
  server.Reply("", "*", {});
  CurlHttpTransportOptions options;
  options.max_idle = 3;
  auto transport = NewTransport(options);
  HttpOptions busy;
  busy.connection_group = "busy";
  RecordedExchange last;
  transport->Send(Get(server.url("/long")), busy, {}, last.Receiver());
  std::vector<std::unique_ptr<RecordedExchange>> exchanges;
  for (int i = 0; i < 5; ++i) {
    exchanges.push_back(std::make_unique<RecordedExchange>());
    transport->Send(Get(server.url("/short")), busy, {}, exchanges.back()->Receiver());
  }
  ASSERT_TRUE(server.AwaitStalled(6));
  server.Release();
  for (const auto& exchange : exchanges) EXPECT_EQ(exchange->Await(), absl::OkStatus());
  EXPECT_EQ(transport->stats().idle, 5);

  for (int i = 0; i < 10; ++i) EXPECT_EQ(Fetch(*transport, Get(server.url())), absl::OkStatus());
  EXPECT_EQ(server.accepted(), 7);
  // The last of the key's requests has them counted.
  ASSERT_TRUE(server.AwaitStalled(1));
  server.Release();
  EXPECT_EQ(last.Await(), absl::OkStatus());
  EXPECT_TRUE(server.AwaitOpen(0));
}

TEST(CurlHttpTransport, KeepsFewIdleConnectionsOfAKey) {
  ScriptedHttpServer server;
  server.Reply(
      "", "*",
      ScriptedResponse::Raw(
          {WireStep::Stall(), WireStep::Send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")}));
  CurlHttpTransportOptions options;
  options.max_idle_per_key = 2;
  auto transport = NewTransport(options);
  std::vector<std::unique_ptr<RecordedExchange>> exchanges;
  for (int i = 0; i < 10; ++i) {
    exchanges.push_back(std::make_unique<RecordedExchange>());
    transport->Send(Get(server.url()), {}, {}, exchanges.back()->Receiver());
  }
  ASSERT_TRUE(server.AwaitStalled(10));
  server.Release();
  for (const auto& exchange : exchanges) EXPECT_EQ(exchange->Await(), absl::OkStatus());
  // None, where they all end at the same moment.
  EXPECT_TRUE(server.AwaitOpen(2) || server.AwaitOpen(0)) << server.open();
}

TEST(CurlHttpTransport, SendsAgainOnAConnectionThatHadEnded) {
  ScriptedHttpServer server;
  server.Reply(
      "POST", "/first",
      ScriptedResponse::Raw({WireStep::Send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")}));
  // Accepts the request, and ends the connection as if it had never been idle.
  server.Add({"POST", "/second", ScriptedResponse::Raw({WireStep::Reset()}), nullptr, {}, {}, 1});
  server.Reply("POST", "/second", {201});
  auto transport = NewTransport();
  const auto post = [&](const std::string& path) {
    HttpRequest request = Get(server.url(path));
    request.method = "POST";
    request.body = ScriptedBody({"grant_type=", "a"}).Source();
    return request;
  };
  EXPECT_EQ(Fetch(*transport, post("/first")), absl::OkStatus());
  RecordedExchange second;
  transport->Send(post("/second"), {}, {}, second.Receiver());
  EXPECT_EQ(second.Await(), absl::OkStatus());
  EXPECT_EQ(second.head().status, 201);
  EXPECT_EQ(server.requests().back().body, "grant_type=a");
  EXPECT_EQ(server.accepted(), 2);
}

TEST(CurlHttpTransport, LooksNoNameUp) {
  ScriptedHttpServer server;
  auto transport = NewTransport();
  const absl::Status status = Fetch(*transport, Get(Url(server, "localhost")));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(status), Reason::kConnectionFailed);
  EXPECT_THAT(std::string(status.message()), HasSubstr("there is no address for localhost:"));
  EXPECT_EQ(server.accepted(), 0);
}

TEST(CurlHttpTransport, DialsTheAddressesAndNotTheHost) {
  ScriptedHttpServerOptions options;
  options.address = "127.0.0.3";
  ScriptedHttpServer server(options);
  server.Reply("", "*", {});
  auto transport = NewTransport();
  for (const char* host : {"localhost", "127.0.0.1", "[::1]", "trailing.dot.", "UPPER_case"}) {
    SCOPED_TRACE(host);
    EXPECT_EQ(Fetch(*transport, Get(Url(server, host)), At({"127.0.0.3"})), absl::OkStatus());
  }
  EXPECT_EQ(server.requests().size(), 5);
  EXPECT_EQ(server.requests()[0].Find("Host"), absl::StrCat("localhost:", server.port()));
  EXPECT_EQ(server.requests()[2].Find("Host"), absl::StrCat("[::1]:", server.port()));
}

TEST(CurlHttpTransport, TriesTheNextAddress) {
  ScriptedHttpServer server;
  server.Reply("", "*", {});
  auto transport = NewTransport();
  EXPECT_EQ(Fetch(*transport, Get(Url(server, "a.test")), At({"127.0.0.5", "::1", "127.0.0.1"})),
            absl::OkStatus());
  const absl::Status status =
      Fetch(*transport, Get(Url(server, "a.test")), At({"127.0.0.5", "127.0.0.6"}));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(std::string(status.message()),
            absl::StrCat("cannot connect to a.test:", server.port(),
                         " (127.0.0.5, 127.0.0.6): Connection refused"));
}

// What came while no request was under way: a server's word that it waited too long, and an
// answer too many.
TEST(CurlHttpTransport, TakesNothingForAnAnswerThatCameBeforeItsRequest) {
  for (const char* stray : {"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n",
                            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nother", "x"}) {
    ScriptedHttpServer server;
    server.Reply("", "/",
                 ScriptedResponse::Raw("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmin",
                                       {WireStep::Drip("e", absl::Milliseconds(20)),
                                        WireStep::Send(stray), WireStep::Stall()}));
    auto transport = NewTransport();
    EXPECT_EQ(Fetch(*transport, Get(server.url())), absl::OkStatus());
    ASSERT_TRUE(server.AwaitStalled(1));
    RecordedExchange exchange;
    transport->Send(Get(server.url()), {}, {}, exchange.Receiver());
    EXPECT_EQ(exchange.Await(), absl::OkStatus()) << stray;
    EXPECT_EQ(exchange.head().status, 200) << stray;
    EXPECT_EQ(exchange.body(), "mine") << stray;
    EXPECT_EQ(server.accepted(), 2) << stray;
  }
}

TEST(CurlHttpTransport, ConnectsToIpv6) {
  if (!ScriptedHttpServer::HasIpv6()) GTEST_SKIP() << "no IPv6 here";
  ScriptedHttpServerOptions options;
  options.address = "::1";
  ScriptedHttpServer server(options);
  server.Reply("", "*", {});
  auto transport = NewTransport();
  EXPECT_EQ(Fetch(*transport, Get(server.url())), absl::OkStatus());
  EXPECT_EQ(Fetch(*transport, Get(Url(server, "a.test")), At({"::1"})), absl::OkStatus());
  EXPECT_EQ(server.requests()[0].Find("Host"), server.host_port());
}

TEST(CurlHttpTransport, TakesNothingFromTheEnvironment) {
  ScriptedHttpServer server;
  server.Reply("", "*", {});
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  setenv("all_proxy", "http://127.0.0.1:1", 1);
  auto transport = NewTransport();
  EXPECT_EQ(Fetch(*transport, Get(server.url())), absl::OkStatus());
  setenv("no_proxy", "*", 1);
  HttpOptions options;
  options.proxy = ProxyAt(server, "");
  EXPECT_EQ(Fetch(*transport, Get("http://one.test/a"), std::move(options)), absl::OkStatus());
  EXPECT_EQ(server.requests()[1].target, "http://one.test/a");
  unsetenv("http_proxy");
  unsetenv("all_proxy");
  unsetenv("no_proxy");
}

TEST(CurlHttpTransport, SendsExactlyThis) {
  ScriptedHttpServer server;
  server.Reply("", "*", {});
  auto transport = NewTransport();
  const auto wire = [&](HttpRequest request, HttpOptions options = {}) {
    const size_t before = server.accepted();
    options.connection_group = absl::StrCat(before);
    EXPECT_EQ(Fetch(*transport, std::move(request), std::move(options)), absl::OkStatus());
    return server.connections()[before].wire;
  };
  const std::string host = absl::StrCat("Host: ", server.host_port(), "\r\n");
  EXPECT_EQ(wire(Get(server.url("/a/../b?c=%2f"))),
            absl::StrCat("GET /a/../b?c=%2f HTTP/1.1\r\n", host, "Accept-Encoding: gzip\r\n\r\n"));
  HttpOptions plain;
  plain.decompress = false;
  EXPECT_EQ(wire(Get(server.url()), plain), absl::StrCat("GET / HTTP/1.1\r\n", host, "\r\n"));

  HttpRequest request = Get(server.url());
  request.method = "HEAD";
  request.headers = {{"Accept", "a/b"}, {"X-Empty", ""}, {"Range", "bytes=1-"}};
  request.secret_headers.push_back({"Authorization", Secret(std::string("Basic eA=="))});
  EXPECT_EQ(wire(std::move(request)), absl::StrCat("HEAD / HTTP/1.1\r\n", host,
                                                   "Accept: a/b\r\nX-Empty:\r\nRange: bytes=1-\r\n"
                                                   "Authorization: Basic eA==\r\n\r\n"));

  request = Get(server.url());
  request.method = "POST";
  EXPECT_EQ(wire(std::move(request), plain),
            absl::StrCat("POST / HTTP/1.1\r\n", host, "Content-Length: 0\r\n\r\n"));
  request = Get(server.url());
  request.method = "DELETE";
  EXPECT_EQ(wire(std::move(request), plain), absl::StrCat("DELETE / HTTP/1.1\r\n", host, "\r\n"));
  request = Get(server.url());
  request.method = "PUT";
  request.body = ScriptedBody({"ab", "c"}).Source();
  EXPECT_EQ(wire(std::move(request), plain),
            absl::StrCat("PUT / HTTP/1.1\r\n", host,
                         "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"));
}

TEST(CurlHttpTransport, RefusesMoreThanItMayCarry) {
  ScriptedHttpServer server;
  server.Reply("", "*", StallBeforeHead());
  CurlHttpTransportOptions options;
  options.max_active = 2;
  auto transport = NewTransport(options);
  auto cancellation = std::make_shared<Cancellation>();
  RecordedExchange first;
  RecordedExchange second;
  transport->Send(Get(server.url()), {}, {absl::InfiniteFuture(), cancellation}, first.Receiver());
  transport->Send(Get(server.url()), {}, {absl::InfiniteFuture(), cancellation}, second.Receiver());
  const absl::Status status = Fetch(*transport, Get(server.url()));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(status), Reason::kOverloaded);
  EXPECT_EQ(transport->stats().failures.at(Reason::kOverloaded), 1);
  cancellation->Cancel();
  EXPECT_EQ(first.Await().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(second.Await().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(transport->stats().active, 0);
}

TEST(CurlHttpTransport, DestructorEndsWhatIsActive) {
  ScriptedHttpServer server;
  server.Reply("", "*", StallInBody());
  auto transport = NewTransport();
  std::vector<std::unique_ptr<RecordedExchange>> exchanges;
  // What is sent while the transport ends is refused.
  RecordedExchange late;
  for (int i = 0; i < 20; ++i) {
    exchanges.push_back(std::make_unique<RecordedExchange>());
    if (i == 0) {
      exchanges[0]->on_done = [&, raw = transport.get()] {
        raw->Send(Get(server.url()), {}, {}, late.Receiver());
      };
    }
    transport->Send(Get(server.url()), {}, {}, exchanges.back()->Receiver());
  }
  for (const auto& exchange : exchanges) ASSERT_TRUE(exchange->AwaitHead());
  transport = nullptr;
  for (const auto& exchange : exchanges) {
    ASSERT_TRUE(exchange->done());
    EXPECT_EQ(exchange->Await().code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(ReasonOf(exchange->Await()), Reason::kShuttingDown);
  }
  EXPECT_EQ(ReasonOf(late.Await()), Reason::kShuttingDown);
  EXPECT_TRUE(server.AwaitOpen(0));
}

TEST(CurlHttpTransport, ResumeAfterTheEndDoesNothing) {
  ScriptedHttpServer server;
  server.Reply("", "*", EndlessBody());
  auto transport = NewTransport();
  RecordedExchange exchange;
  exchange.hold = true;
  HttpOptions options;
  options.max_body_bytes = std::nullopt;
  transport->Send(Get(server.url()), options, {}, exchange.Receiver());
  ASSERT_TRUE(exchange.AwaitHeld());
  HttpReceiver::Resume resume = exchange.TakeResume();
  transport = nullptr;
  EXPECT_EQ(ReasonOf(exchange.Await()), Reason::kShuttingDown);
  std::move(resume)();
}

}  // namespace
}  // namespace registryd
