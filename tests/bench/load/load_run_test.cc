#include "tests/bench/load/load_run.h"

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server_builder.h"
#include "gtest/gtest.h"
#include "registry/fs/temporary_folder.h"
#include "tests/bench/load/echo_service.h"

namespace registryd {
namespace {

class LoadRunTest : public ::testing::Test {
 protected:
  LoadRunTest() {
    options_.target = absl::StrCat("unix:", folder_.Path("s"));
    options_.warm_up = absl::ZeroDuration();
    options_.duration = absl::Milliseconds(50);
    grpc::ServerBuilder builder;
    builder.AddListeningPort(options_.target, grpc::InsecureServerCredentials());
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
  }

  const TemporaryFolder folder_;
  TextEcho service_;
  std::unique_ptr<grpc::Server> server_;
  LoadOptions options_;
};

TEST_F(LoadRunTest, ClosedLoopKeepsCallsUnderWay) {
  options_.connections = 2;
  options_.outstanding = 4;
  const auto result = PutLoad(options_, {"Echo", {"a", "b"}});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->errors, 0u) << result->first_error;
  EXPECT_GT(result->answered, 4u);
  EXPECT_GE(result->latencies.count(), result->answered);
}

TEST_F(LoadRunTest, OpenLoopBeginsAsManyCallsAsAreDue) {
  options_.outstanding = 100;
  options_.rate = 1000;
  const auto result = PutLoad(options_, {"Echo", {"a"}});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->errors, 0u) << result->first_error;
  EXPECT_EQ(result->latencies.count(), 50u);
}

// No coordinated omission: what waits for its turn is charged from the time at which
// it was due. 5,000 calls, one after the other, take longer than they are due in.
TEST_F(LoadRunTest, OpenLoopChargesForCallsThatHadToWait) {
  options_.outstanding = 1;
  options_.rate = 100'000;
  const auto result = PutLoad(options_, {"Echo", {"a"}});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->latencies.count(), 5000u);
  EXPECT_GT(result->latencies.max(), absl::Milliseconds(20));
}

TEST_F(LoadRunTest, FailedCallsAreCounted) {
  const auto result = PutLoad(options_, {"ResolveRepository", {"ubuntu"}});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_GT(result->errors, 0u);
  EXPECT_EQ(result->errors, result->latencies.count());
  EXPECT_NE(result->first_error, "");
}

TEST_F(LoadRunTest, AnEmptyAnswerIsAFailure) {
  const auto result = PutLoad(options_, {"Echo", {""}});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->first_error, "the answer is empty");
}

TEST_F(LoadRunTest, UnknownMethodsAreRefused) {
  EXPECT_TRUE(absl::IsInvalidArgument(PutLoad(options_, {"Dance", {"a"}}).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(PutLoad(options_, {"Echo", {}}).status()));
}

}  // namespace
}  // namespace registryd
