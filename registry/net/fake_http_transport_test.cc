#include "registry/net/fake_http_transport.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "registry/base/cancellation.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kUrl[] = "https://registry.example/v2/";

// What a receiver was called with.
struct Log {
  std::vector<std::string> calls;
  HttpResponseHead head;
  absl::Status status = absl::UnknownError("not done");
  bool receiver_destroyed = false;
  // Where set, keeps the body waiting.
  bool hold = false;
  HttpReceiver::Resume resume;
};

class LoggingReceiver final : public HttpReceiver {
 public:
  explicit LoggingReceiver(Log& log) : log_(log) {}
  ~LoggingReceiver() override { log_.receiver_destroyed = true; }

  void OnHead(HttpResponseHead head) override {
    log_.calls.push_back(absl::StrCat("head ", head.status));
    log_.head = std::move(head);
  }
  void OnBody(absl::string_view part, Resume resume) override {
    log_.calls.push_back(absl::StrCat("body ", part));
    if (log_.hold) {
      log_.resume = std::move(resume);
    } else {
      std::move(resume)();
    }
  }
  void OnDone(absl::Status status) override {
    log_.calls.push_back("done");
    log_.status = std::move(status);
  }

 private:
  Log& log_;
};

// Gives its parts when asked, or when a test says so.
class ScriptedSource final : public HttpBodySource {
 public:
  explicit ScriptedSource(std::vector<absl::StatusOr<std::string>> parts, Ready* hold = nullptr)
      : parts_(std::move(parts)), hold_(hold) {}

  std::optional<uint64_t> size() const override { return std::nullopt; }
  void Read(size_t max_bytes, Ready ready) override {
    EXPECT_GT(max_bytes, 0u);
    if (hold_ != nullptr) {
      *hold_ = std::move(ready);
    } else {
      ASSERT_LT(next_, parts_.size());
      std::move(ready)(parts_[next_++]);
    }
  }

 private:
  const std::vector<absl::StatusOr<std::string>> parts_;
  size_t next_ = 0;
  Ready* const hold_;
};

class FakeHttpTransportTest : public ::testing::Test {
 protected:
  void Send(HttpRequest request, const CallContext& context = {}) {
    transport_.Send(std::move(request), {}, context, std::make_unique<LoggingReceiver>(log_));
  }
  static HttpRequest Get() {
    HttpRequest request;
    request.url = kUrl;
    return request;
  }
  static HttpRequest Put(std::unique_ptr<HttpBodySource> body) {
    HttpRequest request;
    request.method = "PUT";
    request.url = kUrl;
    request.body = std::move(body);
    return request;
  }

  Log log_;
  FakeHttpTransport transport_;
};

TEST_F(FakeHttpTransportTest, PlaysHeadPartsAndEnd) {
  transport_.Reply("GET", kUrl, {{401, {{"Www-Authenticate", "Basic"}}}, {"one", "", "two"}});
  Send(Get());
  EXPECT_THAT(log_.calls, ElementsAre("head 401", "body one", "body two", "done"));
  EXPECT_EQ(log_.head.Find("www-authenticate"), "Basic");
  EXPECT_EQ(log_.status, absl::OkStatus());
  EXPECT_TRUE(log_.receiver_destroyed);
  EXPECT_EQ(transport_.replies_left(), 0u);
}

TEST_F(FakeHttpTransportTest, AnswersInOrder) {
  transport_.Reply("GET", kUrl, {{401, {}}});
  transport_.Reply("GET", kUrl, {{200, {}}});
  EXPECT_EQ(transport_.replies_left(), 2u);
  Send(Get());
  Send(Get());
  EXPECT_THAT(log_.calls, ElementsAre("head 401", "done", "head 200", "done"));
}

TEST_F(FakeHttpTransportTest, UnscriptedIsUnavailable) {
  transport_.Reply("PUT", kUrl, {});
  transport_.Reply("GET", absl::StrCat(kUrl, "x"), {});
  Send(Get());
  EXPECT_THAT(log_.calls, ElementsAre("done"));
  EXPECT_TRUE(absl::IsUnavailable(log_.status));
  EXPECT_EQ(transport_.replies_left(), 2u);
}

TEST_F(FakeHttpTransportTest, FailsWithAndWithoutAHead) {
  FakeHttpTransport::Response cut = {{200, {}}, {"half"}, absl::UnavailableError("cut")};
  FakeHttpTransport::Response refused;
  refused.status = absl::UnavailableError("refused");
  refused.no_head = true;
  transport_.Reply("GET", kUrl, cut);
  transport_.Reply("GET", kUrl, refused);
  Send(Get());
  EXPECT_THAT(log_.calls, ElementsAre("head 200", "body half", "done"));
  EXPECT_EQ(log_.status, absl::UnavailableError("cut"));
  log_.calls.clear();
  Send(Get());
  EXPECT_THAT(log_.calls, ElementsAre("done"));
  EXPECT_EQ(log_.status, absl::UnavailableError("refused"));
}

