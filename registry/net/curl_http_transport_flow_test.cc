// How bytes flow through a CurlHttpTransport: held back, broken off, many at a time.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
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

size_t Threads() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return static_cast<size_t>(std::distance(begin(tasks), end(tasks)));
}

// Bytes of this process in memory; 0 where a sanitizer keeps its own accounts there.
uint64_t ResidentBytes() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return 0;
#endif
  std::ifstream statm("/proc/self/statm");
  uint64_t size = 0;
  uint64_t resident = 0;
  statm >> size >> resident;
  return resident * 4096;
}

HttpOptions Unlimited() {
  HttpOptions options;
  options.max_body_bytes = std::nullopt;
  return options;
}

// Waits until the server has filled all buffers on the way to receivers that hold back.
void AwaitStandstill(const ScriptedHttpServer& server) {
  uint64_t sent = 0;
  // On a busy machine a server may do nothing for a while.
  for (int quiet = 0; quiet < 5; ++quiet) {
    absl::SleepFor(absl::Milliseconds(100));
    if (server.bytes_sent() > sent) quiet = 0;
    sent = server.bytes_sent();
  }
}

struct CancelCase {
  std::string name;
  ScriptedResponse response;
  // Waits until the exchange is where it is to be cancelled.
  std::function<bool(const ScriptedHttpServer&, const RecordedExchange&)> reached;
  bool hold = false;

  friend void PrintTo(const CancelCase& c, std::ostream* out) { *out << c.name; }
};

class CancelTest : public testing::TestWithParam<CancelCase> {};

TEST_P(CancelTest, ClosesTheConnectionAtOnce) {
  ScriptedHttpServer server;
  server.Reply("", "*", GetParam().response);
  auto transport = NewTransport();
  // A busy machine may take its time once, but not always.
  absl::Duration fastest = absl::InfiniteDuration();
  for (int i = 1; i <= 5 && fastest >= absl::Milliseconds(100); ++i) {
    auto cancellation = std::make_shared<Cancellation>();
    RecordedExchange exchange;
    exchange.hold = GetParam().hold;
    exchange.keep_body = false;
    transport->Send(Get(server.url()), Unlimited(), {absl::InfiniteFuture(), cancellation},
                    exchange.Receiver());
    ASSERT_TRUE(server.AwaitRequests(i));
    ASSERT_TRUE(GetParam().reached(server, exchange));
    const absl::Time start = absl::Now();
    cancellation->Cancel();
    const absl::Status status = exchange.Await();
    EXPECT_TRUE(server.AwaitOpen(0));
    fastest = std::min(fastest, absl::Now() - start);
    EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
    EXPECT_EQ(ReasonOf(status), Reason::kCancelled);
    EXPECT_EQ(transport->stats().connections, 0);
  }
  EXPECT_LT(fastest, absl::Milliseconds(100));
}

INSTANTIATE_TEST_SUITE_P(
    All, CancelTest,
    testing::Values(CancelCase{"BeforeTheHead", StallBeforeHead(),
                               [](auto& server, auto&) { return server.AwaitStalled(1); }},
                    CancelCase{"InTheHead", StallInHead(),
                               [](auto& server, auto&) { return server.AwaitStalled(1); }},
                    CancelCase{"InTheBody", StallInBody(),
                               [](auto&, auto& exchange) { return exchange.AwaitHead(); }},
                    CancelCase{"InAnEndlessBody", EndlessBody(),
                               [](auto&, auto& exchange) { return exchange.AwaitHead(); }},
                    CancelCase{"WhileTheReceiverIsAwaited", EndlessBody(),
                               [](auto&, auto& exchange) { return exchange.AwaitHeld(); }, true}),
    [](const auto& info) { return info.param.name; });

