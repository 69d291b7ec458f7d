#include "registry/net/testing/scripted_http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cerrno>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "registry/net/testing/internal/plain_client.h"
#include "registry/net/testing/scripted_http_message.h"
#include "registry/net/testing/wire_faults.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

TEST(ScriptedHttpServerTest, AnswersAndRemembers) {
  ScriptedHttpServer server;
  server.Reply("GET", "/v2/", {401, {{"WWW-Authenticate", "Basic"}}, "denied"});
  PlainClient client(server);
  EXPECT_EQ(
      client.Ask("GET /v2/?n=1 HTTP/1.1\r\nHost: x\r\nX-A: one\r\nx-a: two\r\n\r\n", "denied"),
      "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nContent-Length: 6\r\n\r\n"
      "denied");
  const auto requests = server.requests();
  ASSERT_THAT(requests, SizeIs(1));
  EXPECT_EQ(requests[0].method, "GET");
  EXPECT_EQ(requests[0].target, "/v2/?n=1");
  EXPECT_EQ(requests[0].path(), "/v2/");
  EXPECT_EQ(requests[0].query(), "n=1");
  EXPECT_THAT(requests[0].headers, ElementsAre(HttpHeader{"Host", "x"}, HttpHeader{"X-A", "one"},
                                               HttpHeader{"x-a", "two"}));
  EXPECT_EQ(requests[0].Find("X-a"), "one");
  EXPECT_EQ(requests[0].Find("X-B"), std::nullopt);
  ASSERT_THAT(server.connections(), SizeIs(1));
  EXPECT_EQ(server.connections()[0].wire,
            "GET /v2/?n=1 HTTP/1.1\r\nHost: x\r\nX-A: one\r\nx-a: two\r\n\r\n");
  EXPECT_TRUE(server.Received("x-a: two"));
  EXPECT_FALSE(server.Received("x-a: three"));
}

TEST(ScriptedHttpServerTest, ReadsBodies) {
  ScriptedHttpServer server;
  server.Reply("PUT", "*", {201});
  PlainClient client(server);
  const absl::string_view created = "Content-Length: 0\r\n\r\n";
  client.Ask("PUT /a HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello", created);
  client.Ask(
      "PUT /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
      created);
  client.Ask("PUT /c HTTP/1.1\r\n\r\n", created);
  const auto requests = server.requests();
  ASSERT_THAT(requests, SizeIs(3));
  EXPECT_EQ(requests[0].body, "hello");
  EXPECT_EQ(requests[1].body, "hello");
  EXPECT_EQ(requests[2].body, "");
  EXPECT_EQ(server.accepted(), 1u);
}

