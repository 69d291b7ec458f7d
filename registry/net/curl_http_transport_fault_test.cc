// What CurlHttpTransport makes of each fault between it and a server: a status that
// says what happened, a closed connection, and a transport that goes on.

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <tuple>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "registry/base/error.h"
#include "registry/net/curl/transport_fixture.h"
#include "registry/net/curl_http_transport.h"
#include "registry/net/testing/recorded_exchange.h"
#include "registry/net/testing/scripted_http_message.h"
#include "registry/net/testing/scripted_http_server.h"
#include "registry/net/testing/wire_faults.h"
#include "registry/tls/test_certificates.h"

namespace registryd {
namespace {

// What an exchange ends with.
struct End {
  absl::StatusCode code = absl::StatusCode::kOk;
  Reason reason = Reason::kUnspecified;
};

constexpr End kOk = {};
constexpr End kBroken = {absl::StatusCode::kUnavailable, Reason::kConnectionFailed};
constexpr End kInvalid = {absl::StatusCode::kInternal, Reason::kResponseInvalid};
constexpr End kTooLarge = {absl::StatusCode::kResourceExhausted, Reason::kResponseTooLarge};
constexpr End kLate = {absl::StatusCode::kDeadlineExceeded, Reason::kDeadlineExceeded};

struct FaultCase {
  const char* name;
  ScriptedResponse (*response)();
  End end;
  // A head comes before the fault is felt.
  bool has_head;
  // The connection is good for another request.
  bool kept = false;

  friend void PrintTo(const FaultCase& c, std::ostream* out) { *out << c.name; }
};

const FaultCase kFaults[] = {
    {"CloseWithoutAnswer", CloseWithoutAnswer, kBroken, false},
    {"CloseInHead", CloseInHead, kBroken, false},
    {"CloseInBody", CloseInBody, kBroken, true},
    {"CloseInChunk", CloseInChunk, kBroken, true},
    {"ResetBeforeHead", ResetBeforeHead, kBroken, false},
    {"ResetInHead", ResetInHead, kBroken, false},
    {"ResetInBody", ResetInBody, kBroken, true},
    {"StallBeforeHead", StallBeforeHead, kLate, false},
    {"StallInHead", StallInHead, kLate, false},
    {"StallInBody", StallInBody, kLate, true},
    {"DripHead", [] { return DripHead(absl::Milliseconds(100)); }, kLate, false},
    {"DripBody", [] { return DripBody(absl::Milliseconds(100)); }, kLate, true},
    {"EndlessHead", EndlessHead, kTooLarge, false},
    {"EndlessHeader", EndlessHeader, kTooLarge, false},
    {"EndlessStatusLine", EndlessStatusLine, kTooLarge, false},
    {"EndlessInterim", EndlessInterim, kTooLarge, false},
    {"EndlessBody", EndlessBody, kTooLarge, true},
    {"EndlessChunkLine", EndlessChunkLine, kLate, true},
    {"EndlessTrailer", EndlessTrailer, kTooLarge, true},
    {"HugeLength", HugeLength, kTooLarge, true},
    {"Http09", Http09, kInvalid, false},
    {"Garbage", Garbage, kInvalid, false},
    {"BadStatusLine", BadStatusLine, kInvalid, false},
    {"BadHeader", BadHeader, kInvalid, false},
    {"NulInHeader", NulInHeader, kInvalid, false},
    {"BadLength", BadLength, kInvalid, false},
    {"NegativeLength", NegativeLength, kInvalid, false},
    {"DifferentLengths", DifferentLengths, kInvalid, false},
    {"BadChunkSize", BadChunkSize, kInvalid, true},
    {"BadChunkEnd", BadChunkEnd, kInvalid, true},
    {"DamagedGzip", DamagedGzip, kInvalid, true},
    {"CutGzip", CutGzip, kInvalid, true, true},
    {"GzipBomb", [] { return GzipBomb(64 << 20); }, kTooLarge, true},
    {"Gzip", [] { return Gzip("whole"); }, kOk, true, true},
};

class CurlHttpTransportFaultTest : public ::testing::TestWithParam<std::tuple<FaultCase, bool>> {};

INSTANTIATE_TEST_SUITE_P(Faults, CurlHttpTransportFaultTest,
                         ::testing::Combine(::testing::ValuesIn(kFaults), ::testing::Bool()),
                         [](const auto& info) {
                           return std::string(std::get<0>(info.param).name) +
                                  (std::get<1>(info.param) ? "Tls" : "");
                         });

TEST_P(CurlHttpTransportFaultTest, SaysWhatHappenedAndGoesOn) {
  const auto& [c, with_tls] = GetParam();
  ScriptedHttpServerOptions server_options;
  if (with_tls) server_options.tls = {TestCertificateAuthority().Issue({})};
  ScriptedHttpServer server(std::move(server_options));
  server.Reply("GET", "/", c.response());
  server.Reply("GET", "/next", {200, {}, "next"});
  const std::unique_ptr<CurlHttpTransport> transport = NewTransport();

  HttpOptions options;
  options.tls.insecure_skip_verify = true;
  CallContext context;
  context.deadline =
      absl::Now() + (c.end.reason == kLate.reason ? absl::Milliseconds(300) : absl::Seconds(30));
  RecordedExchange exchange;
  transport->Send(Get(server.url()), options, context, exchange.Receiver());
  const absl::Status status = exchange.Await();
  EXPECT_EQ(status.code(), c.end.code) << status;
  EXPECT_EQ(ReasonOf(status), c.end.reason) << status;
  EXPECT_EQ(exchange.has_head(), c.has_head);
  EXPECT_LE(exchange.body_bytes(), *options.max_body_bytes);
  EXPECT_TRUE(server.AwaitOpen(c.kept ? 1 : 0));

  EXPECT_EQ(Fetch(*transport, Get(server.url("/next")), options), absl::OkStatus());
}

TEST(CurlHttpTransportFault, NobodyListens) {
  const std::unique_ptr<CurlHttpTransport> transport = NewTransport();
  for (const char* scheme : {"http", "https"}) {
    std::optional<ScriptedHttpServer> server;
    server.emplace();
    const std::string url = UrlOf(scheme, "127.0.0.1", *server);
    server.reset();
    const absl::Status status = Fetch(*transport, Get(url));
    EXPECT_EQ(status.code(), kBroken.code) << status;
    EXPECT_EQ(ReasonOf(status), kBroken.reason);
  }
}

// The connection that was kept breaks at its next use.
TEST(CurlHttpTransportFault, FaultsOnAKeptConnection) {
  for (const FaultCase& c : kFaults) {
    SCOPED_TRACE(c.name);
    if (c.end.reason == kLate.reason) continue;
    ScriptedHttpServer server;
    server.Reply("GET", "/first", {200});
    server.Reply("GET", "/", c.response());
    const std::unique_ptr<CurlHttpTransport> transport = NewTransport();
    ASSERT_EQ(Fetch(*transport, Get(server.url("/first"))), absl::OkStatus());
    const absl::Status status = Fetch(*transport, Get(server.url()));
    EXPECT_EQ(status.code(), c.end.code) << status;
    EXPECT_EQ(ReasonOf(status), c.end.reason) << status;
  }
}

}  // namespace
}  // namespace registryd
