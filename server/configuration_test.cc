#include "server/configuration.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/fs/temporary_folder.h"
#include "server/settings/settings_loader.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;

class ConfigurationTest : public ::testing::Test {
 protected:
  void WriteMirror(absl::string_view mirror) {
    folder_.Write("daemon.json", absl::StrCat(R"({"registry-mirrors": [")", mirror, R"("]})"));
  }
  SettingValues Flags() const { return {{"config", {{folder_.Path("daemon.json")}, "--config"}}}; }

  TemporaryFolder folder_;
};

TEST_F(ConfigurationTest, KnowsThatItsFileChangedBeforeAnybodyWatched) {
  WriteMirror("https://a.example");
  const auto loaded = LoadSettings(Flags(), {});
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  WriteMirror("https://longer.example");

  const auto configuration = Configuration::Create(*loaded, Flags(), {});
  ASSERT_TRUE(configuration.ok()) << configuration.status();
  EXPECT_TRUE((*configuration)->FileChanged());
  ASSERT_TRUE((*configuration)->Reload().ok());
  EXPECT_FALSE((*configuration)->FileChanged());
  EXPECT_THAT((*configuration)->store().Current()->config->options().mirrors,
              ElementsAre("https://longer.example"));
}

TEST_F(ConfigurationTest, AFileWithAFaultIsReadOnceNotAgainAndAgain) {
  WriteMirror("https://a.example");
  const auto loaded = LoadSettings(Flags(), {});
  const auto configuration = Configuration::Create(*loaded, Flags(), {});
  EXPECT_FALSE((*configuration)->FileChanged());
  folder_.Write("daemon.json", "{");
  EXPECT_TRUE((*configuration)->FileChanged());
  EXPECT_FALSE((*configuration)->Reload().ok());
  EXPECT_FALSE((*configuration)->FileChanged());
}

TEST_F(ConfigurationTest, WithoutAFileNothingChanges) {
  const auto loaded = LoadSettings({}, {});
  const auto configuration = Configuration::Create(*loaded, {}, {});
  EXPECT_FALSE((*configuration)->FileChanged());
}

}  // namespace
}  // namespace registryd
