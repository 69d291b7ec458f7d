#include "server/settings/nearest_name.h"

#include <string>

#include "gtest/gtest.h"

namespace registryd {
namespace {

struct Case {
  const char* name;
  std::string typed;
  std::string want;
};

class NearestNameTest : public testing::TestWithParam<Case> {};

TEST_P(NearestNameTest, NamesWhatWasMeant) {
  EXPECT_EQ(NearestName(GetParam().typed, {"listen", "log-level", "log-format", "admins"}),
            GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Table, NearestNameTest,
    testing::Values(Case{"Itself", "listen", "listen"}, Case{"Substitution", "lesten", "listen"},
                    Case{"Insertion", "lis-ten", "listen"}, Case{"Deletion", "liten", "listen"},
                    Case{"TwoOfFew", "admn", "admins"},
                    Case{"ThreeOfNine", "lgg-lavvl", "log-level"}, Case{"ThreeOfSix", "admabc", ""},
                    Case{"Underscore", "log_level", "log-level"},
                    Case{"FewerChangesWin", "log-forml", "log-format"}, Case{"Nothing", "", ""},
                    Case{"Unlike", "storage-driver", ""},
                    Case{"TooLong", std::string(101, 'l'), ""}),
    [](const auto& info) { return info.param.name; });

TEST(NearestName, WithoutNamesIsEmpty) { EXPECT_EQ(NearestName("listen", {}), ""); }

}  // namespace
}  // namespace registryd
