#include "registry/net/curl/receive_budget.h"

#include <cstddef>
#include <list>
#include <memory>

#include "gtest/gtest.h"

namespace registryd {
namespace {

using Share = ReceiveBudget::Share;

// As much as it gets.
void Fill(Share& share) {
  while (share.Double()) {
  }
}

TEST(ReceiveBudget, OneHasAMebibyteAtMost) {
  Share share(std::make_shared<ReceiveBudget>());
  EXPECT_EQ(share.bytes(), Share::kLeastBytes);
  Fill(share);
  EXPECT_EQ(share.bytes(), Share::kMostBytes);
}

TEST(ReceiveBudget, ManyShareWhatThereIs) {
  const auto budget = std::make_shared<ReceiveBudget>();
  std::list<Share> shares;
  size_t beyond_the_least = 0;
  for (int i = 0; i < 1000; ++i) {
    Fill(shares.emplace_back(budget));
    beyond_the_least += shares.back().bytes() - Share::kLeastBytes;
  }
  EXPECT_LE(beyond_the_least, ReceiveBudget::kBytes);
  EXPECT_GT(beyond_the_least, ReceiveBudget::kBytes - Share::kMostBytes);
  EXPECT_EQ(shares.front().bytes(), Share::kMostBytes);
  EXPECT_EQ(shares.back().bytes(), Share::kLeastBytes);

  EXPECT_FALSE(shares.back().Take(Share::kMostBytes));
  shares.pop_front();
  Fill(shares.back());
  EXPECT_GT(shares.back().bytes(), Share::kLeastBytes);
  shares.clear();
  EXPECT_TRUE(shares.emplace_back(budget).Take(ReceiveBudget::kBytes));
  EXPECT_FALSE(shares.back().Double());
}

}  // namespace
}  // namespace registryd
