#include "tools/build/build_info.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace registryd {
namespace {

TEST(BuildInfo, NamesVersionAndCommit) {
  // "unknown", or a commit of twelve digits, marked if the source was changed.
  EXPECT_THAT(std::string(BuildCommit()),
              testing::MatchesRegex("unknown|[0-9a-f]{12,40}(-modified)?"));
  EXPECT_EQ(VersionText("registryd"),
            "registryd 0.1.0 (commit " + std::string(BuildCommit()) + ")");
}

}  // namespace
}  // namespace registryd
