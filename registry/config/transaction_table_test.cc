#include "registry/config/transaction_table.h"

#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

using ::testing::MatchesRegex;

const absl::Time kNow = absl::FromUnixSeconds(1'000'000);
const absl::Time kExpires = kNow + absl::Seconds(60);
constexpr absl::Duration kTick = absl::Nanoseconds(1);

Transaction Any() { return {nullptr, 7, kExpires}; }

TEST(TransactionTableTest, KeepsUntilTaken) {
  TransactionTable table(10);
  const std::string id = *table.Add(Any(), kNow);
  EXPECT_EQ(table.Find(id, kNow)->base_version, 7);
  EXPECT_EQ(table.Take(id, kNow)->base_version, 7);
  EXPECT_EQ(ReasonOf(table.Find(id, kNow).status()), Reason::kTransactionNotFound);
  EXPECT_TRUE(absl::IsNotFound(table.Take(id, kNow).status()));
}

TEST(TransactionTableTest, ExpiresExactlyThen) {
  TransactionTable table(10);
  const std::string id = *table.Add(Any(), kNow);
  EXPECT_TRUE(table.Find(id, kExpires - kTick).ok());
  EXPECT_EQ(table.size(kExpires - kTick), 1);
  EXPECT_TRUE(absl::IsNotFound(table.Find(id, kExpires).status()));
  EXPECT_EQ(table.size(kExpires), 0);
  EXPECT_TRUE(absl::IsNotFound(table.Take(id, kExpires).status()));
}

TEST(TransactionTableTest, RefusesAboveItsLimitUntilSomeExpire) {
  TransactionTable table(2);
  ASSERT_TRUE(table.Add(Any(), kNow).ok());
  ASSERT_TRUE(table.Add(Any(), kNow).ok());
  const absl::Status status = table.Add(Any(), kExpires - kTick).status();
  EXPECT_TRUE(absl::IsResourceExhausted(status));
  EXPECT_EQ(ReasonOf(status), Reason::kTooManyTransactions);
  EXPECT_TRUE(table.Add({nullptr, 1, kExpires + absl::Seconds(1)}, kExpires).ok());
  EXPECT_EQ(table.size(kExpires), 1);
}

TEST(TransactionTableTest, IdsAre128BitsAndDiffer) {
  TransactionTable table(1000);
  absl::flat_hash_set<std::string> ids;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = *table.Add(Any(), kNow);
    EXPECT_THAT(id, MatchesRegex("[0-9a-f]{32}"));
    EXPECT_TRUE(ids.insert(id).second);
  }
}

TEST(TransactionTableTest, UnknownIdsAreNotFound) {
  TransactionTable table(1);
  EXPECT_TRUE(absl::IsNotFound(table.Take("", kNow).status()));
  EXPECT_TRUE(absl::IsNotFound(table.Find("0123", kNow).status()));
}

}  // namespace
}  // namespace registryd