TEST(ScriptedHttpServerTest, SaysContinueWhenAsked) {
  ScriptedHttpServer server;
  server.Reply("PUT", "/", {201});
  PlainClient client(server);
  EXPECT_EQ(
      client.Ask("PUT / HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n", "\r\n\r\n"),
      "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_THAT(client.Ask("ab", "\r\n\r\n"), StartsWith("HTTP/1.1 201 "));
}

TEST(ScriptedHttpServerTest, AnswersBeforeTheBody) {
  ScriptedHttpServer server;
  ScriptedRule rule;
  rule.path = "/";
  rule.response = {401, {}, "no"};
  rule.before_body = true;
  server.Add(rule);
  PlainClient client(server);
  EXPECT_THAT(client.Ask("PUT / HTTP/1.1\r\nContent-Length: 2\r\n\r\n", "no"),
              StartsWith("HTTP/1.1 401 "));
  EXPECT_EQ(client.ReadAll(), "");
  EXPECT_EQ(client.error(), 0);
}

TEST(ScriptedHttpServerTest, RulesMatchInOrder) {
  ScriptedHttpServer server;
  ScriptedRule rule;
  rule.path = "/v2/*";
  rule.response = {200, {}, "basic"};
  rule.when = {{"Authorization", "Basic "}};
  server.Add(rule);
  rule.response = {200, {}, "anonymous"};
  rule.when = {{"Authorization", std::nullopt}};
  rule.query = {"n=1"};
  server.Add(rule);
  server.Reply("GET", "/v2/x", {200, {}, "once"}, 1);
  server.Handle("GET", "/v2/x", [](const ScriptedRequest& request) {
    return ScriptedResponse{200, {}, absl::StrCat("handled ", request.query())};
  });
  PlainClient client(server);
  const auto ask = [&](absl::string_view head) {
    client.Send(absl::StrCat(head, "\r\n\r\n"));
    const std::string response = client.ReadTo("\r\n\r\n");
    const size_t at = response.find("Content-Length: ") + 16;
    std::string body(static_cast<size_t>(std::stoi(response.substr(at))), '\0');
    ::recv(client.socket(), body.data(), body.size(), MSG_WAITALL);
    return body;
  };
  EXPECT_EQ(ask("GET /v2/x?a=b HTTP/1.1\r\nAuthorization: Basic x"), "basic");
  EXPECT_EQ(ask("GET /v2/x?m=1&n=1 HTTP/1.1"), "anonymous");
  EXPECT_EQ(ask("GET /v2/x?n=12 HTTP/1.1"), "once");
  EXPECT_EQ(ask("GET /v2/x?n=12 HTTP/1.1"), "handled n=12");
  EXPECT_EQ(ask("POST /v2/x?n=12 HTTP/1.1"), "nothing is scripted for this");
  EXPECT_EQ(ask("GET /v2?n=1 HTTP/1.1"), "nothing is scripted for this");
}

TEST(ScriptedHttpServerTest, FramesResponses) {
  using Framing = ScriptedResponse::Framing;
  const struct {
    const char* name;
    ScriptedResponse response;
    const char* method;
    const char* bytes;
    bool closes;
  } cases[] = {
      {"length", {200, {}, "abc"}, "GET", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", false},
      {"head", {200, {}, "abc"}, "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", false},
      {"chunked",
       {200, {}, "abc", Framing::kChunked},
       "GET",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
       false},
      {"empty chunked",
       {200, {}, "", Framing::kChunked},
       "GET",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       false},
      {"to the end",
       {200, {}, "abc", Framing::kClose},
       "GET",
       "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc",
       true},
      {"no content", {204, {}, "abc"}, "GET", "HTTP/1.1 204 Scripted\r\n\r\n", false},
      {"length of one's own",
       {200, {{"content-length", "9"}}, "abc"},
       "GET",
       "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc",
       false},
      {"close",
       {200, {}, "a", Framing::kLength, false},
       "GET",
       "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\na",
       true},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    ScriptedHttpServer server;
    server.Reply("", "/", c.response);
    PlainClient client(server);
    client.Send(absl::StrCat(c.method, " / HTTP/1.1\r\n\r\n"));
    if (!c.closes) {
      EXPECT_EQ(client.ReadTo(c.bytes), c.bytes);
    } else {
      EXPECT_EQ(client.ReadAll(), c.bytes);
      EXPECT_TRUE(server.AwaitOpen(0));
    }
  }
}

TEST(ScriptedHttpServerTest, ClosesWhenTheClientSaysSo) {
  ScriptedHttpServer server;
  server.Reply("GET", "/", {204});
  PlainClient client(server);
  EXPECT_EQ(client.Ask("GET / HTTP/1.1\r\nConnection: close\r\n\r\n", ""),
            "HTTP/1.1 204 Scripted\r\n\r\n");
}

TEST(ScriptedHttpServerTest, Faults) {
  const struct {
    const char* name;
    ScriptedResponse response;
    const char* bytes;
    int error;
  } cases[] = {
      {"close", CloseWithoutAnswer(), "", 0},
      {"close in head", CloseInHead(), "HTTP/1.1 200 OK\r\nContent-Le", 0},
      {"close in body", CloseInBody(), "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart", 0},
      {"reset", ResetBeforeHead(), "", ECONNRESET},
      {"drip",
       ScriptedResponse::Raw({WireStep::Drip("abc", absl::Milliseconds(1)), WireStep::Close()}),
       "abc", 0},
      {"interim", AfterInterim({"HTTP/1.1 100 Continue\r\n\r\n"}, {204, {}, "", {}, false}),
       "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 Scripted\r\nConnection: close\r\n\r\n", 0},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    ScriptedHttpServer server;
    server.Reply("GET", "/", c.response);
    PlainClient client(server);
    EXPECT_EQ(client.Ask(kGet, ""), c.bytes);
    EXPECT_EQ(client.error(), c.error);
    EXPECT_TRUE(server.AwaitOpen(0));
  }
}

TEST(ScriptedHttpServerTest, RepeatsUntilTheClientCloses) {
  for (const absl::Duration interval : {absl::ZeroDuration(), absl::Milliseconds(1)}) {
    ScriptedHttpServer server;
    server.Reply("GET", "/", ScriptedResponse::Raw({WireStep::Repeat("abc", interval)}));
    {
      PlainClient client(server);
      client.Send(kGet);
      std::string bytes(300, '\0');
      EXPECT_EQ(::recv(client.socket(), bytes.data(), bytes.size(), MSG_WAITALL), 300);
      EXPECT_THAT(bytes, StartsWith("abcabc"));
      EXPECT_EQ(server.open(), 1u);
    }
    EXPECT_TRUE(server.AwaitOpen(0));
    EXPECT_GE(server.bytes_sent(), 300u);
  }
}

TEST(ScriptedHttpServerTest, StallsUntilReleased) {
  ScriptedHttpServer server;
  server.Reply(
      "GET", "/",
      ScriptedResponse::Raw({WireStep::Stall(), WireStep::Send("end"), WireStep::Close()}));
  EXPECT_FALSE(server.AwaitStalled(1, absl::ZeroDuration()));
  PlainClient client(server);
  client.Send(kGet);
  ASSERT_TRUE(server.AwaitStalled(1));
  server.Release();
  EXPECT_EQ(client.ReadAll(), "end");
  EXPECT_FALSE(server.AwaitStalled(1, absl::ZeroDuration()));
}

TEST(ScriptedHttpServerTest, NoticesTheClientsCloseInAStall) {
  ScriptedHttpServer server;
  server.Reply("GET", "/", StallInBody());
  {
    PlainClient client(server);
    client.Send(kGet);
    ASSERT_TRUE(server.AwaitStalled(1));
    EXPECT_FALSE(server.AwaitOpen(0, absl::ZeroDuration()));
  }
  EXPECT_TRUE(server.AwaitOpen(0));
}

TEST(ScriptedHttpServerTest, GreetsBeforeAnyRequest) {
  ScriptedHttpServerOptions options;
  options.greeting = {WireStep::Send("220 mail"), WireStep::Close()};
  ScriptedHttpServer server(std::move(options));
  PlainClient client(server);
  EXPECT_EQ(client.ReadAll(), "220 mail");
}

TEST(ScriptedHttpServerTest, RemembersWhatIsNoHttp) {
  ScriptedHttpServer server;
  PlainClient client(server);
  const std::string hello("\x16\x03\x01\x00\xffs3cr3t", 11);
  EXPECT_THAT(client.Ask(hello, ""), StartsWith("HTTP/1.1 400 "));
  EXPECT_EQ(server.connections().at(0).wire, hello);
  EXPECT_TRUE(server.Received("s3cr3t"));
  EXPECT_THAT(server.requests(), IsEmpty());
}

TEST(ScriptedHttpServerTest, SamePortAtAnotherAddress) {
  ScriptedHttpServer one;
  ScriptedHttpServerOptions options;
  options.address = "127.0.0.2";
  options.port = one.port();
  ScriptedHttpServer two(std::move(options));
  two.Reply("GET", "/", {204});
  EXPECT_EQ(two.host_port(), absl::StrCat("127.0.0.2:", one.port()));
  PlainClient client(two, "127.0.0.2");
  EXPECT_THAT(client.Ask(kGet, "\r\n\r\n"), StartsWith("HTTP/1.1 204 "));
  EXPECT_EQ(one.accepted(), 0u);
}

TEST(ScriptedHttpServerTest, Urls) {
  if (!ScriptedHttpServer::HasIpv6()) GTEST_SKIP() << "no IPv6 here";
  ScriptedHttpServerOptions options;
  options.address = "::1";
  const ScriptedHttpServer server(std::move(options));
  EXPECT_EQ(server.url("/v2/"), absl::StrCat("http://[::1]:", server.port(), "/v2/"));
}

TEST(ScriptedHttpServerTest, ServesManyAtOnce) {
  constexpr size_t kClients = 600;
  rlimit files = {};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &files), 0);
  files.rlim_cur = files.rlim_max;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &files), 0);
  ASSERT_GT(files.rlim_cur, 2 * kClients + 50);
  ScriptedHttpServer server;
  server.Reply("GET", "/", StallInBody());
  std::vector<PlainClient> clients;
  for (size_t i = 0; i < kClients; ++i) clients.emplace_back(server).Send(kGet);
  EXPECT_TRUE(server.AwaitStalled(kClients));
  EXPECT_EQ(server.open(), kClients);
  clients.clear();
  EXPECT_TRUE(server.AwaitOpen(0));
}

}  // namespace
}  // namespace registryd
