// Calls that wait for DNS or certs.d: their answer, deadline and cancellation.
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "server/service/test_server.h"

namespace registryd {
namespace {

using ::testing::SizeIs;

constexpr char kHost[] = "inside.example.com";

TestServerOptions NeedsAddresses() {
  TestServerOptions options;
  options.config.insecure_registries = {"10.0.0.0/8"};
  options.hosts = {{kHost, {"10.1.2.3"}}};
  return options;
}

// An IsInsecureRegistry that is under way.
struct Pending {
  explicit Pending(api::RegistryService::Stub& stub, absl::Duration timeout = absl::Hours(1)) {
    request.set_hostname(kHost);
    context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
    stub.async()->IsInsecureRegistry(&context, &request, &response, [this](grpc::Status s) {
      status = FromGrpcStatus(s);
      done.Notify();
    });
  }

  grpc::ClientContext context;
  api::IsInsecureRegistryRequest request;
  api::IsInsecureRegistryResponse response;
  absl::Status status;
  absl::Notification done;
};

class WaitingCallTest : public testing::Test {
 protected:
  WaitingCallTest() : server_(NeedsAddresses()) { server_.resolver().fake().Hold(); }

  // The one call that was observed, once it has ended.
  RecordingObserver::Call Observed() {
    server_.observer().AwaitCalls(1);
    EXPECT_THAT(server_.observer().calls(), SizeIs(1));
    return server_.observer().calls()[0];
  }

  TestServer server_;
};

TEST_F(WaitingCallTest, IsAnsweredByTheResolversThread) {
  Pending pending(server_.registry());
  server_.resolver().AwaitQueries(1);
  EXPECT_THAT(server_.observer().calls(), SizeIs(0));
  server_.resolver().fake().Release();
  pending.done.WaitForNotification();
  EXPECT_TRUE(pending.status.ok()) << pending.status;
  EXPECT_TRUE(pending.response.insecure());
  EXPECT_TRUE(Observed().status.ok());
}

TEST_F(WaitingCallTest, EndsWithItsCaller) {
  Pending pending(server_.registry());
  server_.resolver().AwaitQueries(1);
  pending.context.TryCancel();
  pending.done.WaitForNotification();
  EXPECT_EQ(pending.status.code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(ReasonOf(Observed().status), Reason::kCancelled);
}

TEST_F(WaitingCallTest, EndsAtItsDeadline) {
  Pending pending(server_.registry(), absl::Milliseconds(100));
  pending.done.WaitForNotification();
  EXPECT_EQ(pending.status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(ReasonOf(Observed().status), Reason::kDeadlineExceeded);
}

TEST_F(WaitingCallTest, EndsWithTheConnection) {
  auto channel = server_.LoopbackChannel();
  auto stub = api::RegistryService::NewStub(channel);
  Pending pending(*stub);
  server_.resolver().AwaitQueries(1);
  server_.Stop();
  pending.done.WaitForNotification();
  EXPECT_FALSE(pending.status.ok());
  EXPECT_EQ(ReasonOf(Observed().status), Reason::kCancelled);
}

TEST_F(WaitingCallTest, LeavesOthersAlone) {
  Pending pending(server_.registry());
  server_.resolver().AwaitQueries(1);
  api::ParseReferenceRequest request;
  request.set_reference("ubuntu");
  EXPECT_TRUE(Call(server_.registry(), &api::RegistryService::Stub::ParseReference, request).ok());
  EXPECT_FALSE(pending.done.HasBeenNotified());
  server_.resolver().fake().Release();
  pending.done.WaitForNotification();
}

TEST_F(WaitingCallTest, ABatchWaitsForAllItsTargets) {
  api::BatchLookupPullEndpointsRequest request;
  for (int i = 0; i < 1000; ++i) request.add_targets()->set_hostname(kHost);
  api::BatchLookupPullEndpointsResponse response;
  grpc::ClientContext context;
  grpc::Status status;
  absl::Notification done;
  server_.registry().async()->BatchLookupPullEndpoints(&context, &request, &response,
                                                       [&](grpc::Status s) {
                                                         status = s;
                                                         done.Notify();
                                                       });
  server_.resolver().AwaitQueries(1000);
  EXPECT_FALSE(done.HasBeenNotified());
  server_.resolver().fake().Release();
  done.WaitForNotification();
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.results_size(), 1000);
  for (const auto& result : response.results()) EXPECT_THAT(result.endpoints(), SizeIs(2));
}

TEST_F(WaitingCallTest, ACancelledBatchFailsAsAWhole) {
  api::BatchLookupPullEndpointsRequest request;
  for (int i = 0; i < 10; ++i) request.add_targets()->set_hostname(kHost);
  api::BatchLookupPullEndpointsResponse response;
  grpc::ClientContext context;
  absl::Notification done;
  server_.registry().async()->BatchLookupPullEndpoints(&context, &request, &response,
                                                       [&](grpc::Status) { done.Notify(); });
  server_.resolver().AwaitQueries(10);
  context.TryCancel();
  done.WaitForNotification();
  EXPECT_EQ(ReasonOf(Observed().status), Reason::kCancelled);
}

// Answers race with cancellations; each call ends exactly once.
TEST_F(WaitingCallTest, SurvivesAnAnswerAtTheMomentOfCancellation) {
  for (int i = 1; i <= 200; ++i) {
    server_.resolver().fake().Hold();
    Pending pending(server_.registry());
    server_.resolver().AwaitQueries(i);
    std::thread canceller([&] { pending.context.TryCancel(); });
    server_.resolver().fake().Release();
    canceller.join();
    pending.done.WaitForNotification();
    server_.observer().AwaitCalls(i);
  }
  EXPECT_THAT(server_.observer().calls(), SizeIs(200));
}

}  // namespace
}  // namespace registryd