TEST(CurlHttpTransportFlow, CancelsWhatHasNotBegun) {
  ScriptedHttpServer server;
  auto transport = NewTransport();
  auto cancellation = std::make_shared<Cancellation>();
  cancellation->Cancel();
  EXPECT_EQ(Fetch(*transport, Get(server.url()), {}, {absl::InfiniteFuture(), cancellation}).code(),
            absl::StatusCode::kCancelled);
  EXPECT_EQ(
      Fetch(*transport, Get(server.url()), {}, {absl::Now() - absl::Seconds(1), nullptr}).code(),
      absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(server.accepted(), 0);
}

TEST(CurlHttpTransportFlow, CancelsFromWithinACall) {
  ScriptedHttpServer server;
  server.Reply("", "*", EndlessBody());
  auto transport = NewTransport();
  for (int at = 0; at < 2; ++at) {
    auto cancellation = std::make_shared<Cancellation>();
    RecordedExchange exchange;
    (at == 0 ? exchange.on_head : exchange.on_body) = [cancellation] { cancellation->Cancel(); };
    transport->Send(Get(server.url()), Unlimited(), {absl::InfiniteFuture(), cancellation},
                    exchange.Receiver());
    EXPECT_EQ(exchange.Await().code(), absl::StatusCode::kCancelled);
  }
  EXPECT_TRUE(server.AwaitOpen(0));
}

TEST(CurlHttpTransportFlow, TheDeadlineHoldsWhileTheReceiverIsAwaited) {
  ScriptedHttpServer server;
  server.Reply("", "*", {200, {}, "hello"});
  auto transport = NewTransport();
  RecordedExchange exchange;
  exchange.hold = true;
  transport->Send(Get(server.url()), {}, {absl::Now() + absl::Milliseconds(100), nullptr},
                  exchange.Receiver());
  const absl::Status status = exchange.Await();
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(std::string(status.message()), HasSubstr("while receiving the answer of 127.0.0.1"));
  EXPECT_EQ(exchange.body(), "hello");
}

// A body without an end, whose receiver takes part after part when the test says so.
class HeldBodyTest : public testing::Test {
 protected:
  HeldBodyTest() {
    server_.Reply("", "*", EndlessBody());
    exchange_.hold = true;
    exchange_.keep_body = false;
    transport_->Send(Get(server_.url()), Unlimited(), {absl::InfiniteFuture(), cancellation_},
                     exchange_.Receiver());
  }

  void SetUp() override {
    ASSERT_TRUE(exchange_.AwaitHeld());
    AwaitStandstill(server_);
  }

  void TearDown() override {
    cancellation_->Cancel();
    EXPECT_EQ(exchange_.Await().code(), absl::StatusCode::kCancelled);
  }

  ScriptedHttpServer server_;
  std::unique_ptr<CurlHttpTransport> transport_ = NewTransport();
  std::shared_ptr<Cancellation> cancellation_ = std::make_shared<Cancellation>();
  RecordedExchange exchange_;
};

TEST_F(HeldBodyTest, HoldsTheServerBack) {
  const uint64_t resident = ResidentBytes();
  EXPECT_LT(server_.bytes_sent(), uint64_t{32} << 20);
  for (int i = 0; i < 200; ++i) {
    exchange_.Resume();
    ASSERT_TRUE(exchange_.AwaitHeld());
  }
  EXPECT_LT(ResidentBytes(), resident + (uint64_t{32} << 20));
}

TEST(CurlHttpTransportFlow, KeepsNothingOfWhatAReceiverThatIsAlwaysBehindHasTaken) {
  constexpr size_t kPart = size_t{64} << 10;
  ScriptedHttpServer server;
  server.Reply(
      "", "*",
      ScriptedResponse::Raw("HTTP/1.1 200 OK\r\n\r\n",
                            {WireStep::Repeat(std::string(kPart, 'x'), absl::Milliseconds(1))}));
  const auto transport = NewTransport();
  const auto cancellation = std::make_shared<Cancellation>();
  RecordedExchange exchange;
  exchange.hold = true;
  exchange.keep_body = false;
  transport->Send(Get(server.url()), Unlimited(), {absl::InfiniteFuture(), cancellation},
                  exchange.Receiver());
  ASSERT_TRUE(exchange.AwaitHeld());
  const uint64_t resident = ResidentBytes();
  // A part waits whenever one is let go, and never as many as would hold the server back.
  while (exchange.body_bytes() < size_t{64} << 20) {
    while (server.bytes_sent() < exchange.body_bytes() + 2 * kPart) {
      absl::SleepFor(absl::Milliseconds(1));
    }
    exchange.Resume();
    ASSERT_TRUE(exchange.AwaitHeld());
  }
  EXPECT_LT(ResidentBytes(), resident + (uint64_t{16} << 20));
  cancellation->Cancel();
  EXPECT_EQ(exchange.Await().code(), absl::StatusCode::kCancelled);
}

TEST_F(HeldBodyTest, ComesInLargeParts) {
  const uint64_t before = exchange_.body_bytes();
  exchange_.Resume();
  ASSERT_TRUE(exchange_.AwaitHeld());
  EXPECT_GE(exchange_.body_bytes() - before, uint64_t{512} << 10);
  EXPECT_LE(exchange_.body_bytes() - before, uint64_t{2} << 20);
}

// What is received ahead of them is bounded for all together, not for each.
TEST(CurlHttpTransportFlow, ManySlowReceiversTakeLittleMemoryEach) {
  constexpr size_t kMany = 500;
  // Of that, 200 KiB each are the server's and this test's.
  constexpr uint64_t kMostBytes = uint64_t{256} << 20;
  ScriptedHttpServer server;
  server.Reply("", "*", EndlessBody());
  auto transport = NewTransport();
  auto cancellation = std::make_shared<Cancellation>();
  const uint64_t before = ResidentBytes();
  std::vector<std::unique_ptr<RecordedExchange>> exchanges;
  for (size_t i = 0; i < kMany; ++i) {
    exchanges.push_back(std::make_unique<RecordedExchange>());
    exchanges.back()->hold = true;
    exchanges.back()->keep_body = false;
    transport->Send(Get(server.url()), Unlimited(), {absl::InfiniteFuture(), cancellation},
                    exchanges.back()->Receiver());
  }
  for (const auto& exchange : exchanges) ASSERT_TRUE(exchange->AwaitHeld());
  AwaitStandstill(server);
  EXPECT_LT(ResidentBytes(), before + kMostBytes);
  cancellation->Cancel();
  for (const auto& exchange : exchanges) {
    EXPECT_EQ(exchange->Await().code(), absl::StatusCode::kCancelled);
  }
}

TEST(CurlHttpTransportFlow, AGzipBombMakesMemoryNoLarger) {
  ScriptedHttpServer server;
  server.Reply("", "/bomb", GzipBomb(uint64_t{256} << 20));
  auto transport = NewTransport();
  RecordedExchange limited;
  transport->Send(Get(server.url("/bomb")), {}, {}, limited.Receiver());
  const absl::Status status = limited.Await();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(status), Reason::kResponseTooLarge);
  EXPECT_LE(limited.body_bytes(), HttpOptions().max_body_bytes);

  // Nor does it in the hands of a receiver that takes its time.
  const uint64_t before = ResidentBytes();
  RecordedExchange slow;
  slow.hold = true;
  slow.keep_body = false;
  auto cancellation = std::make_shared<Cancellation>();
  transport->Send(Get(server.url("/bomb")), Unlimited(), {absl::InfiniteFuture(), cancellation},
                  slow.Receiver());
  for (int i = 0; i < 500; ++i) {
    ASSERT_TRUE(slow.AwaitHeld());
    slow.Resume();
  }
  EXPECT_LT(ResidentBytes(), before + (4 << 20));
  cancellation->Cancel();
  EXPECT_EQ(slow.Await().code(), absl::StatusCode::kCancelled);
}

