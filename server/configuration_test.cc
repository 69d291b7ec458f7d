#include "server/configuration.h"

#include <sys/stat.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/config/state_file.h"
#include "registry/fs/temporary_folder.h"
#include "server/settings/settings_loader.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

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

TEST_F(ConfigurationTest, AFileThatCouldNotBeKeptIsReadAgain) {
  folder_.MakeFolder("state");
  SettingValues flags = Flags();
  flags["state-dir"] = {{folder_.Path("state")}, "--state-dir"};
  WriteMirror("https://a.example");
  const auto configuration = Configuration::Create(*LoadSettings(flags, {}), flags, {});
  ASSERT_TRUE(configuration.ok()) << configuration.status();
  WriteMirror("https://b.example");
  // Where the temporary file has to be.
  folder_.MakeFolder("state/service-config.json.new/in the way");
  EXPECT_EQ((*configuration)->Reload().status().code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE((*configuration)->FileChanged());
  folder_.Remove("state/service-config.json.new");
  ASSERT_TRUE((*configuration)->Reload().ok());
  EXPECT_FALSE((*configuration)->FileChanged());
  EXPECT_THAT((*configuration)->store().Current()->config->options().mirrors,
              ElementsAre("https://b.example"));
}

TEST_F(ConfigurationTest, AFileWhoseModeChangedIsReadAgain) {
  WriteMirror("https://a.example");
  const auto loaded = LoadSettings(Flags(), {});
  const auto configuration = Configuration::Create(*loaded, Flags(), {});
  ASSERT_FALSE((*configuration)->FileChanged());
  ASSERT_EQ(chmod(folder_.Path("daemon.json").c_str(), 0600), 0);
  EXPECT_TRUE((*configuration)->FileChanged());
}

TEST_F(ConfigurationTest, AnEmptyFileIsAboutToBeWritten) {
  WriteMirror("https://a.example");
  const auto loaded = LoadSettings(Flags(), {});
  const auto configuration = Configuration::Create(*loaded, Flags(), {});
  folder_.Write("daemon.json", "");
  EXPECT_FALSE((*configuration)->FileChanged());
  WriteMirror("https://b.example");
  EXPECT_TRUE((*configuration)->FileChanged());
  // Who asks for it has it.
  folder_.Write("daemon.json", "");
  ASSERT_TRUE((*configuration)->Reload().ok());
  EXPECT_THAT((*configuration)->store().Current()->config->options().mirrors, IsEmpty());
}

TEST_F(ConfigurationTest, WhatWasSaidTwiceIsTheWordOfWhoSaidItLast) {
  folder_.MakeFolder("state");
  SettingValues flags = Flags();
  flags["state-dir"] = {{folder_.Path("state")}, "--state-dir"};
  WriteMirror("https://a.example");
  {
    const auto configuration = Configuration::Create(*LoadSettings(flags, {}), flags, {});
    ASSERT_TRUE(configuration.ok()) << configuration.status();
    ASSERT_TRUE(
        (*configuration)
            ->store()
            .Update([](ServiceOptions& options) { options.mirrors = {"https://b.example"}; })
            .ok());
    // The operator says the same, and nothing changes.
    WriteMirror("https://b.example");
    ASSERT_TRUE((*configuration)->Reload().ok());
    EXPECT_EQ((*configuration)->store().Current()->version, 2u);
  }
  // Then he takes it back.
  WriteMirror("https://a.example");
  const auto configuration = Configuration::Create(*LoadSettings(flags, {}), flags, {});
  ASSERT_TRUE(configuration.ok()) << configuration.status();
  EXPECT_THAT((*configuration)->store().Current()->config->options().mirrors,
              ElementsAre("https://a.example"));
}

TEST_F(ConfigurationTest, StartsWithASavedStateThatCannotBeSavedAgain) {
  folder_.MakeFolder("state");
  SettingValues flags = Flags();
  flags["state-dir"] = {{folder_.Path("state")}, "--state-dir"};
  WriteMirror("https://a.example");
  ASSERT_TRUE(Configuration::Create(*LoadSettings(flags, {}), flags, {}).ok());
  // Where the temporary file has to be.
  folder_.MakeFolder("state/service-config.json.new/in the way");
  {
    const auto configuration = Configuration::Create(*LoadSettings(flags, {}), flags, {});
    ASSERT_TRUE(configuration.ok()) << configuration.status();
    EXPECT_THAT((*configuration)->warnings(), ElementsAre(HasSubstr("service-config.json.new")));
    EXPECT_FALSE((*configuration)
                     ->store()
                     .Update([](ServiceOptions& options) { options.mirrors.clear(); })
                     .ok());
  }
  // What has to be saved is another matter.
  WriteMirror("https://b.example");
  EXPECT_FALSE(Configuration::Create(*LoadSettings(flags, {}), flags, {}).ok());
}

TEST_F(ConfigurationTest, ASavedListThatCannotBeUsedIsNamedWithItsFile) {
  folder_.MakeFolder("state");
  SettingValues flags = Flags();
  flags["state-dir"] = {{folder_.Path("state")}, "--state-dir"};
  WriteMirror("https://a.example");
  const StateFile state(folder_.Path("state"));
  ASSERT_TRUE(state.Save({7, {{}, {"ftp://x"}, {}}, {{}, {"https://a.example"}, {}}}).ok());
  const absl::Status status = Configuration::Create(*LoadSettings(flags, {}), flags, {}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_THAT(std::string(status.message()),
              StartsWith(absl::StrCat(state.path(), ": registry-mirrors[0]: ")));
}

TEST_F(ConfigurationTest, WithoutAFileNothingChanges) {
  const auto loaded = LoadSettings({}, {});
  const auto configuration = Configuration::Create(*loaded, {}, {});
  EXPECT_FALSE((*configuration)->FileChanged());
}

}  // namespace
}  // namespace registryd
