#include "server/settings/help_text.h"

#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/settings/setting.h"

namespace registryd {
namespace {

using testing::HasSubstr;

TEST(HelpText, NamesEverySetting) {
  const std::string help = HelpText();
  for (const Setting& setting : AllSettings()) {
    EXPECT_THAT(help, HasSubstr(absl::StrCat("\n  --", setting.flag, " ", setting.placeholder)));
    EXPECT_THAT(help, HasSubstr(absl::StrCat("Default: ", DefaultText(setting), ".")));
    EXPECT_THAT(help, HasSubstr(absl::StrCat("Environment: ", EnvironmentName(setting), ".")));
    EXPECT_THAT(help, HasSubstr(absl::StrCat("\n", setting.group, ":\n")));
    if (FileKey(setting).empty()) continue;
    EXPECT_THAT(help, HasSubstr(absl::StrCat("File: ", FileKey(setting), ".")));
  }
}

TEST(HelpText, NamesActions) {
  for (const char* action : {"--help", "--version", "--check-config"}) {
    EXPECT_THAT(HelpText(), HasSubstr(action));
  }
}

TEST(HelpText, FitsATerminal) {
  const std::string help = HelpText();
  for (const absl::string_view line : absl::StrSplit(help, '\n')) {
    EXPECT_LE(line.size(), 80u) << line;
    for (const char c : line) EXPECT_TRUE(c >= ' ' && c <= '~') << line;
  }
}

TEST(SettingsPage, NamesEverySetting) {
  const std::string page = SettingsPage();
  for (const Setting& setting : AllSettings()) {
    EXPECT_THAT(page, HasSubstr(absl::StrCat("\n### ", setting.key, "\n")));
    EXPECT_THAT(page, HasSubstr(absl::StrCat("`--", setting.flag, " ")));
    EXPECT_THAT(page, HasSubstr(absl::StrCat("`", EnvironmentName(setting), "`")));
  }
}

// When this fails: registryd --settings-page > docs/settings.md
TEST(SettingsPage, IsThePageInDocs) {
  std::ifstream file("docs/settings.md");
  std::stringstream content;
  content << file.rdbuf();
  EXPECT_EQ(content.str(), SettingsPage());
}

}  // namespace
}  // namespace registryd