TEST(CurlHttpTransportFlow, GzipIsDecompressedUnlessTheCallerTakesIt) {
  ScriptedHttpServer server;
  const std::string text(100000, 'x');
  server.Reply("", "*", Gzip(text));
  auto transport = NewTransport();
  RecordedExchange decompressed;
  transport->Send(Get(server.url()), {}, {}, decompressed.Receiver());
  EXPECT_EQ(decompressed.Await(), absl::OkStatus());
  EXPECT_EQ(decompressed.body(), text);
  EXPECT_FALSE(decompressed.head().Find("Content-Encoding").has_value());
  EXPECT_FALSE(decompressed.head().Find("Content-Length").has_value());

  HttpOptions options;
  options.decompress = false;
  RecordedExchange as_it_is;
  transport->Send(Get(server.url()), options, {}, as_it_is.Receiver());
  EXPECT_EQ(as_it_is.Await(), absl::OkStatus());
  EXPECT_EQ(as_it_is.body(), GzipOf(text));
  EXPECT_EQ(as_it_is.head().Find("Content-Encoding"), "gzip");

  for (const HttpHeader& header :
       {HttpHeader{"accept-encoding", "gzip"}, HttpHeader{"Range", "bytes=0-"}}) {
    HttpRequest request = Get(server.url());
    request.headers = {header};
    RecordedExchange own;
    transport->Send(std::move(request), {}, {}, own.Receiver());
    EXPECT_EQ(own.Await(), absl::OkStatus());
    EXPECT_EQ(own.body(), GzipOf(text));
  }
}

TEST(CurlHttpTransportFlow, ASlowSourceIsNoFault) {
  ScriptedHttpServer server;
  server.Reply("POST", "*", {});
  auto transport = NewTransport();
  ScriptedBody body({"one", "two"});
  body.Hold();
  HttpRequest request = Get(server.url());
  request.method = "POST";
  request.body = body.Source();
  HttpOptions options;
  options.slow_period = absl::Milliseconds(40);
  RecordedExchange exchange;
  transport->Send(std::move(request), options, {}, exchange.Receiver());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(body.AwaitRead());
    absl::SleepFor(absl::Milliseconds(100));  // Longer than a slow server would be given.
    body.Give();
  }
  EXPECT_EQ(exchange.Await(), absl::OkStatus());
  EXPECT_EQ(server.requests()[0].body, "onetwo");
}

