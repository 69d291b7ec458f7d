#include "server/listen/goaway.h"

#include <atomic>
#include <memory>
#include <thread>
#include <utility>

#include "gtest/gtest.h"
#include "registry/fs/temporary_folder.h"
#include "server/listen/identity_probe.h"
#include "server/listen/listen_address.h"
#include "server/listen/listeners.h"

namespace registryd {
namespace {

class GoawayTest : public ::testing::Test {
 protected:
  GoawayTest() {
    ListenersOptions options;
    options.addresses = {ListenAddress::Unix(folder_.Path("s"))};
    auto probe = IdentityProbe::Start(std::move(options));
    EXPECT_TRUE(probe.ok()) << probe.status();
    probe_ = *std::move(probe);
  }

  const TemporaryFolder folder_;
  std::unique_ptr<IdentityProbe> probe_;
};

TEST_F(GoawayTest, WithoutConnectionsNothingHappens) { SendGoaway(); }

TEST_F(GoawayTest, AClientTakesItsNextCallsToANewConnection) {
  const auto channel = IdentityProbe::Connect(probe_->address());
  ASSERT_TRUE(IdentityProbe::Ask(channel).ok());
  EXPECT_EQ(probe_->stats().accepted, 1);
  SendGoaway();
  EXPECT_TRUE(Eventually(
      [&] { return IdentityProbe::Ask(channel).ok() && probe_->stats().accepted == 2; }));
  EXPECT_TRUE(Eventually([&] { return probe_->stats().open == 1; }));
}

TEST_F(GoawayTest, NoCallIsCutOff) {
  std::atomic<int> answered{0};
  std::atomic<bool> stopping{false};
  std::thread caller([&] {
    const auto channel = IdentityProbe::Connect(probe_->address());
    while (!stopping) {
      const auto answer = IdentityProbe::Ask(channel);
      EXPECT_TRUE(answer.ok()) << answer.status();
      ++answered;
    }
  });
  for (int accepted = 1; accepted <= 20; ++accepted) {
    EXPECT_TRUE(Eventually([&] { return probe_->stats().accepted >= accepted; }));
    const int before = answered;
    EXPECT_TRUE(Eventually([&] { return answered > before; }));
    SendGoaway();
  }
  stopping = true;
  caller.join();
}

}  // namespace
}  // namespace registryd
