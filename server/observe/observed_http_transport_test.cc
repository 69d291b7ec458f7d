#include "server/observe/observed_http_transport.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "prometheus/text_serializer.h"
#include "registry/base/error.h"
#include "registry/base/fake_clock.h"
#include "registry/net/fake_http_transport.h"

namespace registryd {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

// What a receiver was told.
struct Received {
  int http_status = 0;
  std::string body;
  absl::Status status = absl::UnknownError("not done");
};

class RecordingReceiver final : public HttpReceiver {
 public:
  RecordingReceiver(Received& received, FakeClock& clock) : received_(received), clock_(clock) {}

  void OnHead(HttpResponseHead head) override { received_.http_status = head.status; }
  void OnBody(absl::string_view part, Resume resume) override {
    clock_.Advance(absl::Seconds(2));
    received_.body.append(part.data(), part.size());
    std::move(resume)();
  }
  void OnDone(absl::Status status) override { received_.status = std::move(status); }

 private:
  Received& received_;
  FakeClock& clock_;
};

class ObservedHttpTransportTest : public testing::Test {
 protected:
  Received Get(const std::string& url) {
    Received received;
    HttpRequest request;
    request.url = url;
    transport_.Send(std::move(request), {}, {},
                    std::make_unique<RecordingReceiver>(received, clock_));
    return received;
  }

  std::string Text() const { return prometheus::TextSerializer().Serialize(metrics_.Collect()); }

  FakeClock clock_{absl::FromUnixSeconds(1'000'000'000)};
  FakeHttpTransport fake_;
  UpstreamMetrics metrics_;
  ObservedHttpTransport transport_{fake_, clock_, metrics_};
};

TEST_F(ObservedHttpTransportTest, PassesOnAndCounts) {
  fake_.Reply("GET", "https://registry.example:5000/v2/", {{401, {}}, {"de", "nied"}});
  const Received received = Get("https://registry.example:5000/v2/");
  EXPECT_EQ(received.http_status, 401);
  EXPECT_EQ(received.body, "denied");
  EXPECT_TRUE(received.status.ok()) << received.status;
  EXPECT_THAT(fake_.requests(), SizeIs(1));
  EXPECT_THAT(Text(), HasSubstr("requests_total{host=\"registry.example:5000\",result=\"4xx\"} 1"));
  EXPECT_THAT(Text(), HasSubstr("duration_seconds_sum{host=\"registry.example:5000\"} 4\n"));
  EXPECT_THAT(Text(), HasSubstr("registryd_upstream_requests_running 0\n"));
}

TEST_F(ObservedHttpTransportTest, CountsFailures) {
  FakeHttpTransport::Response broken;
  broken.no_head = true;
  broken.status = Error(absl::StatusCode::kUnavailable, Reason::kConnectionFailed, "refused");
  fake_.Reply("GET", "http://registry.example/v2/", broken);
  const Received received = Get("http://registry.example/v2/");
  EXPECT_EQ(ReasonOf(received.status), Reason::kConnectionFailed);
  EXPECT_THAT(Text(), HasSubstr("{host=\"registry.example\",result=\"CONNECTION_FAILED\"} 1\n"));
}

TEST_F(ObservedHttpTransportTest, ShowsNoMoreThanTheHost) {
  Get("https://user:CANARY@registry.example/CANARY?CANARY");
  Get("https://CANARY:no-port/");
  EXPECT_THAT(Text(), HasSubstr("host=\"registry.example\""));
  EXPECT_THAT(Text(), HasSubstr("host=\"(invalid)\""));
  EXPECT_THAT(Text(), Not(HasSubstr("CANARY")));
}

}  // namespace
}  // namespace registryd
