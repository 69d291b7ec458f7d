#include "registry/net/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "registry/base/error.h"
#include "registry/base/secret.h"
#include "registry/net/http_client_test_base.h"
#include "registry/net/http_message.h"
#include "registry/net/http_transport.h"

namespace registryd {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class HttpClientTest : public HttpClientTestBase {};

TEST_F(HttpClientTest, FetchesAResponseWhole) {
  transport_.Reply("GET", "https://registry.example/v2/?n=1",
                   {{404, {{"X-Name", "value"}}}, {"not ", "found"}});
  const absl::StatusOr<HttpReply> reply = Fetch(Call("https://registry.example/v2/?n=1#part"));
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->head.status, 404);
  EXPECT_EQ(reply->head.Find("x-name"), "value");
  EXPECT_EQ(reply->body, "not found");
  EXPECT_EQ(reply->url, "https://registry.example/v2/?n=1");
  EXPECT_THAT(Dialled(), ElementsAre(kOwnAddress));
}

TEST_F(HttpClientTest, PassesTheTransportsOptionsOn) {
  Answer("https://registry.example/v2/");
  options_.connect_timeout = absl::Seconds(3);
  upstream_->tls.insecure_skip_verify = true;
  HttpCall call = Call();
  call.max_body_bytes = 77;
  call.decompress = false;
  call.connection_group = "alice";
  ASSERT_TRUE(Fetch(std::move(call)).ok());
  const HttpOptions options = transport_.requests()[0].options;
  EXPECT_EQ(options.connect_timeout, absl::Seconds(3));
  EXPECT_EQ(options.max_body_bytes, 77u);
  EXPECT_FALSE(options.decompress);
  EXPECT_EQ(options.connection_group, "alice");
  EXPECT_TRUE(options.tls.insecure_skip_verify);
  EXPECT_FALSE(options.proxy.has_value());
}

TEST_F(HttpClientTest, DialsTheAddressesThatWereChecked) {
  Answer("https://registry.example/v2/");
  upstream_->checked_addresses = Addresses({"192.168.0.1", "192.168.0.2"});
  ASSERT_TRUE(Fetch(Call()).ok());
  EXPECT_THAT(Dialled(), ElementsAre("192.168.0.1,192.168.0.2"));
  EXPECT_EQ(resolver_.queries(), 0);
}

TEST_F(HttpClientTest, DialsALiteralWithoutAResolver) {
  upstream_->origin = "https://[fd00::9]:5000";
  Answer("https://[fd00::9]:5000/v2/");
  ASSERT_TRUE(Fetch(Call("https://[fd00::9]:5000/v2/")).ok());
  EXPECT_THAT(Dialled(), ElementsAre("fd00::9"));
  EXPECT_EQ(resolver_.queries(), 0);
}

TEST_F(HttpClientTest, UserAgentIsTheCallsOrTheClients) {
  options_.user_agent = "registryd/1";
  for (int i = 0; i < 3; ++i) Answer("https://registry.example/v2/");
  ASSERT_TRUE(Fetch(Call()).ok());
  HttpCall call = Call();
  call.headers = {{"user-agent", "docker/27"}};
  ASSERT_TRUE(Fetch(std::move(call)).ok());
  call = Call();
  call.headers = {{"User-Agent", ""}};
  ASSERT_TRUE(Fetch(std::move(call)).ok());
  const auto requests = transport_.requests();
  EXPECT_THAT(requests[0].headers, ElementsAre(HttpHeader{"User-Agent", "registryd/1"}));
  EXPECT_THAT(requests[1].headers, ElementsAre(HttpHeader{"user-agent", "docker/27"}));
  EXPECT_THAT(requests[2].headers, ElementsAre(HttpHeader{"User-Agent", ""}));
}

struct MethodCase {
  const char* name;
  int status;
  absl::string_view method;
  absl::string_view next;
  bool keeps_body;
};

class HttpClientMethodTest : public HttpClientTest,
                             public testing::WithParamInterface<MethodCase> {};

TEST_P(HttpClientMethodTest, FollowsAsNetHttpDoes) {
  const MethodCase& want = GetParam();
  Redirect("https://registry.example/a", "b", want.status, want.method);
  Answer("https://registry.example/b", want.next);
  HttpCall call = Call("https://registry.example/a");
  call.method = std::string(want.method);
  call.headers = {{"Content-Type", "text/plain"}, {"Accept", "*/*"}};
  const bool has_body = want.method != "HEAD";
  if (has_body) call.body = Secret(absl::string_view("secret body"));
  const absl::StatusOr<HttpReply> reply = Fetch(std::move(call));
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->head.status, 200);
  EXPECT_EQ(reply->url, "https://registry.example/b");
  const auto requests = transport_.requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0].body, has_body ? "secret body" : "");
  EXPECT_EQ(requests[1].body, want.keeps_body ? "secret body" : "");
  // With the body goes what describes it.
  EXPECT_EQ(HeadersOf(requests[1]), want.keeps_body || !has_body
                                        ? "Content-Type: text/plain\nAccept: */*\n"
                                        : "Accept: */*\n");
}

