#include "server/service/config_watch.h"

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "server/service/test_server.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// A stream, read by the test.
class Watch {
 public:
  explicit Watch(api::ConfigService::Stub& stub)
      : reader_(stub.WatchServiceConfig(&context_, api::WatchServiceConfigRequest())) {}
  ~Watch() {
    Cancel();
    if (!finished_) (void)Finish();
  }

  // The next version; 0 at the stream's end.
  uint64_t Read() { return reader_->Read(&message_) ? message_.version() : 0; }
  const api::WatchServiceConfigResponse& message() const { return message_; }

  void Cancel() { context_.TryCancel(); }
  absl::Status Finish() {
    while (reader_->Read(&message_)) {
    }
    finished_ = true;
    return FromGrpcStatus(reader_->Finish());
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<api::WatchServiceConfigResponse>> reader_;
  api::WatchServiceConfigResponse message_;
  bool finished_ = false;
};

void Change(TestServer& server, const std::string& host) {
  const auto changed = server.store().Update(
      [&](ServiceOptions& options) { options.mirrors = {absl::StrCat("https://", host)}; });
  ASSERT_TRUE(changed.ok()) << changed.status();
}

TEST(ConfigWatchTest, BeginsWithThePresentAndFollows) {
  TestServer server;
  Watch watch(server.config());
  EXPECT_EQ(watch.Read(), 1);
  EXPECT_TRUE(watch.message().has_config());
  EXPECT_THAT(watch.message().config().mirrors(), IsEmpty());
  Change(server, "a.example.com");
  EXPECT_EQ(watch.Read(), 2);
  EXPECT_THAT(watch.message().config().mirrors(), ElementsAre("https://a.example.com/"));
  EXPECT_THAT(watch.message().options().mirrors(), ElementsAre("https://a.example.com"));
  Change(server, "b.example.com");
  EXPECT_EQ(watch.Read(), 3);
}

TEST(ConfigWatchTest, ASlowReaderMissesVersionsButNotTheNewest) {
  TestServer server;
  Watch watch(server.config());
  EXPECT_EQ(watch.Read(), 1);
  for (int i = 0; i < 1000; ++i) Change(server, absl::StrCat("h", i, ".example.com"));
  std::vector<uint64_t> versions;
  while (versions.empty() || versions.back() != 1001) versions.push_back(watch.Read());
  // What was on its way when the reader paused, and the newest.
  EXPECT_LE(versions.size(), 3);
  for (size_t i = 1; i < versions.size(); ++i) EXPECT_GT(versions[i], versions[i - 1]);
}

TEST(ConfigWatchTest, AThousandWatchersAllSeeAChange) {
  TestServer server;
  std::vector<std::unique_ptr<Watch>> watches;
  for (int i = 0; i < 1000; ++i) watches.push_back(std::make_unique<Watch>(server.config()));
  for (const auto& watch : watches) ASSERT_EQ(watch->Read(), 1);
  EXPECT_EQ(server.store().watchers(), 1000);
  Change(server, "a.example.com");
  for (const auto& watch : watches) ASSERT_EQ(watch->Read(), 2);
  server.config_service().Shutdown();
  for (const auto& watch : watches) {
    EXPECT_EQ(ReasonOf(watch->Finish()), Reason::kShuttingDown);
  }
  server.Stop();
  EXPECT_EQ(server.store().watchers(), 0);
}

TEST(ConfigWatchTest, EndsWithItsReader) {
  TestServer server;
  Watch watch(server.config());
  EXPECT_EQ(watch.Read(), 1);
  watch.Cancel();
  EXPECT_EQ(watch.Finish().code(), absl::StatusCode::kCancelled);
  server.observer().AwaitCalls(1);
  const auto calls = server.observer().calls();
  EXPECT_EQ(calls[0].method, "registry.v1.ConfigService/WatchServiceConfig");
  EXPECT_EQ(ReasonOf(calls[0].status), Reason::kCancelled);
}

TEST(ConfigWatchTest, EndsWithAReaderThatDoesNotRead) {
  TestServer server;
  {
    Watch watch(server.config());
    for (int i = 0; i < 10; ++i) Change(server, absl::StrCat("h", i, ".example.com"));
  }
  server.observer().AwaitCalls(1);
  Change(server, "after.example.com");
}

TEST(ConfigWatchTest, EndsWithTheServer) {
  TestServer server;
  auto stub = api::ConfigService::NewStub(server.LoopbackChannel());
  Watch watch(*stub);
  EXPECT_EQ(watch.Read(), 1);
  server.Stop();
  EXPECT_FALSE(watch.Finish().ok());
  EXPECT_EQ(server.store().watchers(), 0);
}

TEST(ConfigWatchTest, ShutdownEndsOldAndNewStreams) {
  TestServer server;
  Watch old_watch(server.config());
  EXPECT_EQ(old_watch.Read(), 1);
  server.config_service().Shutdown();
  server.config_service().Shutdown();
  Change(server, "a.example.com");
  const absl::Status ended = old_watch.Finish();
  EXPECT_EQ(ended.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(ended), Reason::kShuttingDown);
  Watch new_watch(server.config());
  EXPECT_EQ(new_watch.Read(), 0);
  EXPECT_EQ(ReasonOf(new_watch.Finish()), Reason::kShuttingDown);
  EXPECT_TRUE(Call(server.config(), &api::ConfigService::Stub::GetServiceConfig,
                   api::GetServiceConfigRequest())
                  .ok())
      << "calls that are short are for the server to end";
}

TEST(ConfigWatchTest, StreamsAreLimited) {
  TestServerOptions options;
  options.store.max_watchers = 2;
  TestServer server(std::move(options));
  Watch first(server.config());
  Watch second(server.config());
  EXPECT_EQ(first.Read(), 1);
  EXPECT_EQ(second.Read(), 1);
  Watch third(server.config());
  const absl::Status refused = third.Finish();
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(refused), Reason::kTooManyWatchers);
}

// Streams come and go while the configuration changes and, at last, shuts down.
TEST(ConfigWatchTest, SurvivesTurmoil) {
  TestServer server;
  std::vector<std::thread> readers;
  for (int i = 0; i < 8; ++i) {
    readers.emplace_back([&server, i] {
      for (int j = 0; j < 50; ++j) {
        Watch watch(server.config());
        uint64_t last = 0;
        // Reads nothing, or what is current, or what the reader itself changes too.
        for (int k = 0; k < (i + j) % 3; ++k) {
          const uint64_t version = watch.Read();
          EXPECT_GT(version, last);
          last = version;
          if (k == 0) Change(server, absl::StrCat("h", i, "-", j, ".example.com"));
        }
      }
    });
  }
  for (std::thread& reader : readers) reader.join();
  server.config_service().Shutdown();
  server.Stop();
  EXPECT_EQ(server.store().watchers(), 0);
  EXPECT_THAT(server.observer().calls(), SizeIs(400));
}

}  // namespace
}  // namespace registryd
