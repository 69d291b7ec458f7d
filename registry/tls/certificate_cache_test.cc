#include "registry/tls/certificate_cache.h"

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace registryd {
namespace {

using ::testing::UnorderedElementsAre;

CertificateCache::Pointer Made(int64_t seconds) {
  return std::make_shared<const CertificateCache::Entry>(std::make_shared<const HostCertificates>(),
                                                         "", absl::FromUnixSeconds(seconds));
}

TEST(CertificateCache, FindsWhatWasPut) {
  CertificateCache cache(100);
  EXPECT_EQ(cache.Find("a"), nullptr);
  const auto a = Made(1);
  const auto b = Made(1);
  cache.Put("a", a);
  cache.Put("b", b);
  EXPECT_EQ(cache.Find("a"), a);
  EXPECT_EQ(cache.Find("b"), b);
  EXPECT_THAT(cache.Hosts(), UnorderedElementsAre("a", "b"));
  const auto newer = Made(2);
  cache.Put("a", newer);
  EXPECT_EQ(cache.Find("a"), newer);
  EXPECT_EQ(cache.size(), 2);
  cache.Erase("a");
  cache.Erase("never");
  EXPECT_EQ(cache.Find("a"), nullptr);
  EXPECT_EQ(cache.size(), 1);
}

TEST(CertificateCache, ForgetsTheLeastRecentlyTouchedOfAPart) {
  CertificateCache cache(64);  // Two in each part.
  std::vector<std::string> hosts;
  for (int i = 0; i < 1000; ++i) {
    hosts.push_back(absl::StrCat("host", i));
    cache.Put(hosts.back(), Made(i));
  }
  EXPECT_EQ(cache.size(), 64);
  EXPECT_NE(cache.Find("host999"), nullptr);
  EXPECT_EQ(cache.Find("host0"), nullptr);
  // Touched, an old one stays before all that were not.
  const std::string kept = cache.Hosts()[0];
  cache.Find(kept)->touched = absl::ToUnixNanos(absl::FromUnixSeconds(1000000));
  for (int i = 1000; i < 2000; ++i) cache.Put(absl::StrCat("host", i), Made(i));
  EXPECT_NE(cache.Find(kept), nullptr);
}

TEST(CertificateCache, MayBeUsedByManyThreads) {
  CertificateCache cache(1000);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&cache, t] {
      for (int i = 0; i < 500; ++i) {
        const std::string host = absl::StrCat("host", t, "-", i % 50);
        cache.Put(host, Made(i));
        EXPECT_NE(cache.Find(host), nullptr);
        (void)cache.Find(absl::StrCat("host", (t + 1) % 4, "-", i % 50));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(cache.size(), 200);
}

}  // namespace
}  // namespace registryd
