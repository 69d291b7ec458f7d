#include "registry/auth/v2_request.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/cancellation.h"
#include "registry/base/error.h"
#include "registry/base/fake_clock.h"
#include "registry/net/fake_dns_resolver.h"
#include "registry/net/fake_http_transport.h"
#include "registry/net/http_client.h"
#include "registry/net/proxy_rules.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Passes requests on, having noted their deadline and let time pass.
class TimingTransport final : public HttpTransport {
 public:
  TimingTransport(HttpTransport& transport, FakeClock& clock)
      : transport_(transport), clock_(clock) {}

  void Send(HttpRequest request, HttpOptions options, const CallContext& context,
            std::unique_ptr<HttpReceiver> receiver) override {
    deadline_ = context.deadline;
    clock_.Advance(latency_);
    transport_.Send(std::move(request), std::move(options), context, std::move(receiver));
  }

  absl::Time deadline() const { return deadline_; }
  void set_latency(absl::Duration latency) { latency_ = latency; }

 private:
  HttpTransport& transport_;
  FakeClock& clock_;
  absl::Time deadline_;
  absl::Duration latency_;
};

class V2RequestTest : public ::testing::Test {
 protected:
  using Response = FakeHttpTransport::Response;

  absl::StatusOr<V2Answer> Send(const CallContext& context = {},
                                std::shared_ptr<HttpHopHeaders> hop_headers = nullptr) {
    V2Request request;
    request.upstream = upstream_;
    request.url = "https://reg.example/v2/";
    request.user_agent = user_agent_;
    request.hop_headers = std::move(hop_headers);
    std::optional<absl::StatusOr<V2Answer>> result;
    SendV2Request(client_, clock_, std::move(request), context,
                  [&](absl::StatusOr<V2Answer> answer) {
                    EXPECT_FALSE(result.has_value()) << "called twice";
                    result = std::move(answer);
                  });
    return result.value_or(absl::UnknownError("no answer"));
  }

  static Response Failure(absl::StatusCode code, Reason reason) {
    Response response;
    response.no_head = true;
    response.status = Error(code, reason, "as scripted");
    return response;
  }

  std::string user_agent_;
  static std::shared_ptr<const Upstream> MakeUpstream() {
    Upstream upstream;
    upstream.origin = "https://reg.example";
    return std::make_shared<const Upstream>(std::move(upstream));
  }

  const std::shared_ptr<const Upstream> upstream_ = MakeUpstream();
  FakeClock clock_{absl::Now()};
  FakeHttpTransport fake_;
  TimingTransport transport_{fake_, clock_};
  FakeDnsResolver resolver_{{{"reg.example", {"8.8.8.8"}}, {"cdn.example", {"8.8.4.4"}}}};
  ProxyRules proxies_;
  HttpClient client_{transport_, resolver_, proxies_, {"registryd/test"}};
};

TEST(V2Url, HasOneSlash) {
  EXPECT_EQ(V2Url("https://reg.example"), "https://reg.example/v2/");
  EXPECT_EQ(V2Url("https://reg.example/"), "https://reg.example/v2/");
  EXPECT_EQ(V2Url("https://reg.example/pre///"), "https://reg.example/pre/v2/");
  EXPECT_EQ(V2Url("https://reg.example/v2/"), "https://reg.example/v2/v2/");
}

TEST_F(V2RequestTest, AnyStatusIsAnAnswer) {
  for (const int status : {200, 204, 304, 400, 401, 403, 404, 429, 500, 503}) {
    SCOPED_TRACE(status);
    fake_.Reply("GET", "https://reg.example/v2/", {{status, {{"A", "b"}}}, {}});
    const auto answer = Send();
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(answer->head.status, status);
    EXPECT_EQ(answer->head.Find("a"), "b");
    EXPECT_EQ(answer->body, "");
    EXPECT_EQ(answer->url, "https://reg.example/v2/");
  }
}

TEST_F(V2RequestTest, TheBodyComesInParts) {
  fake_.Reply("GET", "https://reg.example/v2/", {{401, {}}, {"one ", "two"}});
  const auto answer = Send();
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->body, "one two");
}

