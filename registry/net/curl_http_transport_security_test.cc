// Rows 6, 12, 13 and 15 of docs/security.md, where CurlHttpTransport
// is what keeps them. Row 11 is in http_transport_contract_test.cc.

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "registry/base/cancellation.h"
#include "registry/base/error.h"
#include "registry/base/secret.h"
#include "registry/net/curl/transport_fixture.h"
#include "registry/net/curl_http_transport.h"
#include "registry/net/testing/recorded_exchange.h"
#include "registry/net/testing/scripted_body.h"
#include "registry/net/testing/scripted_http_message.h"
#include "registry/net/testing/scripted_http_server.h"
#include "registry/net/testing/wire_faults.h"
#include "registry/tls/test_certificates.h"

namespace registryd {
namespace {

constexpr char kHost[] = "registry.test";
constexpr char kCanary[] = "c4n4ry";

// Bytes of this process that are in memory. 0 under a sanitizer, which keeps what the
// program has freed.
uint64_t ResidentBytes() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return 0;
#endif
  std::ifstream statm("/proc/self/statm");
  uint64_t pages = 0;
  statm >> pages >> pages;
  return pages * 4096;
}

TestCertificateOptions ServerNamed(const std::string& name) {
  TestCertificateOptions options;
  options.dns_names = {name};
  return options;
}

// Row 6. The port where the TLS server listens is the one that plain http would go to,
// since the registry is named by it; each byte that came there is looked at.
TEST(SecurityRow6, NotOneByteInClearWhereTlsFails) {
  TestCertificateAuthority authority;
  TestCertificateAuthority stranger;
  TestCertificateOptions expired = ServerNamed(kHost);
  expired.not_before = absl::Now() - absl::Hours(48);
  expired.not_after = absl::Now() - absl::Hours(24);
  TestCertificateOptions early = ServerNamed(kHost);
  early.not_before = absl::Now() + absl::Hours(24);
  early.not_after = absl::Now() + absl::Hours(48);
  const TestCertificate good = authority.Issue(ServerNamed(kHost));
  ScriptedTls old = {good};
  old.max_version = 0x0302;
  ScriptedTls asks = {good};
  asks.client_authority_pem = authority.certificate_pem();
  ScriptedTls asks_in_tls12 = asks;
  asks_in_tls12.max_version = 0x0303;

  const auto refused = Reason::kTlsVerificationFailed;
  const auto failed = Reason::kConnectionFailed;
  const struct {
    const char* name;
    std::optional<ScriptedTls> tls;
    std::vector<WireStep> greeting;
    Reason reason;
  } cases[] = {
      {"unknown authority", ScriptedTls{stranger.Issue(ServerNamed(kHost))}, {}, refused},
      {"self-signed", ScriptedTls{MakeSelfSigned(ServerNamed(kHost))}, {}, refused},
      {"wrong name", ScriptedTls{authority.Issue(ServerNamed("other.test"))}, {}, refused},
      {"no name", ScriptedTls{authority.Issue({})}, {}, refused},
      {"expired", ScriptedTls{authority.Issue(expired)}, {}, refused},
      {"not valid yet", ScriptedTls{authority.Issue(early)}, {}, refused},
      {"TLS 1.1", old, {}, failed},
      {"no client certificate", asks, {}, failed},
      {"no client certificate, TLS 1.2", asks_in_tls12, {}, failed},
      {"plain http", std::nullopt, {}, failed},
      {"plain http, at once", std::nullopt, {WireStep::Send("HTTP/1.1 200 OK\r\n\r\n")}, failed},
      {"closes", std::nullopt, {WireStep::Close()}, failed},
      {"resets", std::nullopt, {WireStep::Reset()}, failed},
      {"garbage", std::nullopt, {WireStep::Send(std::string(1000, '\xff'))}, failed},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    ScriptedHttpServerOptions server_options;
    server_options.tls = c.tls;
    server_options.greeting = c.greeting;
    ScriptedHttpServer server(std::move(server_options));
    server.Reply("", "*", {200, {}, "should not have come"});
    const std::unique_ptr<CurlHttpTransport> transport = NewTransport();

    HttpRequest request = Get(UrlOf("https", kHost, server, absl::StrCat("/", kCanary)));
    request.method = "PUT";
    request.headers.push_back({"X-Canary", kCanary});
    request.secret_headers.push_back({"Authorization", Secret(std::string(kCanary))});
    request.body = ScriptedBody({std::string(kCanary)}, sizeof(kCanary) - 1).Source();
    HttpOptions options = At({"127.0.0.1"});
    HostCertificates certificates;
    certificates.roots.push_back({"ca.crt", authority.certificate_pem()});
    options.tls.certificates = std::make_shared<const HostCertificates>(std::move(certificates));
    RecordedExchange exchange;
    transport->Send(std::move(request), std::move(options), {}, exchange.Receiver());
    const absl::Status status = exchange.Await();
    EXPECT_EQ(status.code(), c.reason == refused ? absl::StatusCode::kFailedPrecondition
                                                 : absl::StatusCode::kUnavailable)
        << status;
    EXPECT_EQ(ReasonOf(status), c.reason) << status;
    EXPECT_FALSE(absl::StrContains(status.ToString(), kCanary)) << status;
    EXPECT_FALSE(exchange.has_head());

    EXPECT_TRUE(server.AwaitOpen(0));
    EXPECT_EQ(server.accepted(), 1u);
    EXPECT_FALSE(server.Received(kCanary));
    for (const ScriptedConnection& connection : server.connections()) {
      EXPECT_EQ(connection.plain, "");
      // A handshake record or nothing, and no line of text.
      EXPECT_TRUE(connection.wire.empty() || connection.wire[0] == '\x16');
      EXPECT_FALSE(absl::StrContains(connection.wire, "HTTP/"));
    }
  }
}

// Row 12. Bodies of this size are let in on purpose, so that what is kept of them shows.
TEST(SecurityRow12, EndlessAnswersMakeMemoryNoLarger) {
  constexpr uint64_t kBodyBytes = uint64_t{128} << 20;
  constexpr uint64_t kGrowth = uint64_t{8} << 20;
  const struct {
    const char* name;
    ScriptedResponse response;
  } cases[] = {
      {"endless body", EndlessBody()},
      {"huge length", HugeLength()},
      {"gzip bomb", GzipBomb(4 * kBodyBytes)},
      {"endless head", EndlessHead()},
      {"endless header", EndlessHeader()},
      {"endless status line", EndlessStatusLine()},
      {"endless interim responses", EndlessInterim()},
      {"endless trailer", EndlessTrailer()},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    ScriptedHttpServer server;
    server.Reply("GET", "/", c.response);
    const std::unique_ptr<CurlHttpTransport> transport = NewTransport();
    HttpOptions options;
    uint64_t before = 0;
    uint64_t most = 0;
    // The first time makes what is kept for later.
    for (const uint64_t limit : {uint64_t{1} << 20, kBodyBytes}) {
      options.max_body_bytes = limit;
      before = most = ResidentBytes();
      RecordedExchange exchange;
      exchange.keep_body = false;
      exchange.on_body = [&] { most = std::max(most, ResidentBytes()); };
      transport->Send(Get(server.url()), options, {}, exchange.Receiver());
      const absl::Status status = exchange.Await();
      EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
      EXPECT_EQ(ReasonOf(status), Reason::kResponseTooLarge);
      EXPECT_LE(exchange.body_bytes(), limit);
    }
    most = std::max(most, ResidentBytes());
    EXPECT_LE(most - before, kGrowth) << "of memory for a body of " << kBodyBytes;
  }
}

// Row 12, for what is no body and no header: it ends with the deadline.
TEST(SecurityRow12, EndlessChunkLineMakesMemoryNoLarger) {
  ScriptedHttpServer server;
  server.Reply("GET", "/", EndlessChunkLine());
  const std::unique_ptr<CurlHttpTransport> transport = NewTransport();
  const uint64_t before = ResidentBytes();
  const absl::Status status =
      Fetch(*transport, Get(server.url()), {}, {absl::Now() + absl::Seconds(2), nullptr});
  EXPECT_TRUE(absl::IsDeadlineExceeded(status)) << status;
  EXPECT_GT(server.bytes_sent(), uint64_t{16} << 20);
  EXPECT_LE(ResidentBytes() - before, uint64_t{8} << 20);
}

// Row 13. Deadlines are kept, and who asks elsewhere does not notice.
TEST(SecurityRow13, SlowServersHoldNobodyElseUp) {
  constexpr size_t kSlow = 500;
  constexpr int kFast = 100;
  constexpr absl::Duration kDeadline = absl::Seconds(4);
  ScriptedHttpServer slow;
  slow.Reply("GET", "/head", DripHead(absl::Seconds(1)));
  slow.Reply("GET", "/body", DripBody(absl::Seconds(1)));
  ScriptedHttpServer fast;
  fast.Reply("GET", "/", {200, {}, "fast"});
  const std::unique_ptr<CurlHttpTransport> transport = NewTransport();

  const absl::Time start = absl::Now();
  std::vector<RecordedExchange> exchanges(kSlow);
  for (size_t i = 0; i < kSlow; ++i) {
    transport->Send(Get(slow.url(i % 2 == 0 ? "/head" : "/body")), {}, {start + kDeadline, nullptr},
                    exchanges[i].Receiver());
  }
  ASSERT_TRUE(slow.AwaitRequests(kSlow));
  EXPECT_EQ(slow.open(), kSlow);
  const absl::Time fast_start = absl::Now();
  for (int i = 0; i < kFast; ++i) {
    EXPECT_EQ(Fetch(*transport, Get(fast.url())), absl::OkStatus());
  }
  const absl::Duration fast_time = absl::Now() - fast_start;
  EXPECT_EQ(transport->stats().active, kSlow) << "the slow ones ended before the fast ones";
  EXPECT_LT(fast_time, absl::Seconds(2));

  for (size_t i = 0; i < kSlow; ++i) {
    const absl::Status status = exchanges[i].Await();
    EXPECT_TRUE(absl::IsDeadlineExceeded(status)) << status;
    EXPECT_EQ(ReasonOf(status), Reason::kDeadlineExceeded);
    EXPECT_EQ(exchanges[i].has_head(), i % 2 == 1);
  }
  EXPECT_GE(absl::Now(), start + kDeadline);
  EXPECT_LT(absl::Now(), start + kDeadline + absl::Seconds(1));
  EXPECT_TRUE(slow.AwaitOpen(0));
}

// Row 15. How long it takes is up to the machine too: most of the times count.
TEST(SecurityRow15, CancellingFreesTheConnection) {
  constexpr int kTimes = 9;
  constexpr absl::Duration kLimit = absl::Milliseconds(100);
  const auto has_request = [](const ScriptedHttpServer& server, const RecordedExchange&) {
    return server.AwaitRequests(1);
  };
  const auto has_head = [](const ScriptedHttpServer&, const RecordedExchange& exchange) {
    return exchange.AwaitHead();
  };
  const auto is_held = [](const ScriptedHttpServer&, const RecordedExchange& exchange) {
    return exchange.AwaitHeld();
  };
  const auto is_accepted = [](const ScriptedHttpServer& server, const RecordedExchange&) {
    return server.AwaitAccepted(1);
  };
  const auto is_stalled = [](const ScriptedHttpServer& server, const RecordedExchange&) {
    return server.AwaitStalled(1);
  };
  const struct {
    const char* name;
    const char* scheme;
    ScriptedResponse response;
    std::function<bool(const ScriptedHttpServer&, const RecordedExchange&)> reached;
    bool hold = false;
    bool upload = false;
  } cases[] = {
      {"in the TLS handshake", "https", {}, is_accepted},
      {"before the head", "http", StallBeforeHead(), has_request},
      {"in the head", "http", StallInHead(), is_stalled},
      {"in the body", "http", StallInBody(), has_head},
      {"while the body comes", "http", EndlessBody(), has_head},
      {"while the receiver is awaited", "http", EndlessBody(), is_held, true},
      {"while the body is sent", "http", StallBeforeHead(), is_stalled, false, true},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    std::vector<absl::Duration> took;
    for (int i = 0; i < kTimes; ++i) {
      ScriptedHttpServerOptions server_options;
      // A server that says nothing is stuck in the handshake for whoever speaks TLS.
      if (c.scheme == std::string("https")) server_options.greeting = {WireStep::Stall()};
      ScriptedHttpServer server(std::move(server_options));
      ScriptedRule rule;
      rule.path = "/v2/";
      rule.response = c.response;
      rule.before_body = c.upload;
      server.Add(std::move(rule));
      const std::unique_ptr<CurlHttpTransport> transport = NewTransport();
      const auto cancellation = std::make_shared<Cancellation>();
      HttpRequest request = Get(UrlOf(c.scheme, "127.0.0.1", server));
      ScriptedBody body({"part"});
      body.Hold();
      if (c.upload) {
        request.method = "PUT";
        request.body = body.Source();
      }
      HttpOptions options;
      options.max_body_bytes = std::nullopt;
      RecordedExchange exchange;
      exchange.hold = c.hold;
      exchange.keep_body = false;
      transport->Send(std::move(request), std::move(options),
                      {absl::InfiniteFuture(), cancellation}, exchange.Receiver());
      ASSERT_TRUE(c.reached(server, exchange));
      EXPECT_EQ(server.open(), 1u);
      const absl::Time start = absl::Now();
      cancellation->Cancel();
      ASSERT_TRUE(server.AwaitOpen(0));
      took.push_back(absl::Now() - start);
      const absl::Status status = exchange.Await();
      EXPECT_TRUE(absl::IsCancelled(status)) << status;
      EXPECT_EQ(transport->stats().connections, 0u);
    }
    std::sort(took.begin(), took.end());
    EXPECT_LE(took[kTimes / 2], kLimit);
  }
}

}  // namespace
}  // namespace registryd
