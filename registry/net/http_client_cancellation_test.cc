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
#include "absl/strings/string_view.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "registry/base/cancellation.h"
#include "registry/base/error.h"
#include "registry/net/fake_http_transport.h"
#include "registry/net/http_client.h"
#include "registry/net/http_client_test_base.h"
#include "registry/net/http_message.h"

namespace registryd {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// A body that does not come before it is asked to.
class HeldBody final : public HttpBodySource {
 public:
  explicit HeldBody(Ready* ready) : ready_(ready) {}
  std::optional<uint64_t> size() const override { return std::nullopt; }
  void Read(size_t max_bytes, Ready ready) override { *ready_ = std::move(ready); }

 private:
  Ready* const ready_;
};

class HttpClientCancellationTest : public HttpClientTestBase {
 protected:
  void Start(HttpCall call) {
    Client().Fetch(std::move(call), {absl::InfiniteFuture(), cancellation_},
                   [this](absl::StatusOr<HttpReply> reply) { results_.push_back(reply.status()); });
  }

  void ExpectCancelledOnce() {
    ASSERT_THAT(results_, SizeIs(1));
    EXPECT_EQ(results_[0].code(), absl::StatusCode::kCancelled) << results_[0];
    EXPECT_EQ(ReasonOf(results_[0]), Reason::kCancelled);
  }

