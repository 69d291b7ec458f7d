#include "registry/uri/password_mask.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace registryd {
namespace {

struct MaskCase {
  const char* name;
  absl::string_view text;
  absl::string_view want;
};

class MaskPasswordTest : public testing::TestWithParam<MaskCase> {};

TEST_P(MaskPasswordTest, Masks) { EXPECT_EQ(MaskPassword(GetParam().text), GetParam().want); }

INSTANTIATE_TEST_SUITE_P(
    All, MaskPasswordTest,
    testing::Values(MaskCase{"Empty", "", ""}, MaskCase{"Host", "http://h:80/a", "http://h:80/a"},
                    MaskCase{"UserOnly", "http://u@h:80/", "http://u@h:80/"},
                    MaskCase{"UserAndPassword", "http://u:pw@h:80/", "http://u:xxxxx@h:80/"},
                    MaskCase{"NoUser", "http://:pw@h", "http://:xxxxx@h"},
                    MaskCase{"EmptyPassword", "http://u:@h", "http://u:@h"},
                    MaskCase{"WithoutScheme", "u:pw@h", "u:xxxxx@h"},
                    MaskCase{"WithoutSlashes", "http:u:pw@h", "http:xxxxx@h"},
                    MaskCase{"SchemeRelative", "//u:pw@h", "//u:xxxxx@h"},
                    MaskCase{"ColonInPassword", "http://u:a:b@h", "http://u:xxxxx@h"},
                    MaskCase{"AtInPassword", "http://u:a@b@h", "http://u:xxxxx@h"},
                    MaskCase{"SlashesInPassword", "http://u:a//b@h", "http://u:xxxxx@h"},
                    MaskCase{"SlashesInPasswordWithoutScheme", "u:a//b@h", "u:xxxxx@h"},
                    MaskCase{"SlashesInPath", "u@h//b:c", "u@h//b:c"},
                    MaskCase{"SlashInPassword", "http://u:a/b@h", "http://u:xxxxx@h"},
                    MaskCase{"HashInPassword", "http://u:a#b@h", "http://u:xxxxx@h"},
                    MaskCase{"QuestionMarkInPassword", "http://u:a?b@h", "http://u:xxxxx@h"},
                    // In doubt too much.
                    MaskCase{"PortAndAtInPath", "http://h:80/a@b", "http://h:xxxxx@b"}),
    [](const testing::TestParamInfo<MaskCase>& info) { return info.param.name; });

// Whatever of the text is shown, nothing of the password is.
TEST(MaskPartTest, EveryPart) {
  constexpr absl::string_view kText = "http://u:SECRET@h/";
  const absl::string_view password = FindPassword(kText);
  ASSERT_EQ(password, "SECRET");
  for (size_t begin = 0; begin <= kText.size(); ++begin) {
    for (size_t size = 0; begin + size <= kText.size(); ++size) {
      const std::string shown = MaskPart(kText.substr(begin, size), password);
      for (const char secret : password) EXPECT_FALSE(absl::StrContains(shown, secret)) << shown;
    }
  }
}

TEST(MaskPartTest, LeavesTheRestAlone) {
  constexpr absl::string_view kText = "http://u:SECRET@h/";
  const absl::string_view password = FindPassword(kText);
  EXPECT_EQ(MaskPart(kText.substr(0, 9), password), "http://u:");
  EXPECT_EQ(MaskPart(kText.substr(15), password), "@h/");
  EXPECT_EQ(MaskPart(kText.substr(8, 4), password), ":xxxxx");
  EXPECT_EQ(MaskPart(kText.substr(12), password), "xxxxx@h/");
  EXPECT_EQ(MaskPart(kText, {}), kText);
}

}  // namespace
}  // namespace registryd