INSTANTIATE_TEST_SUITE_P(All, HttpClientMethodTest,
                         testing::Values(MethodCase{"Post301", 301, "POST", "GET", false},
                                         MethodCase{"Post302", 302, "POST", "GET", false},
                                         MethodCase{"Post303", 303, "POST", "GET", false},
                                         MethodCase{"Post307", 307, "POST", "POST", true},
                                         MethodCase{"Post308", 308, "POST", "POST", true},
                                         MethodCase{"Put301", 301, "PUT", "GET", false},
                                         MethodCase{"Put307", 307, "PUT", "PUT", true},
                                         MethodCase{"Head302", 302, "HEAD", "HEAD", false},
                                         MethodCase{"Head307", 307, "HEAD", "HEAD", false},
                                         MethodCase{"Delete308", 308, "DELETE", "DELETE", true}),
                         [](const testing::TestParamInfo<MethodCase>& info) {
                           return info.param.name;
                         });

TEST_F(HttpClientTest, ABodyThatWasDroppedStaysAway) {
  Redirect("https://registry.example/a", "/b", 302, "POST");
  Redirect("https://registry.example/b", "/c", 307);
  Answer("https://registry.example/c");
  HttpCall call = Call("https://registry.example/a");
  call.method = "POST";
  call.body = Secret(absl::string_view("secret body"));
  ASSERT_TRUE(Fetch(std::move(call)).ok());
  EXPECT_THAT(Sent(),
              ElementsAre("POST https://registry.example/a", "GET https://registry.example/b",
                          "GET https://registry.example/c"));
  EXPECT_EQ(transport_.requests()[2].body, "");
}

TEST_F(HttpClientTest, ThreeHundredsWithoutAWayOnAreAnswers) {
  for (const int status : {300, 304, 305, 306}) {
    transport_.Reply("GET", "https://registry.example/v2/", {{status, {{"Location", "/x"}}}});
  }
  transport_.Reply("GET", "https://registry.example/v2/", {{302, {}}});
  for (const int status : {300, 304, 305, 306, 302}) {
    EXPECT_EQ(Fetch(Call())->head.status, status);
  }
}

TEST_F(HttpClientTest, ARedirectIsTheAnswerWhereItIsNotToBeFollowed) {
  Redirect("https://registry.example/v2/", "http://u:p@127.1/");
  HttpCall call = Call();
  call.follow_redirects = false;
  const absl::StatusOr<HttpReply> reply = Fetch(std::move(call));
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->head.status, 307);
  EXPECT_EQ(reply->body, "moved");
}

// A body of one part, of unknown size.
class OnePartBody final : public HttpBodySource {
 public:
  std::optional<uint64_t> size() const override { return std::nullopt; }
  void Read(size_t max_bytes, Ready ready) override {
    std::move(ready)(std::exchange(part_, std::string()));
  }

 private:
  std::string part_ = "streamed";
};

TEST_F(HttpClientTest, ARedirectThatNeedsAStreamAgainIsTheAnswer) {
  for (const int status : {307, 308}) {
    Redirect("https://registry.example/layer", "/elsewhere", status, "PUT");
    HttpCall call = Call("https://registry.example/layer");
    call.method = "PUT";
    call.stream = std::make_unique<OnePartBody>();
    EXPECT_EQ(Fetch(std::move(call))->head.status, status);
  }
  EXPECT_EQ(transport_.requests()[0].body, "streamed");
}

TEST_F(HttpClientTest, ARedirectThatDoesWithoutTheStreamIsFollowed) {
  Redirect("https://registry.example/layer", "/done", 303, "PUT");
  Redirect("https://registry.example/done", "/all", 307);
  Answer("https://registry.example/all");
  HttpCall call = Call("https://registry.example/layer");
  call.method = "PUT";
  call.stream = std::make_unique<OnePartBody>();
  EXPECT_EQ(Fetch(std::move(call))->url, "https://registry.example/all");
}

TEST_F(HttpClientTest, HopHeadersSeeEachHopInOrder) {
  Redirect("https://registry.example/a", "/b");
  Redirect("https://registry.example/b", "https://cdn.example/c");
  Redirect("https://cdn.example/c", "https://registry.example/d");
  Answer("https://registry.example/d");
  auto hops = std::make_shared<RecordingHopHeaders>(Secrets());
  HttpCall call = Call("https://registry.example/a");
  call.hop_headers = hops;
  ASSERT_TRUE(Fetch(std::move(call)).ok());
  EXPECT_THAT(hops->log, ElementsAre("prepare 0 https://registry.example/a own",
                                     "response 307 0 https://registry.example/a own",
                                     "prepare 1 https://registry.example/b own",
                                     "response 307 1 https://registry.example/b own",
                                     "prepare 2 https://cdn.example/c other",
                                     "response 307 2 https://cdn.example/c other",
                                     "prepare 3 https://registry.example/d other",
                                     "response 200 3 https://registry.example/d other"));
}