TEST(CurlHttpTransportFlow, ASlowReceiverIsNoFault) {
  ScriptedHttpServer server;
  server.Reply("", "*", {200, {}, "hello"});
  auto transport = NewTransport();
  HttpOptions options;
  options.slow_period = absl::Milliseconds(40);
  RecordedExchange exchange;
  exchange.hold = true;
  transport->Send(Get(server.url()), options, {}, exchange.Receiver());
  ASSERT_TRUE(exchange.AwaitHeld());
  absl::SleepFor(absl::Milliseconds(200));
  exchange.Resume();
  EXPECT_EQ(exchange.Await(), absl::OkStatus());
}

TEST(CurlHttpTransportFlow, ASlowServerIsGivenUp) {
  ScriptedHttpServer server;
  server.Reply("", "/drip", DripBody(absl::Milliseconds(20), 100000));
  server.Reply("", "/stall", StallBeforeHead());
  auto transport = NewTransport();
  HttpOptions options;
  options.slow_period = absl::Milliseconds(200);
  options.min_bytes_per_second = 1000;
  for (const char* path : {"/drip", "/stall"}) {
    const absl::Status status = Fetch(*transport, Get(server.url(path)), options);
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(
        std::string(status.message()),
        absl::StrCat(server.host_port(), " moved fewer than 1000 bytes per second for 200ms"));
  }
  EXPECT_TRUE(server.AwaitOpen(0));
}

// It may have to store what it was sent, or to fetch what it was asked for.
TEST(CurlHttpTransportFlow, AServerOfLargeBodiesMayTakeItsTimeToAnswer) {
  ScriptedHttpServer server;
  server.Reply("", "*",
               ScriptedResponse::Raw(
                   {WireStep::Stall(), WireStep::Send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
                                                      "\r\nok")}));
  auto transport = NewTransport();
  HttpOptions options = Unlimited();
  options.slow_period = absl::Milliseconds(100);
  for (const bool sends : {false, true}) {
    HttpRequest request = Get(server.url());
    if (sends) {
      request.method = "PUT";
      request.body = ScriptedBody({"one", "two"}).Source();
    }
    RecordedExchange exchange;
    transport->Send(std::move(request), options, {}, exchange.Receiver());
    ASSERT_TRUE(server.AwaitStalled(1));
    absl::SleepFor(absl::Milliseconds(400));  // Longer than a slow server would be given.
    EXPECT_FALSE(exchange.done());
    server.Release();
    EXPECT_EQ(exchange.Await(), absl::OkStatus());
    EXPECT_EQ(exchange.body(), "ok");
  }
}

// Answers by `steps`, before a body has come and when the server is released.
ScriptedRule Early(std::string path, const std::vector<WireStep>& steps) {
  ScriptedRule early;
  early.path = std::move(path);
  early.response.steps = {WireStep::Stall()};
  early.response.steps.insert(early.response.steps.end(), steps.begin(), steps.end());
  early.before_body = true;
  return early;
}

TEST(CurlHttpTransportFlow, ARedirectOrAnErrorEndsTheWaitForTheBody) {
  auto transport = NewTransport();
  for (const ScriptedResponse& response :
       {ScriptedResponse{300}, ScriptedResponse{307, {{"Location", "/elsewhere"}}},
        ScriptedResponse{399, {}, "elsewhere"}, ScriptedResponse{400},
        ScriptedResponse{413, {}, "too much"}}) {
    SCOPED_TRACE(response.status);
    ScriptedHttpServer server;
    server.Add(Early("*", StepsOf(response, "PUT")));
    ScriptedBody body({"one", "two"});
    body.Hold();
    HttpRequest request = Get(server.url());
    request.method = "PUT";
    request.body = body.Source();
    RecordedExchange exchange;
    transport->Send(std::move(request), {}, {}, exchange.Receiver());
    ASSERT_TRUE(body.AwaitRead());
    ASSERT_TRUE(server.AwaitStalled(1));
    server.Release();
    EXPECT_EQ(exchange.Await(), absl::OkStatus());
    EXPECT_EQ(exchange.head().status, response.status);
    EXPECT_EQ(exchange.body(), response.body);
  }
}

