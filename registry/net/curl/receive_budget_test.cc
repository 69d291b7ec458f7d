#include "registry/net/curl/receive_budget.h"

#include "gtest/gtest.h"

namespace registryd {
namespace {

TEST(ReceiveBudget, AFewHaveMuchAndManyHaveLittle) {
  ReceiveBudget budget;
  budget.Join();
  EXPECT_EQ(budget.bytes_each(), ReceiveBudget::kMostBytesEach);
  for (int i = 1; i < 128; ++i) budget.Join();
  EXPECT_EQ(budget.bytes_each(), ReceiveBudget::kBytes / 128);
  for (int i = 128; i < 10'000; ++i) budget.Join();
  EXPECT_EQ(budget.bytes_each(), ReceiveBudget::kLeastBytesEach);
  for (int i = 1; i < 10'000; ++i) budget.Leave();
  EXPECT_EQ(budget.bytes_each(), ReceiveBudget::kMostBytesEach);
  budget.Leave();
  EXPECT_EQ(budget.bytes_each(), ReceiveBudget::kMostBytesEach);
}

}  // namespace
}  // namespace registryd