  std::shared_ptr<Cancellation> cancellation_ = std::make_shared<Cancellation>();
  std::vector<absl::Status> results_;
};

TEST_F(HttpClientCancellationTest, BeforeTheStart) {
  cancellation_->Cancel();
  Start(Call());
  ExpectCancelledOnce();
  EXPECT_THAT(Sent(), IsEmpty());
}

TEST_F(HttpClientCancellationTest, BeforeTheStartWithNothingToResolve) {
  upstream_->checked_addresses = Addresses({"10.0.0.1"});
  cancellation_->Cancel();
  Start(Call());
  ExpectCancelledOnce();
}

TEST_F(HttpClientCancellationTest, WhileResolving) {
  resolver_.Hold();
  Start(Call());
  EXPECT_THAT(results_, IsEmpty());
  cancellation_->Cancel();
  ExpectCancelledOnce();
  resolver_.Release();
  ExpectCancelledOnce();
  EXPECT_THAT(Sent(), IsEmpty());
}

TEST_F(HttpClientCancellationTest, WhileResolvingARedirectsHost) {
  upstream_->checked_addresses = Addresses({"10.0.0.1"});
  Redirect("https://registry.example/v2/", "https://cdn.example/");
  resolver_.Hold();
  Start(Call());
  EXPECT_THAT(results_, IsEmpty());
  cancellation_->Cancel();
  ExpectCancelledOnce();
  EXPECT_THAT(Sent(), SizeIs(1));
}

TEST_F(HttpClientCancellationTest, WhileResolvingTheRegistryForComparison) {
  resolver_.SetAddresses("near.example", {"10.5.5.5"});
  HttpCall call = Call("https://near.example/token");
  resolver_.Hold();
  Start(std::move(call));
  // Only the name of the realm; then that of the registry.
  EXPECT_EQ(resolver_.queries("registry.example"), 0);
  resolver_.Release();
  ASSERT_THAT(results_, SizeIs(1));
  EXPECT_EQ(ReasonOf(results_[0]), Reason::kAddressRefused);
  EXPECT_EQ(resolver_.queries("registry.example"), 1);

  results_.clear();
  call = Call("https://10.5.5.5/token");
  resolver_.Hold();
  Start(std::move(call));
  EXPECT_THAT(results_, IsEmpty());
  cancellation_->Cancel();
  ExpectCancelledOnce();
}

TEST_F(HttpClientCancellationTest, WhilePreparing) {
  auto hops = std::make_shared<RecordingHopHeaders>();
  hops->hold = true;
  HttpCall call = Call();
  call.hop_headers = hops;
  Start(std::move(call));
  cancellation_->Cancel();
  HttpHopHeaders::Ready ready = std::move(hops->held);
  std::move(ready)(std::vector<SecretHttpHeader>());
  ExpectCancelledOnce();
  EXPECT_THAT(Sent(), IsEmpty());
}

TEST_F(HttpClientCancellationTest, WhileSending) {
  HttpBodySource::Ready ready;
  HttpCall call = Call();
  call.method = "PUT";
  call.stream = std::make_unique<HeldBody>(&ready);
  Start(std::move(call));
  EXPECT_THAT(results_, IsEmpty());
  cancellation_->Cancel();
  ExpectCancelledOnce();
  std::move(ready)(std::string("late"));
  ExpectCancelledOnce();
  EXPECT_THAT(Sent(), IsEmpty());
}

TEST_F(HttpClientCancellationTest, AfterTheEndChangesNothing) {
  Answer("https://registry.example/v2/");
  Start(Call());
  ASSERT_THAT(results_, ElementsAre(absl::OkStatus()));
  cancellation_->Cancel();
  EXPECT_THAT(results_, SizeIs(1));
}

// Whichever comes first: there is one end.
TEST_F(HttpClientCancellationTest, FromAnotherThread) {
  for (int round = 0; round < 200; ++round) {
    FakeHttpTransport transport;
    transport.Reply("GET", "https://registry.example/v2/", {{302, {{"Location", "/a"}}}, {"x"}});
    transport.Reply("GET", "https://registry.example/a",
                    {{302, {{"Location", "https://cdn.example/b"}}}, {"x"}});
    transport.Reply("GET", "https://cdn.example/b", {{200, {}}, {"x"}});
    HttpClient client(transport, resolver_, proxies_, options_);
    const auto cancellation = std::make_shared<Cancellation>();
    std::thread canceller([&] { cancellation->Cancel(); });
    absl::Status result;
    absl::Notification done;
    client.Fetch(Call(), {absl::InfiniteFuture(), cancellation},
                 [&](absl::StatusOr<HttpReply> reply) {
                   result = reply.status();
                   done.Notify();
                 });
    done.WaitForNotification();
    canceller.join();
    ASSERT_TRUE(result.ok() || ReasonOf(result) == Reason::kCancelled) << result;
  }
}

TEST_F(HttpClientCancellationTest, TheDeadlineHoldsForTheStart) {
  Answer("https://registry.example/v2/");
  upstream_->checked_addresses = Addresses({"10.0.0.1"});
  const absl::Status status = Fetch(Call(), {absl::Now() - absl::Seconds(1), nullptr}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(Sent(), IsEmpty());
}

TEST_F(HttpClientCancellationTest, TheDeadlineHoldsForAllHops) {
  upstream_->checked_addresses = Addresses({"10.0.0.1"});
  Redirect("https://registry.example/v2/", "https://cdn.example/");
  resolver_.Hold();
  absl::Notification done;
  absl::Status status;
  Client().Fetch(Call(), {absl::Now() + absl::Milliseconds(50), nullptr},
                 [&](absl::StatusOr<HttpReply> reply) {
                   status = reply.status();
                   done.Notify();
                 });
  done.WaitForNotification();
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_F(HttpClientCancellationTest, AContextIsTheHopHeadersToo) {
  class Checking final : public HttpHopHeaders {
   public:
    explicit Checking(CallContext want) : want_(std::move(want)) {}
    void Prepare(const HttpHop& hop, const CallContext& context, Ready ready) override {
      EXPECT_EQ(context.deadline, want_.deadline);
      EXPECT_EQ(context.cancellation, want_.cancellation);
      std::move(ready)(std::vector<SecretHttpHeader>());
    }

   private:
    const CallContext want_;
  };
  Answer("https://registry.example/v2/");
  const CallContext context{absl::Now() + absl::Hours(1), cancellation_};
  HttpCall call = Call();
  call.hop_headers = std::make_shared<Checking>(context);
  EXPECT_TRUE(Fetch(std::move(call), context).ok());
}

}  // namespace
}  // namespace registryd