// Then libcurl goes on to ask for the body until it has the whole answer.
TEST(CurlHttpTransportFlow, AnErrorThatEndsTheConnectionEndsTheWaitForTheBody) {
  constexpr char kHead[] = "HTTP/1.1 413 Payload Too Large\r\nConnection: close\r\n";
  const struct {
    const char* name;
    std::string first;
    std::vector<WireStep> rest;
  } cases[] = {
      {"body later",
       "Content-Length: 8\r\n\r\n",
       {WireStep::Stall(), WireStep::Send("too much"), WireStep::Close()}},
      {"body in parts",
       "Content-Length: 8\r\n\r\ntoo ",
       {WireStep::Stall(), WireStep::Send("much"), WireStep::Close()}},
      {"ended by the connection", "\r\ntoo much", {WireStep::Stall(), WireStep::Close()}},
      {"in chunks",
       "Transfer-Encoding: chunked\r\n\r\n8\r\ntoo much\r\n",
       {WireStep::Stall(), WireStep::Send("0\r\n\r\n"), WireStep::Close()}},
  };
  auto transport = NewTransport();
  for (const HttpOptions& options : {HttpOptions(), Unlimited()}) {
    for (const auto& c : cases) {
      SCOPED_TRACE(absl::StrCat(c.name, options.max_body_bytes.has_value() ? "" : ", bulk"));
      ScriptedHttpServer server;
      std::vector<WireStep> steps = {WireStep::Send(absl::StrCat(kHead, c.first))};
      steps.insert(steps.end(), c.rest.begin(), c.rest.end());
      server.Add(Early("/early", steps));
      server.Reply("GET", "/other", {});
      ScriptedBody body({"one", "two"});
      body.Hold();
      HttpRequest request = Get(server.url("/early"));
      request.method = "PUT";
      request.body = body.Source();
      RecordedExchange exchange;
      transport->Send(std::move(request), options, {}, exchange.Receiver());
      ASSERT_TRUE(body.AwaitRead());
      ASSERT_TRUE(server.AwaitStalled(1));
      server.Release();
      ASSERT_TRUE(exchange.AwaitHead());
      ASSERT_TRUE(server.AwaitStalled(1));
      // When this is done, libcurl has asked for the body once more.
      EXPECT_EQ(Fetch(*transport, Get(server.url("/other"))), absl::OkStatus());
      server.Release();
      EXPECT_EQ(exchange.Await(), absl::OkStatus());
      EXPECT_EQ(exchange.head().status, 413);
      EXPECT_EQ(exchange.body(), "too much");
    }
  }
}

TEST(CurlHttpTransportFlow, ABodyHasTheSizeThatItsSourceSaid) {
  ScriptedHttpServer server;
  server.Reply("", "*", {});
  auto transport = NewTransport();
  for (const uint64_t size : {5, 7}) {
    HttpRequest request = Get(server.url());
    request.method = "PUT";
    request.body = ScriptedBody({"one", "two"}, size).Source();
    const absl::Status status = Fetch(*transport, std::move(request));
    EXPECT_EQ(status.code(), absl::StatusCode::kInternal) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(absl::StrCat("to have ", size)));
  }
  EXPECT_TRUE(server.AwaitOpen(0));
}

TEST(CurlHttpTransportFlow, OneThreadServesThousands) {
  constexpr int kRequests = 2000;
  ScriptedHttpServer server;
  server.Reply("", "*",
               ScriptedResponse::Raw(
                   {WireStep::Stall(), WireStep::Send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
                                                      "\r\nok")}));
  const size_t before = Threads();
  auto transport = NewTransport();
  std::vector<std::unique_ptr<RecordedExchange>> exchanges;
  for (int i = 0; i < kRequests; ++i) {
    exchanges.push_back(std::make_unique<RecordedExchange>());
    HttpOptions options;
    options.connection_group = absl::StrCat(i % 7);
    transport->Send(Get(server.url()), options, {}, exchanges.back()->Receiver());
  }
  ASSERT_TRUE(server.AwaitStalled(kRequests, absl::Seconds(60)));
  EXPECT_EQ(Threads(), before + 1);
  EXPECT_EQ(transport->stats().active, kRequests);
  server.Release();
  for (const auto& exchange : exchanges) EXPECT_EQ(exchange->Await(), absl::OkStatus());
  EXPECT_EQ(transport->stats().active, 0);
  const absl::Time end = absl::Now() + absl::Seconds(10);
  const size_t kept = 7 * CurlHttpTransportOptions().max_idle_per_key;
  while (server.open() > kept && absl::Now() < end) absl::SleepFor(absl::Milliseconds(1));
  EXPECT_LE(server.open(), kept);
}

}  // namespace
}  // namespace registryd
