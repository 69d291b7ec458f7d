#include "tests/soak/process_usage.h"

#include <unistd.h>

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/fs/file_descriptor.h"

namespace registryd {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<ProcessUsage> Rounds(size_t count, int64_t resident_kib, int descriptors) {
  return std::vector<ProcessUsage>(count, {resident_kib, descriptors});
}

TEST(GrowthTest, WhatIsFlatIsFlat) {
  EXPECT_THAT(Growth({}), IsEmpty());
  EXPECT_THAT(Growth(Rounds(12, 50'000, 20)), IsEmpty());
}

TEST(GrowthTest, TheFirstThirdFillsCaches) {
  std::vector<ProcessUsage> rounds = Rounds(12, 90'000, 30);
  for (int i = 0; i < 4; ++i) rounds[i] = {10'000, 5};
  EXPECT_THAT(Growth(rounds), IsEmpty());
}

TEST(GrowthTest, MemoryThatGrowsIsTold) {
  std::vector<ProcessUsage> rounds = Rounds(12, 100'000, 20);
  rounds[11].resident_kib = 100'000 + 5'000 + 4096;
  EXPECT_THAT(Growth(rounds), IsEmpty());
  ++rounds[11].resident_kib;
  EXPECT_THAT(Growth(rounds), HasSubstr("memory: 100000 KiB, then 109097 KiB"));
  rounds.erase(rounds.begin());
  EXPECT_THAT(Growth(rounds), IsEmpty()) << "too few rounds to tell";
}

TEST(GrowthTest, DescriptorsThatStayOpenAreTold) {
  std::vector<ProcessUsage> rounds = Rounds(3, 1'000, 20);
  rounds[2].descriptors = 22;
  EXPECT_THAT(Growth(rounds), IsEmpty());
  rounds[2].descriptors = 23;
  EXPECT_THAT(Growth(rounds), HasSubstr("file descriptors: 20, then 23"));
}

TEST(UsageOfTest, SeesMemoryAndDescriptors) {
  const ProcessUsage before = UsageOf(getpid());
  EXPECT_GT(before.resident_kib, 100);
  const FileDescriptor one(dup(STDERR_FILENO));
  EXPECT_EQ(UsageOf(getpid()).descriptors, before.descriptors + 1);
}

}  // namespace
}  // namespace registryd
