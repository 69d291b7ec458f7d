#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "registry/net/curl/http2_test_server.h"
#include "registry/net/curl/transport_fixture.h"
#include "registry/net/testing/recorded_exchange.h"
#include "registry/net/testing/scripted_body.h"

namespace registryd {
namespace {

class CurlHttp2Test : public testing::Test {
 protected:
  CurlHttp2Test() : server_(ca_.Issue(Named())) {
    HostCertificates certificates;
    certificates.roots.push_back({"ca.crt", ca_.certificate_pem()});
    options_.tls.certificates = std::make_shared<const HostCertificates>(std::move(certificates));
  }

  static TestCertificateOptions Named() {
    TestCertificateOptions options;
    options.ip_addresses = {"127.0.0.1"};
    return options;
  }

  std::unique_ptr<RecordedExchange> Begin(absl::string_view path, bool hold = false,
                                          CallContext context = {}) {
    auto exchange = std::make_unique<RecordedExchange>();
    exchange->hold = hold;
    transport_->Send(Get(server_.url(path)), options_, context, exchange->Receiver());
    return exchange;
  }

  const TestCertificateAuthority ca_;
  Http2TestServer server_;
  HttpOptions options_;
  const std::unique_ptr<CurlHttpTransport> transport_ = NewTransport();
};

TEST_F(CurlHttp2Test, IsSpokenWhereItIsOffered) {
  const auto exchange = Begin("/100000");
  EXPECT_EQ(exchange->Await(), absl::OkStatus());
  EXPECT_EQ(exchange->head().status, 200);
  EXPECT_EQ(exchange->body(), std::string(100000, 'x'));
  EXPECT_EQ(server_.offered(), "h2,http/1.1");
}

TEST_F(CurlHttp2Test, CarriesBodiesBothWays) {
  for (const size_t size : {size_t{0}, size_t{5}, size_t{300000}}) {
    const std::string body(size, 'b');
    HttpRequest request = Get(server_.url("/echo"));
    request.method = "POST";
    request.body = ScriptedBody({body}, size).Source();
    RecordedExchange exchange;
    transport_->Send(std::move(request), options_, {}, exchange.Receiver());
    EXPECT_EQ(exchange.Await(), absl::OkStatus());
    EXPECT_EQ(exchange.body(), body);
  }
  EXPECT_EQ(server_.accepted(), 1);
}

TEST_F(CurlHttp2Test, AsksASourceThatTakesItsTime) {
  ScriptedBody body({"one", "two"}, 6);
  body.Hold();
  HttpRequest request = Get(server_.url("/echo"));
  request.method = "POST";
  request.body = body.Source();
  RecordedExchange exchange;
  transport_->Send(std::move(request), options_, {}, exchange.Receiver());
  while (body.given() < 6) {
    ASSERT_TRUE(body.AwaitRead());
    body.Give();
  }
  if (!exchange.done() && body.AwaitRead(absl::Milliseconds(100))) body.Give();
  EXPECT_EQ(exchange.Await(), absl::OkStatus());
  EXPECT_EQ(exchange.body(), "onetwo");
}

TEST_F(CurlHttp2Test, OneConnectionCarriesManyRequestsAtOnce) {
  std::vector<std::unique_ptr<RecordedExchange>> exchanges;
  for (int i = 0; i < 50; ++i) exchanges.push_back(Begin("/hold"));
  ASSERT_TRUE(server_.AwaitRequests(50));
  EXPECT_EQ(server_.accepted(), 1);
  server_.Release();
  for (const auto& exchange : exchanges) EXPECT_EQ(exchange->Await(), absl::OkStatus());
  EXPECT_EQ(transport_->stats().connections_opened, 1);
  EXPECT_EQ(transport_->stats().connections_reused, 49);
}

// It may be at the end of a path that swallows everything, while others are not.
TEST_F(CurlHttp2Test, AConnectionThatAnswersNothingGetsNoMoreRequests) {
  options_.connect_timeout = absl::Milliseconds(300);
  const auto other = Begin("/hold");
  ASSERT_TRUE(server_.AwaitRequests(1));
  // Who gives up sooner than a new connection might take has learnt nothing.
  const auto hasty = Begin("/hold", false, {absl::Now() + absl::Milliseconds(50), nullptr});
  EXPECT_EQ(hasty->Await().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(Begin("/1")->Await(), absl::OkStatus());
  EXPECT_EQ(server_.accepted(), 1);

  const auto patient = Begin("/hold", false, {absl::Now() + absl::Seconds(1), nullptr});
  EXPECT_EQ(patient->Await().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(Begin("/1")->Await(), absl::OkStatus());
  EXPECT_EQ(server_.accepted(), 2);
  // What is on the old one may still be answered.
  EXPECT_FALSE(other->done());
  server_.Release();
  EXPECT_EQ(other->Await(), absl::OkStatus());
  EXPECT_EQ(Begin("/1")->Await(), absl::OkStatus());
  EXPECT_EQ(server_.accepted(), 2);
  EXPECT_TRUE(server_.AwaitOpen(1));
}

TEST_F(CurlHttp2Test, ASilenceIsLongerThanTheCallsThatMeetIt) {
  const auto other = Begin("/hold");
  ASSERT_TRUE(server_.AwaitRequests(1));
  options_.connect_timeout = absl::Milliseconds(400);
  for (int i = 0; i < 2; ++i) {
    const auto hasty = Begin("/hold", false, {absl::Now() + absl::Milliseconds(250), nullptr});
    EXPECT_EQ(hasty->Await().code(), absl::StatusCode::kDeadlineExceeded);
  }
  options_.connect_timeout = absl::Seconds(10);
  EXPECT_EQ(Begin("/1")->Await(), absl::OkStatus());
  // More, where the machine was so busy that the first call was enough.
  EXPECT_GE(server_.accepted(), 2);
  EXPECT_FALSE(other->done());
  server_.Release();
  EXPECT_EQ(other->Await(), absl::OkStatus());
}

TEST_F(CurlHttp2Test, ASilenceIsNoticedByACancellationToo) {
  const auto other = Begin("/hold");
  ASSERT_TRUE(server_.AwaitRequests(1));
  // Lets time pass, but too little for its own limit.
  const auto hasty = Begin("/hold", false, {absl::Now() + absl::Milliseconds(250), nullptr});
  EXPECT_EQ(hasty->Await().code(), absl::StatusCode::kDeadlineExceeded);
  options_.connect_timeout = absl::Milliseconds(200);
  auto cancellation = std::make_shared<Cancellation>();
  const auto cancelled = Begin("/hold", false, {absl::InfiniteFuture(), cancellation});
  ASSERT_TRUE(server_.AwaitRequests(3));
  EXPECT_EQ(server_.accepted(), 1);
  cancellation->Cancel();
  EXPECT_EQ(cancelled->Await().code(), absl::StatusCode::kCancelled);
  options_.connect_timeout = absl::Seconds(10);
  EXPECT_EQ(Begin("/1")->Await(), absl::OkStatus());
  EXPECT_EQ(server_.accepted(), 2);
  EXPECT_FALSE(other->done());
  server_.Release();
  EXPECT_EQ(other->Await(), absl::OkStatus());
}

TEST_F(CurlHttp2Test, AnAnswerToOneIsASignOfLifeForAll) {
  const auto slow = Begin("/hold");
  ASSERT_TRUE(server_.AwaitRequests(1));
  const auto hasty = Begin("/hold", false, {absl::Now() + absl::Milliseconds(600), nullptr});
  EXPECT_EQ(hasty->Await().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(Begin("/1")->Await(), absl::OkStatus());
  options_.connect_timeout = absl::Milliseconds(500);
  auto cancellation = std::make_shared<Cancellation>();
  const auto cancelled = Begin("/hold", false, {absl::InfiniteFuture(), cancellation});
  ASSERT_TRUE(server_.AwaitRequests(4));
  cancellation->Cancel();
  EXPECT_EQ(cancelled->Await().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(Begin("/1")->Await(), absl::OkStatus());
  EXPECT_EQ(server_.accepted(), 1);
  server_.Release();
  EXPECT_EQ(slow->Await(), absl::OkStatus());
}

TEST_F(CurlHttp2Test, KeepsNoConnectionBesideOneThatAnswersNothing) {
  server_.LimitStreams(2);
  EXPECT_EQ(Begin("/1")->Await(), absl::OkStatus());  // The limit is known then.
  const auto other = Begin("/hold");
  const auto hasty = Begin("/hold", false, {absl::Now() + absl::Milliseconds(250), nullptr});
  EXPECT_EQ(hasty->Await().code(), absl::StatusCode::kDeadlineExceeded);
  ASSERT_TRUE(server_.AwaitResets(1));
  options_.connect_timeout = absl::Milliseconds(200);
  auto cancellation = std::make_shared<Cancellation>();
  const auto cancelled = Begin("/hold", false, {absl::InfiniteFuture(), cancellation});
  ASSERT_TRUE(server_.AwaitRequests(4));
  EXPECT_EQ(server_.accepted(), 1);

  // One more finds no room on it.
  options_.connect_timeout = absl::Seconds(10);
  ScriptedBody body({"body"}, 4);
  body.Hold();
  HttpRequest request = Get(server_.url("/echo"));
  request.method = "POST";
  request.body = body.Source();
  RecordedExchange beside;
  transport_->Send(std::move(request), options_, {}, beside.Receiver());
  ASSERT_TRUE(body.AwaitRead());
  EXPECT_EQ(server_.accepted(), 2);
  cancellation->Cancel();
  EXPECT_EQ(cancelled->Await().code(), absl::StatusCode::kCancelled);
  body.Give();
  if (!beside.done() && body.AwaitRead(absl::Milliseconds(100))) body.Give();
  EXPECT_EQ(beside.Await(), absl::OkStatus());
  EXPECT_TRUE(server_.AwaitOpen(1));
  EXPECT_FALSE(other->done());
  server_.Release();
  EXPECT_EQ(other->Await(), absl::OkStatus());
}

TEST_F(CurlHttp2Test, GroupsShareNoConnection) {
  std::vector<std::unique_ptr<RecordedExchange>> exchanges;
  for (const char* group : {"a", "b", "c", "a"}) {
    options_.connection_group = group;
    exchanges.push_back(Begin("/hold"));
  }
  ASSERT_TRUE(server_.AwaitRequests(4));
  EXPECT_EQ(server_.accepted(), 3);
  server_.Release();
  for (const auto& exchange : exchanges) EXPECT_EQ(exchange->Await(), absl::OkStatus());
}

TEST_F(CurlHttp2Test, CancellationResetsTheStreamAlone) {
  const auto other = Begin("/hold");
  ASSERT_TRUE(server_.AwaitRequests(1));
  // A busy machine may take its time once, but not always.
  absl::Duration fastest = absl::InfiniteDuration();
  for (size_t i = 1; i <= 5 && fastest >= absl::Milliseconds(100); ++i) {
    auto cancellation = std::make_shared<Cancellation>();
    const auto cancelled = Begin("/hold", false, {absl::InfiniteFuture(), cancellation});
    ASSERT_TRUE(server_.AwaitRequests(1 + i));
    const absl::Time start = absl::Now();
    cancellation->Cancel();
    EXPECT_TRUE(server_.AwaitResets(i));
    fastest = std::min(fastest, absl::Now() - start);
    EXPECT_EQ(cancelled->Await().code(), absl::StatusCode::kCancelled);
  }
  EXPECT_LT(fastest, absl::Milliseconds(100));
  EXPECT_FALSE(other->done());
  server_.Release();
  EXPECT_EQ(other->Await(), absl::OkStatus());
  EXPECT_EQ(server_.accepted(), 1);
}

TEST_F(CurlHttp2Test, CancellationOfTheOnlyRequestClosesTheConnection) {
  absl::Duration fastest = absl::InfiniteDuration();
  for (size_t i = 1; i <= 5 && fastest >= absl::Milliseconds(100); ++i) {
    auto cancellation = std::make_shared<Cancellation>();
    const auto cancelled = Begin("/hold", false, {absl::InfiniteFuture(), cancellation});
    ASSERT_TRUE(server_.AwaitRequests(i));
    const absl::Time start = absl::Now();
    cancellation->Cancel();
    EXPECT_TRUE(server_.AwaitOpen(0));
    fastest = std::min(fastest, absl::Now() - start);
    EXPECT_EQ(cancelled->Await().code(), absl::StatusCode::kCancelled);
  }
  EXPECT_LT(fastest, absl::Milliseconds(100));
}

TEST_F(CurlHttp2Test, ASlowReceiverHoldsNobodyElseUp) {
  const auto slow = Begin("/1000000", /*hold=*/true);
  ASSERT_TRUE(slow->AwaitHeld());
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Begin("/100000")->Await(), absl::OkStatus());
  EXPECT_EQ(server_.accepted(), 1);
  EXPECT_FALSE(slow->done());
  while (slow->body_bytes() < 1000000) {
    slow->Resume();
    ASSERT_TRUE(slow->body_bytes() == 1000000 || slow->AwaitHeld());
  }
  slow->Resume();
  EXPECT_EQ(slow->Await(), absl::OkStatus());
}

TEST_F(CurlHttp2Test, TheLimitHoldsForWhatIsNotTakenYet) {
  options_.max_body_bytes = 100000;
  const auto slow = Begin("/1000000", /*hold=*/true);
  const absl::Status status = slow->Await();
  EXPECT_EQ(ReasonOf(status), Reason::kResponseTooLarge) << status;
  EXPECT_LE(slow->body_bytes(), 100000);
}

TEST_F(CurlHttp2Test, LargeBodiesComeByHttp1) {
  options_.max_body_bytes = std::nullopt;
  EXPECT_EQ(Begin("/10")->Await().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(server_.offered(), "http/1.1");
}

TEST_F(CurlHttp2Test, EndsWithTheTransport) {
  auto transport = NewTransport();
  RecordedExchange exchange;
  transport->Send(Get(server_.url("/hold")), options_, {}, exchange.Receiver());
  ASSERT_TRUE(server_.AwaitRequests(1));
  transport = nullptr;
  EXPECT_EQ(ReasonOf(exchange.Await()), Reason::kShuttingDown);
}

}  // namespace
}  // namespace registryd
