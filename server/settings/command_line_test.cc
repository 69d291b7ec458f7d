#include "server/settings/command_line.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Action = CommandLine::Action;

TEST(ParseCommandLine, WithoutArgumentsServes) {
  const auto line = ParseCommandLine({});
  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_EQ(line->action, Action::kServe);
  EXPECT_THAT(line->values, IsEmpty());
}

TEST(ParseCommandLine, TakesEverySettingInBothForms) {
  for (const Setting& setting : AllSettings()) {
    const std::string flag = absl::StrCat("--", setting.flag);
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{flag, "x"}, std::vector<std::string>{flag + "=x"}}) {
      const auto line = ParseCommandLine(arguments);
      ASSERT_TRUE(line.ok()) << line.status();
      ASSERT_EQ(line->values.size(), 1u) << flag;
      EXPECT_THAT(line->values.at(setting.key).texts, ElementsAre("x"));
      EXPECT_EQ(line->values.at(setting.key).origin, flag);
    }
  }
}

TEST(ParseCommandLine, RepeatsListsAndNothingElse) {
  for (const Setting& setting : AllSettings()) {
    const std::string flag = absl::StrCat("--", setting.flag);
    const auto line = ParseCommandLine({flag, "a", flag, "b"});
    if (setting.type == SettingType::kList) {
      ASSERT_TRUE(line.ok()) << line.status();
      EXPECT_THAT(line->values.at(setting.key).texts, ElementsAre("a", "b"));
    } else {
      EXPECT_EQ(line.status().message(), flag + ": given more than once");
    }
  }
}

// Forms that a command line library may have opinions of its own about.
TEST(ParseCommandLine, TakesValuesAsTheyStand) {
  for (const std::string value : {"[::1]:50051", "[a,b]", "a,b", "", " ", "a=b", "{}", "%%"}) {
    const auto line =
        ParseCommandLine({"--listen", value, "--listen=" + value, "--log-level", "x"});
    ASSERT_TRUE(line.ok()) << value << line.status();
    EXPECT_THAT(line->values.at("listen").texts, ElementsAre(value, value));
    EXPECT_THAT(line->values.at("log-level").texts, ElementsAre("x"));
  }
}

TEST(ParseCommandLine, KnowsItsActions) {
  const auto action = [](const std::vector<std::string>& arguments) {
    const auto line = ParseCommandLine(arguments);
    EXPECT_TRUE(line.ok()) << line.status();
    return line->action;
  };
  EXPECT_EQ(action({"--help"}), Action::kHelp);
  EXPECT_EQ(action({"-h"}), Action::kHelp);
  EXPECT_EQ(action({"--version"}), Action::kVersion);
  EXPECT_EQ(action({"--check-config"}), Action::kCheckConfig);
  EXPECT_EQ(action({"--settings-page"}), Action::kSettingsPage);
  EXPECT_EQ(action({"--check-config", "--version", "--help"}), Action::kHelp);
  EXPECT_EQ(action({"--check-config", "--version"}), Action::kVersion);
  EXPECT_EQ(action({"--check-config", "--config", "f"}), Action::kCheckConfig);
}

struct Refused {
  const char* name;
  std::vector<std::string> arguments;
  std::string message;
};

class CommandLineRefusesTest : public testing::TestWithParam<Refused> {};

TEST_P(CommandLineRefusesTest, Says) {
  const auto line = ParseCommandLine(GetParam().arguments);
  ASSERT_EQ(line.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(line.status()), Reason::kSettingInvalid);
  EXPECT_THAT(line.status().message(), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Table, CommandLineRefusesTest,
    testing::Values(
        Refused{"Misspelt", {"--lisen", "x"}, "--lisen: no such flag; is --listen meant?"},
        Refused{"MisspeltWithValue", {"--lisen=x"}, "--lisen: no such flag; is --listen meant?"},
        Refused{"Plural",
                {"--registry-mirrors", "x"},
                "--registry-mirrors: no such flag; is --registry-mirror meant?"},
        Refused{"Unlike", {"--storage-driver=x"}, "--storage-driver: no such flag; see --help"},
        Refused{"Short", {"-x"}, "-x: no such flag"},
        Refused{"Dash", {"-"}, "-: no argument is expected here"},
        Refused{"Action", {"--hlep"}, "is --help meant?"},
        Refused{"Argument", {"daemon.json"}, "daemon.json: no argument is expected here"},
        Refused{"PasswordAfterASpaceTooMany",
                {"--https-proxy=", "http://u:s3cr3t@proxy:3128"},
                "http://u:xxxxx@proxy:3128: no argument is expected here"},
        Refused{"AfterDashes", {"--", "x"}, "--: no argument is expected here"},
        Refused{"NoValue", {"--listen"}, "--listen"},
        Refused{"FlagAsValue", {"--listen", "--log-level"}, "--listen: needs a value"},
        Refused{"TwoValues", {"--listen", "a", "b"}, "b: no argument is expected here"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace registryd
