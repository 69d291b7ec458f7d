#include "server/check_settings.h"

#include <sys/stat.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "registry/config/state_file.h"
#include "registry/fs/run_unprivileged.h"
#include "registry/fs/temporary_folder.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

const ServiceOptions kWritten = {{}, {"https://file.example"}, {}};
const ServiceOptions kUnusable = {{}, {"https://ok.example", "ftp://x"}, {}};

class CheckStateTest : public ::testing::Test {
 protected:
  CheckStateTest() {
    folder_.MakeFolder("state");
    settings_.state_dir = folder_.Path("state");
    settings_.service_options = kWritten;
  }
  void Save(const SavedState& state) const {
    ASSERT_TRUE(StateFile(settings_.state_dir).Save(state).ok());
  }

  TemporaryFolder folder_;
  Settings settings_;
};

TEST_F(CheckStateTest, SavedListsHaveToBeUsable) {
  Save({7, kUnusable, kWritten});
  const absl::Status status = CheckSettings(settings_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_THAT(std::string(status.message()),
              StartsWith(folder_.Path("state/service-config.json") + ": registry-mirrors[1]: "));
}

TEST_F(CheckStateTest, SavedListsThatAreNotTakenDoNotMatter) {
  Save({7, kUnusable, {}});
  const auto warnings = CheckSettings(settings_);
  ASSERT_TRUE(warnings.ok()) << warnings.status();
  EXPECT_THAT(*warnings, IsEmpty());
}

// In a folder that may be read alone.
class CheckReadOnlyStateTest : public CheckStateTest {
 protected:
  ~CheckReadOnlyStateTest() override { chmod(settings_.state_dir.c_str(), 0755); }

  // False where nobody is there whom rights bind.
  bool Check() {
    chmod(folder_.path().c_str(), 0755);
    chmod(folder_.Path("state/service-config.json").c_str(), 0644);
    chmod(settings_.state_dir.c_str(), 0555);
    return RunUnprivileged([&] { checked_ = CheckSettings(settings_); });
  }

  absl::StatusOr<std::vector<std::string>> checked_;
};

TEST_F(CheckReadOnlyStateTest, WhatTheStartWritesHasToBeWritable) {
  if (!Check()) GTEST_SKIP() << "root cannot become nobody here";
  EXPECT_EQ(checked_.status().code(), absl::StatusCode::kUnavailable) << checked_.status();
  EXPECT_EQ(ReasonOf(checked_.status()), Reason::kStateNotWritten);
  EXPECT_THAT(std::string(checked_.status().message()), HasSubstr(settings_.state_dir));
}

TEST_F(CheckReadOnlyStateTest, WhatNeedNotBeWrittenIsAWarning) {
  Save({7, {{}, {"https://caller.example"}, {}}, kWritten});
  if (!Check()) GTEST_SKIP() << "root cannot become nobody here";
  ASSERT_TRUE(checked_.ok()) << checked_.status();
  EXPECT_THAT(*checked_, ElementsAre(HasSubstr(settings_.state_dir)));
}

}  // namespace
}  // namespace registryd
