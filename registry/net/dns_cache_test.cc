#include "registry/net/dns_cache.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace registryd {
namespace {

constexpr absl::Time kNow = absl::UnixEpoch();

std::shared_ptr<DnsCache::Entry> MakeEntry(absl::string_view address, absl::Time until,
                                           absl::Time made = kNow) {
  return std::make_shared<DnsCache::Entry>(AnswerLiteral(address), made, until, until);
}

std::string AddressOf(const DnsCache::Entry* entry) {
  return entry == nullptr ? "(none)" : entry->result.value()->front().ToString();
}

TEST(DnsCacheTest, FindsWhatWasStored) {
  DnsCache cache(10);
  EXPECT_EQ(cache.Find("a.example", kNow), nullptr);
  cache.Store("a.example", MakeEntry("10.0.0.1", kNow + absl::Seconds(1)), kNow);
  EXPECT_EQ(AddressOf(cache.Find("a.example", kNow)), "10.0.0.1");
  EXPECT_EQ(cache.Find("b.example", kNow), nullptr);
  EXPECT_EQ(cache.Find("A.example", kNow), nullptr);
  EXPECT_EQ(cache.Find("", kNow), nullptr);
}

TEST(DnsCacheTest, StoresFailures) {
  DnsCache cache(10);
  const absl::Time until = kNow + absl::Seconds(1);
  cache.Store("a.example",
              std::make_shared<DnsCache::Entry>(absl::NotFoundError("gone"), kNow, until, until),
              kNow);
  EXPECT_EQ(cache.Find("a.example", kNow)->result.status(), absl::NotFoundError("gone"));
}

TEST(DnsCacheTest, ReplacesTheEntryOfThatName) {
  DnsCache cache(10);
  cache.Store("a.example", MakeEntry("10.0.0.1", kNow + absl::Seconds(1)), kNow);
  cache.Store("a.example", MakeEntry("10.0.0.2", kNow + absl::Seconds(1)), kNow);
  EXPECT_EQ(AddressOf(cache.Find("a.example", kNow)), "10.0.0.2");
  EXPECT_EQ(cache.size(), 1u);
}

TEST(DnsCacheTest, UsableUntilTheInstantItSays) {
  DnsCache cache(10);
  const absl::Time until = kNow + absl::Seconds(5);
  cache.Store("a.example", MakeEntry("10.0.0.1", until), kNow);
  EXPECT_NE(cache.Find("a.example", until - absl::Nanoseconds(1)), nullptr);
  EXPECT_EQ(cache.Find("a.example", until), nullptr);
}

TEST(DnsCacheTest, NotUsableOnceTheClockWasSetBack) {
  DnsCache cache(10);
  const absl::Time made = kNow + absl::Hours(1);
  cache.Store("a.example", MakeEntry("10.0.0.1", made + absl::Seconds(5), made), made);
  // Another thread may have read the clock a little earlier.
  EXPECT_NE(cache.Find("a.example", made - absl::Seconds(1)), nullptr);
  EXPECT_EQ(cache.Find("a.example", made - absl::Seconds(1) - absl::Nanoseconds(1)), nullptr);
  EXPECT_EQ(cache.Find("a.example", kNow), nullptr);
  cache.Store("b.example", MakeEntry("10.0.0.2", kNow + absl::Seconds(5)), kNow);
  EXPECT_EQ(cache.size(), 1u);
}

TEST(DnsCacheTest, NeverHoldsMoreThanItsLimit) {
  for (const size_t limit : {1, 2, 63, 64, 65, 128, 200, 1000}) {
    DnsCache cache(limit);
    for (int i = 0; i < 3000; ++i) {
      cache.Store(absl::StrCat("h", i), MakeEntry("10.0.0.1", kNow + absl::Seconds(1)), kNow);
      ASSERT_LE(cache.size(), limit);
    }
    // Names spread evenly enough for most of the room to be used.
    EXPECT_GE(cache.size(), limit - limit / 4) << limit;
  }
}

TEST(DnsCacheTest, ZeroMeansOne) {
  DnsCache cache(0);
  cache.Store("a.example", MakeEntry("10.0.0.1", kNow + absl::Seconds(1)), kNow);
  EXPECT_NE(cache.Find("a.example", kNow), nullptr);
  EXPECT_EQ(cache.size(), 1u);
}

TEST(DnsCacheTest, MakesRoomWithWhatIsNoLongerUsable) {
  DnsCache cache(2);
  cache.Store("old", MakeEntry("10.0.0.1", kNow + absl::Seconds(1)), kNow);
  cache.Store("new", MakeEntry("10.0.0.2", kNow + absl::Seconds(9)), kNow);
  ASSERT_NE(cache.Find("old", kNow), nullptr);  // Used, and yet the first to go.
  const absl::Time later = kNow + absl::Seconds(1);
  cache.Store("newer", MakeEntry("10.0.0.3", later + absl::Seconds(9)), later);
  EXPECT_NE(cache.Find("new", later), nullptr);
  EXPECT_NE(cache.Find("newer", later), nullptr);
}

TEST(DnsCacheTest, MakesRoomWithWhatNobodyFound) {
  DnsCache cache(2);
  cache.Store("used", MakeEntry("10.0.0.1", kNow + absl::Seconds(1)), kNow);
  ASSERT_NE(cache.Find("used", kNow), nullptr);
  for (int i = 0; i < 100; ++i) {
    cache.Store(absl::StrCat("flood", i), MakeEntry("10.0.0.2", kNow + absl::Seconds(9)), kNow);
  }
  EXPECT_NE(cache.Find("used", kNow), nullptr);
  EXPECT_NE(cache.Find("flood99", kNow), nullptr);
}

TEST(DnsCacheTest, MakesRoomWithWhatEndsSoonest) {
  DnsCache cache(3);
  cache.Store("second", MakeEntry("10.0.0.1", kNow + absl::Seconds(2)), kNow);
  cache.Store("first", MakeEntry("10.0.0.1", kNow + absl::Seconds(1)), kNow);
  cache.Store("third", MakeEntry("10.0.0.1", kNow + absl::Seconds(3)), kNow);
  cache.Store("fourth", MakeEntry("10.0.0.1", kNow + absl::Seconds(4)), kNow);
  EXPECT_EQ(cache.Find("first", kNow), nullptr);
  EXPECT_NE(cache.Find("second", kNow), nullptr);
  EXPECT_NE(cache.Find("third", kNow), nullptr);
  EXPECT_NE(cache.Find("fourth", kNow), nullptr);
}

TEST(DnsCacheTest, ReadersAndWritersTogether) {
  DnsCache cache(100);
  const absl::Time until = kNow + absl::Seconds(1);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&cache, until, t] {
      for (int i = 0; i < 2000; ++i) {
        const std::string host = absl::StrCat("h", (i * 7 + t) % 150);
        if (i % 4 == t) {
          cache.Store(host, MakeEntry("10.0.0.1", until), kNow);
        } else if (const DnsCache::Entry* const entry = cache.Find(host, kNow)) {
          EXPECT_EQ(AddressOf(entry), "10.0.0.1");
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(cache.size(), 100u);
}

}  // namespace
}  // namespace registryd
