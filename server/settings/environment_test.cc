#include "server/settings/environment.h"

#include <stdlib.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace registryd {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ReadEnvironment, TakesEverySettingByItsName) {
  for (const Setting& setting : AllSettings()) {
    const auto result = ReadEnvironment({{EnvironmentName(setting), "x"}});
    ASSERT_EQ(result.values.size(), 1u) << setting.key;
    EXPECT_THAT(result.values.at(setting.key).texts, ElementsAre("x"));
    EXPECT_EQ(result.values.at(setting.key).origin, EnvironmentName(setting));
  }
}

TEST(ReadEnvironment, SplitsLists) {
  const auto texts = [](const char* value) {
    return ReadEnvironment({{"REGISTRYD_ADMINS", value}}).values.at("admins").texts;
  };
  EXPECT_THAT(texts("a"), ElementsAre("a"));
  EXPECT_THAT(texts("a,b"), ElementsAre("a", "b"));
  EXPECT_THAT(texts(" a , b\t"), ElementsAre("a", "b"));
  EXPECT_THAT(texts("a,,b"), ElementsAre("a", "", "b"));
}

TEST(ReadEnvironment, KeepsCommasOfOtherSettings) {
  EXPECT_THAT(ReadEnvironment({{"REGISTRYD_CERTS_DIR", "/a, b"}}).values.at("certs-dir").texts,
              ElementsAre("/a, b"));
}

TEST(ReadEnvironment, AnEmptyVariableIsNotSet) {
  const auto result = ReadEnvironment({{"REGISTRYD_LISTEN", ""}, {"REGISTRYD_LOG_LEVEL", ""}});
  EXPECT_THAT(result.values, IsEmpty());
  EXPECT_THAT(result.ignored, IsEmpty());
}

TEST(ReadEnvironment, IgnoresAndReportsWhatIsNoSetting) {
  const auto result = ReadEnvironment({{"PATH", "/bin"},
                                       {"REGISTRYD", "x"},
                                       {"REGISTRYD_SERVICE_HOST", "10.0.0.1"},
                                       {"REGISTRYD_log_level", "debug"}});
  EXPECT_THAT(result.values, IsEmpty());
  EXPECT_THAT(result.ignored, ElementsAre("REGISTRYD_SERVICE_HOST", "REGISTRYD_log_level"));
}

TEST(Lookup, IsEmptyForWhatIsNotThere) {
  const Environment environment = {{"A", "1"}};
  EXPECT_EQ(Lookup(environment, "A"), "1");
  EXPECT_EQ(Lookup(environment, "B"), "");
}

TEST(ProcessEnvironment, HoldsWhatIsSet) {
  setenv("REGISTRYD_TEST_VARIABLE", "a=b", 1);
  setenv("REGISTRYD_TEST_EMPTY", "", 1);
  const Environment environment = ProcessEnvironment();
  EXPECT_EQ(Lookup(environment, "REGISTRYD_TEST_VARIABLE"), "a=b");
  EXPECT_EQ(environment.count("REGISTRYD_TEST_EMPTY"), 1u);
}

}  // namespace
}  // namespace registryd