TEST_F(V2RequestTest, WhatBecomesOfTheBodyDoesNotMatter) {
  const std::string part(16 * 1024, 'x');
  struct Case {
    std::string name;
    std::vector<std::string> parts;
    absl::Status end;
    size_t kept;
  };
  const std::vector<Case> cases = {
      {"none", {}, absl::OkStatus(), 0},
      {"as much as is kept", {part, part, part, part}, absl::OkStatus(), 64 * 1024},
      {"more than is kept", {part, part, part, part, "x"}, absl::OkStatus(), 64 * 1024},
      {"over the transport's limit",
       {part},
       Error(absl::StatusCode::kResourceExhausted, Reason::kResponseTooLarge, "too large"),
       16 * 1024},
      {"broken off",
       {"x"},
       Error(absl::StatusCode::kUnavailable, Reason::kConnectionFailed, "reset"),
       1},
      {"stalled",
       {"x"},
       Error(absl::StatusCode::kDeadlineExceeded, Reason::kDeadlineExceeded, "late"),
       1},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    fake_.Reply("GET", "https://reg.example/v2/", {{401, {}}, c.parts, c.end});
    const auto answer = Send();
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(answer->head.status, 401);
    EXPECT_EQ(answer->body.size(), c.kept);
  }
}

TEST_F(V2RequestTest, ABodyWithoutAnEndIsNotWaitedFor) {
  Response redirect{{302, {{"Location", "/else/"}}}, {"part"}};
  redirect.stalls = true;
  fake_.Reply("GET", "https://reg.example/v2/", redirect);
  Response refusal{{401, {}}, {"part"}};
  refusal.stalls = true;
  fake_.Reply("GET", "https://reg.example/else/", refusal);
  V2Request request;
  request.upstream = upstream_;
  request.url = "https://reg.example/v2/";
  absl::Notification answered;
  SendV2Request(client_, clock_, std::move(request), {}, [&](absl::StatusOr<V2Answer> answer) {
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(answer->head.status, 401);
    EXPECT_EQ(answer->body, "part");
    answered.Notify();
  });
  EXPECT_TRUE(answered.WaitForNotificationWithTimeout(absl::Seconds(10)));
}

TEST_F(V2RequestTest, TheUrlIsThatOfTheLastHop) {
  fake_.Reply("GET", "https://reg.example/v2/",
              {{302, {{"Location", "https://cdn.example/else/v2/?a=b"}}}, {}});
  fake_.Reply("GET", "https://cdn.example/else/v2/?a=b", {{200, {}}, {}});
  const auto answer = Send();
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->url, "https://cdn.example/else/v2/?a=b");
}

TEST_F(V2RequestTest, FailuresBeforeTheHeaderPassOn) {
  struct Case {
    absl::StatusCode code;
    Reason reason;
  };
  for (const Case& c : {Case{absl::StatusCode::kUnavailable, Reason::kConnectionFailed},
                        Case{absl::StatusCode::kFailedPrecondition, Reason::kTlsVerificationFailed},
                        Case{absl::StatusCode::kResourceExhausted, Reason::kResponseTooLarge},
                        Case{absl::StatusCode::kInternal, Reason::kResponseInvalid}}) {
    SCOPED_TRACE(ReasonName(c.reason));
    fake_.Reply("GET", "https://reg.example/v2/", Failure(c.code, c.reason));
    const absl::Status status = Send().status();
    EXPECT_EQ(status.code(), c.code) << status;
    EXPECT_EQ(ReasonOf(status), c.reason);
  }
}

TEST_F(V2RequestTest, UserAgentIsTheCallersOrTheClients) {
  for (const std::string given : {"agent/1.0", ""}) {
    user_agent_ = given;
    fake_.Reply("GET", "https://reg.example/v2/", {{200, {}}, {}});
    ASSERT_TRUE(Send().ok());
    const auto request = fake_.requests().back();
    std::vector<std::string> agents;
    for (const HttpHeader& header : request.headers) {
      if (header.name == "User-Agent") agents.push_back(header.value);
    }
    EXPECT_THAT(agents, ElementsAre(given.empty() ? "registryd/test" : given));
  }
}