TEST_F(FakeHttpTransportTest, RecordsWhatWasSent) {
  transport_.Reply("PUT", kUrl, {{201, {}}});
  HttpRequest request = Put(std::make_unique<ScriptedSource>(
      std::vector<absl::StatusOr<std::string>>{"one ", "two", ""}));
  request.headers = {{"Accept", "*/*"}};
  request.secret_headers.push_back({"Authorization", Secret(absl::string_view("Basic x"))});
  HttpOptions options;
  options.addresses = {*IpAddress::Parse("10.1.2.3")};
  transport_.Send(std::move(request), options, {}, std::make_unique<LoggingReceiver>(log_));

  const auto requests = transport_.requests();
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].method, "PUT");
  EXPECT_EQ(requests[0].url, kUrl);
  EXPECT_THAT(requests[0].headers, ElementsAre(HttpHeader{"Accept", "*/*"}));
  ASSERT_EQ(requests[0].secret_headers.size(), 1u);
  EXPECT_EQ(requests[0].secret_headers[0].name, "Authorization");
  EXPECT_EQ(requests[0].secret_headers[0].value.Reveal(), "Basic x");
  EXPECT_EQ(requests[0].body, "one two");
  EXPECT_THAT(requests[0].options.addresses, ElementsAre(*IpAddress::Parse("10.1.2.3")));
}

TEST_F(FakeHttpTransportTest, HoldsTheBodyBackUntilResumed) {
  transport_.Reply("GET", kUrl, {{200, {}}, {"one", "two"}});
  log_.hold = true;
  Send(Get());
  EXPECT_THAT(log_.calls, ElementsAre("head 200", "body one"));
  std::exchange(log_.resume, nullptr)();
  EXPECT_THAT(log_.calls, ElementsAre("head 200", "body one", "body two"));
  std::thread([&] { std::exchange(log_.resume, nullptr)(); }).join();
  EXPECT_THAT(log_.calls, ElementsAre("head 200", "body one", "body two", "done"));
}

TEST_F(FakeHttpTransportTest, AwaitsTheSource) {
  transport_.Reply("PUT", kUrl, {{201, {}}});
  HttpBodySource::Ready ready;
  Send(Put(std::make_unique<ScriptedSource>(std::vector<absl::StatusOr<std::string>>{}, &ready)));
  std::exchange(ready, nullptr)("part");
  EXPECT_THAT(transport_.requests(), IsEmpty());
  EXPECT_THAT(log_.calls, IsEmpty());
  std::exchange(ready, nullptr)("");
  EXPECT_EQ(transport_.requests().at(0).body, "part");
  EXPECT_THAT(log_.calls, ElementsAre("head 201", "done"));
}

TEST_F(FakeHttpTransportTest, SourcesErrorIsTheStatus) {
  transport_.Reply("PUT", kUrl, {{201, {}}});
  Send(Put(std::make_unique<ScriptedSource>(
      std::vector<absl::StatusOr<std::string>>{"part", absl::DataLossError("gone")})));
  EXPECT_THAT(log_.calls, ElementsAre("done"));
  EXPECT_EQ(log_.status, absl::DataLossError("gone"));
  EXPECT_THAT(transport_.requests(), IsEmpty());
}

TEST_F(FakeHttpTransportTest, PassedDeadlineSendsNothing) {
  transport_.Reply("GET", kUrl, {{200, {}}});
  Send(Get(), {absl::InfinitePast(), nullptr});
  EXPECT_THAT(log_.calls, ElementsAre("done"));
  EXPECT_TRUE(absl::IsDeadlineExceeded(log_.status));
  EXPECT_THAT(transport_.requests(), IsEmpty());
}

TEST_F(FakeHttpTransportTest, CancelledBeforeSendsNothing) {
  const auto cancellation = std::make_shared<Cancellation>();
  cancellation->Cancel();
  Send(Get(), {absl::InfiniteFuture(), cancellation});
  EXPECT_THAT(log_.calls, ElementsAre("done"));
  EXPECT_TRUE(absl::IsCancelled(log_.status));
  EXPECT_THAT(transport_.requests(), IsEmpty());
}

TEST_F(FakeHttpTransportTest, CancelEndsAHeldBody) {
  const auto cancellation = std::make_shared<Cancellation>();
  transport_.Reply("GET", kUrl, {{200, {}}, {"one", "two"}});
  log_.hold = true;
  Send(Get(), {absl::InfiniteFuture(), cancellation});
  cancellation->Cancel();
  EXPECT_THAT(log_.calls, ElementsAre("head 200", "body one", "done"));
  EXPECT_TRUE(absl::IsCancelled(log_.status));
  EXPECT_TRUE(log_.receiver_destroyed);
  std::exchange(log_.resume, nullptr)();  // Too late, and harmless.
  EXPECT_EQ(log_.calls.size(), 3u);
}

TEST_F(FakeHttpTransportTest, CancelEndsAnAwaitedSource) {
  const auto cancellation = std::make_shared<Cancellation>();
  HttpBodySource::Ready ready;
  Send(Put(std::make_unique<ScriptedSource>(std::vector<absl::StatusOr<std::string>>{}, &ready)),
       {absl::InfiniteFuture(), cancellation});
  cancellation->Cancel();
  EXPECT_THAT(log_.calls, ElementsAre("done"));
  std::exchange(ready, nullptr)("part");
  EXPECT_THAT(log_.calls, ElementsAre("done"));
}

TEST_F(FakeHttpTransportTest, ManyPartsNeedNoDeepStack) {
  constexpr size_t kParts = 200000;
  transport_.Reply("GET", kUrl, {{200, {}}, std::vector<std::string>(kParts, "x")});
  Send(Get());
  EXPECT_EQ(log_.calls.size(), kParts + 2);
}

}  // namespace
}  // namespace registryd