TEST_F(HttpClientTest, AnErrorOfTheHopHeadersEndsTheCall) {
  auto hops = std::make_shared<RecordingHopHeaders>();
  hops->error = Error(absl::StatusCode::kUnauthenticated, Reason::kRegistryUnauthorized, "no");
  HttpCall call = Call();
  call.hop_headers = hops;
  EXPECT_EQ(ReasonOf(Fetch(std::move(call)).status()), Reason::kRegistryUnauthorized);
  EXPECT_THAT(Sent(), IsEmpty());
}

TEST_F(HttpClientTest, HopHeadersThatNeverAnswerEndTheCall) {
  auto hops = std::make_shared<RecordingHopHeaders>();
  hops->hold = true;
  HttpCall call = Call();
  call.hop_headers = hops;
  std::vector<absl::Status> results;
  Client().Fetch(std::move(call), {},
                 [&](absl::StatusOr<HttpReply> reply) { results.push_back(reply.status()); });
  ASSERT_THAT(results, IsEmpty());
  hops->held = nullptr;
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(ReasonOf(results[0]), Reason::kShuttingDown);
}

TEST_F(HttpClientTest, ARedirectsBodyIsNobodysBusiness) {
  // Longer than what is read of it, and broken off.
  FakeHttpTransport::Response endless{{302, {{"Location", "/b"}}}};
  endless.parts.assign(1000, std::string(1024, 'x'));
  transport_.Reply("GET", "https://registry.example/a", endless);
  FakeHttpTransport::Response broken{{302, {{"Location", "/c"}}}, {"x"}};
  broken.status = Error(absl::StatusCode::kUnavailable, Reason::kConnectionFailed, "reset");
  transport_.Reply("GET", "https://registry.example/b", broken);
  FakeHttpTransport::Response large{{302, {{"Location", "/d"}}}, {"x"}};
  large.status = Error(absl::StatusCode::kResourceExhausted, Reason::kResponseTooLarge, "large");
  transport_.Reply("GET", "https://registry.example/c", large);
  Answer("https://registry.example/d");
  const absl::StatusOr<HttpReply> reply = Fetch(Call("https://registry.example/a"));
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->body, "the answer");
}

TEST_F(HttpClientTest, AFailureOfTheLastResponseIsTheCalls) {
  FakeHttpTransport::Response large{{200, {}}, {"x"}};
  large.status = Error(absl::StatusCode::kResourceExhausted, Reason::kResponseTooLarge, "large");
  transport_.Reply("GET", "https://registry.example/v2/", large);
  EXPECT_EQ(ReasonOf(Fetch(Call()).status()), Reason::kResponseTooLarge);
}

TEST_F(HttpClientTest, ANameThatDoesNotResolveEndsTheCall) {
  Redirect("https://registry.example/v2/", "https://nowhere.example/");
  const absl::Status status = Fetch(Call()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ReasonOf(status), Reason::kDnsFailed);
}

struct BadCallCase {
  const char* name;
  absl::string_view url;
  absl::string_view says;
};

class HttpClientBadUrlTest : public HttpClientTest,
                             public testing::WithParamInterface<BadCallCase> {};

TEST_P(HttpClientBadUrlTest, IsRefused) {
  const absl::Status status = Fetch(Call(GetParam().url)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(status), Reason::kFieldInvalid);
  EXPECT_EQ(FieldOf(status), "url");
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr(std::string(GetParam().says)), Not(HasSubstr("canary"))));
  EXPECT_EQ(resolver_.queries(), 0);
}

INSTANTIATE_TEST_SUITE_P(
    All, HttpClientBadUrlTest,
    testing::Values(BadCallCase{"Empty", "", "no request can go to"},
                    BadCallCase{"NoScheme", "registry.example/v2/", "no request can go to"},
                    BadCallCase{"File", "file:///etc/passwd", "no request can go to"},
                    BadCallCase{"NoHost", "https:///v2/", "no request can go to"},
                    BadCallCase{"Port", "https://registry.example:0/", "no request can go to"},
                    BadCallCase{"NoUrl", "https://registry.example:x/", "invalid port"},
                    BadCallCase{"UserInfo", "https://u:canary@registry.example/",
                                "user information"}),
    [](const testing::TestParamInfo<BadCallCase>& info) { return info.param.name; });

TEST_F(HttpClientTest, StreamGivesOnlyTheLastResponse) {
  class Recorder final : public HttpReceiver {
   public:
    explicit Recorder(std::vector<std::string>* log) : log_(log) {}
    void OnHead(HttpResponseHead head) override {
      log_->push_back(absl::StrCat("head ", head.status));
    }
    void OnBody(absl::string_view part, Resume resume) override {
      log_->push_back(absl::StrCat("body ", part));
      std::move(resume)();
    }
    void OnDone(absl::Status status) override { log_->push_back(status.ToString()); }

   private:
    std::vector<std::string>* const log_;
  };
  Redirect("https://registry.example/v2/", "/v3/");
  Answer("https://registry.example/v3/");
  std::vector<std::string> log;
  Client().Stream(Call(), {}, std::make_unique<Recorder>(&log));
  EXPECT_THAT(log, ElementsAre("head 200", "body the ", "body answer", "OK"));
}

}  // namespace
}  // namespace registryd