// A header break in the user agent reaches no server.
TEST_F(V2RequestTest, SecurityRow11_HeaderInjectionIsRefused) {
  for (const std::string& agent :
       {std::string("a\r\nX: y"), std::string("a\nb"), std::string("a\0b", 3)}) {
    user_agent_ = agent;
    const absl::Status status = Send().status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  }
  EXPECT_THAT(fake_.requests(), IsEmpty());
}

TEST_F(V2RequestTest, AsksForFifteenSecondsWithinTheCallersDeadline) {
  struct Case {
    std::string name;
    absl::Duration callers;
    absl::Duration wanted;
    absl::StatusCode code;
    Reason reason;
  };
  const std::vector<Case> cases = {
      {"no deadline", absl::InfiniteDuration(), absl::Seconds(15), absl::StatusCode::kUnavailable,
       Reason::kConnectionFailed},
      {"a later deadline", absl::Milliseconds(15001), absl::Seconds(15),
       absl::StatusCode::kUnavailable, Reason::kConnectionFailed},
      {"the same", absl::Seconds(15), absl::Seconds(15), absl::StatusCode::kDeadlineExceeded,
       Reason::kDeadlineExceeded},
      {"an earlier deadline", absl::Seconds(14), absl::Seconds(14),
       absl::StatusCode::kDeadlineExceeded, Reason::kDeadlineExceeded},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    fake_.Reply("GET", "https://reg.example/v2/",
                Failure(absl::StatusCode::kDeadlineExceeded, Reason::kDeadlineExceeded));
    const absl::Time start = clock_.Now();
    const absl::Status status = Send({start + c.callers, nullptr}).status();
    EXPECT_EQ(transport_.deadline(), start + c.wanted);
    EXPECT_EQ(status.code(), c.code) << status;
    EXPECT_EQ(ReasonOf(status), c.reason);
  }
}

TEST_F(V2RequestTest, SecurityRow15_CancelledBeforeTheHeader) {
  const auto cancellation = std::make_shared<Cancellation>();
  cancellation->Cancel();
  EXPECT_TRUE(absl::IsCancelled(Send({absl::InfiniteFuture(), cancellation}).status()));
  EXPECT_THAT(fake_.requests(), IsEmpty());
}

TEST_F(V2RequestTest, ElapsedIsTheTimeUntilTheHeader) {
  for (const absl::Duration latency : {absl::Milliseconds(1500), absl::Seconds(-5)}) {
    transport_.set_latency(latency);
    fake_.Reply("GET", "https://reg.example/v2/", {{200, {}}, {}});
    const auto answer = Send();
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(answer->elapsed, std::max(latency, absl::ZeroDuration()));
  }
}

// Notes its calls, and adds a secret.
class SpyHeaders final : public HttpHopHeaders {
 public:
  void Prepare(const HttpHop& hop, const CallContext& context, Ready ready) override {
    prepared.push_back(hop.url.ToString());
    std::vector<SecretHttpHeader> headers;
    headers.push_back({"Authorization", Secret(absl::string_view("s3cret"))});
    std::move(ready)(std::move(headers));
  }
  void OnResponse(const HttpHop& hop, const HttpResponseHead& head) override {
    statuses.push_back(head.status);
  }

  std::vector<std::string> prepared;
  std::vector<int> statuses;
};

TEST_F(V2RequestTest, HopHeadersSeeEveryHop) {
  fake_.Reply("GET", "https://reg.example/v2/", {{302, {{"Location", "/else/"}}}, {}});
  fake_.Reply("GET", "https://reg.example/else/", {{200, {}}, {}});
  const auto spy = std::make_shared<SpyHeaders>();
  ASSERT_TRUE(Send({}, spy).ok());
  EXPECT_THAT(spy->prepared, ElementsAre("https://reg.example/v2/", "https://reg.example/else/"));
  EXPECT_THAT(spy->statuses, ElementsAre(302, 200));
  for (const auto& request : fake_.requests()) {
    ASSERT_THAT(request.secret_headers, SizeIs(1));
    EXPECT_EQ(request.secret_headers[0].value.Reveal(), "s3cret");
  }
}

}  // namespace
}  // namespace registryd
