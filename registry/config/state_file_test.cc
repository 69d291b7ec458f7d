#include "registry/config/state_file.h"

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "registry/fs/temporary_folder.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

constexpr char kName[] = "service-config.json";

SavedState Some(uint64_t version) {
  return {version,
          {{"10.0.0.0/8"}, {"https://m/\u00e9 \"x\""}, {"reg:5000", "fd00::/8"}},
          {{}, {"https://other"}, {}}};
}

// The names in a folder.
std::vector<std::string> List(const std::string& path) {
  std::vector<std::string> names;
  DIR* const folder = opendir(path.c_str());
  while (const dirent* const entry = readdir(folder)) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  closedir(folder);
  return names;
}

// While it lives, no file of this process grows above `bytes`; a write beyond
// fails, as on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_;
  sighandler_t handler_;
};

TEST(StateFileTest, IsLockedByOneAtATime) {
  TemporaryFolder folder;
  StateFile second(folder.path());
  {
    StateFile first(folder.path());
    ASSERT_TRUE(first.Lock().ok());
    const absl::Status status = second.Lock();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(ReasonOf(status), Reason::kSettingInvalid);
    EXPECT_THAT(std::string(status.message()), HasSubstr(folder.path()));
  }
  EXPECT_TRUE(second.Lock().ok());
  EXPECT_THAT(List(folder.path()), ElementsAre());
}

TEST(StateFileTest, LoadsNothingWhereNothingWasSaved) {
  const TemporaryFolder folder;
  const auto loaded = StateFile(folder.path()).Load();
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_FALSE(loaded->has_value());
  EXPECT_THAT(List(folder.path()), ElementsAre());
}

TEST(StateFileTest, LoadsWhatWasSavedLast) {
  const TemporaryFolder folder;
  const StateFile file(folder.path());
  for (const SavedState& state : {Some(1), SavedState{2, {}}, Some(~uint64_t{0})}) {
    ASSERT_TRUE(file.Save(state).ok());
    const auto loaded = StateFile(folder.path()).Load();
    ASSERT_TRUE(loaded.ok()) << loaded.status();
    EXPECT_EQ(**loaded, state);
  }
  EXPECT_THAT(List(folder.path()), ElementsAre(kName));
}

TEST(StateFileTest, IsForPeopleToReadAndForItsOwnerAlone) {
  const TemporaryFolder folder;
  const StateFile file(folder.path());
  ASSERT_TRUE(file.Save({7, {{}, {"https://m"}, {"reg:5000"}}, {{}, {}, {"old"}}}).ok());
  EXPECT_EQ(file.path(), folder.Path(kName));
  std::ifstream stream(file.path());
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(stream), {}),
            "{\n"
            "  \"version\": 7,\n"
            "  \"allow-nondistributable-artifacts\": [],\n"
            "  \"registry-mirrors\": [\n"
            "    \"https://m\"\n"
            "  ],\n"
            "  \"insecure-registries\": [\n"
            "    \"reg:5000\"\n"
            "  ],\n"
            "  \"settings\": {\n"
            "    \"allow-nondistributable-artifacts\": [],\n"
            "    \"registry-mirrors\": [],\n"
            "    \"insecure-registries\": [\n"
            "      \"old\"\n"
            "    ]\n"
            "  }\n"
            "}\n");
  struct stat info;
  ASSERT_EQ(stat(file.path().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0600);
}

TEST(StateFileTest, DamageIsNotAbsence) {
  const struct {
    const char* name;
    const char* content;
  } kCases[] = {
      {"empty", ""},
      {"zeros", "\0\0\0"},
      {"torn", R"({"version": 7, "allow-nondistributable-artifacts": [], "regis)"},
      {"not an object", "[]"},
      {"settings a text",
       R"({"version":1,"allow-nondistributable-artifacts":[],"registry-mirrors":[],)"
       R"("insecure-registries":[],"settings":"none"})"},
      {"settings without a list",
       R"({"version":1,"allow-nondistributable-artifacts":[],"registry-mirrors":[],)"
       R"("insecure-registries":[],"settings":{"registry-mirrors":[]}})"},
      {"no version",
       R"({"allow-nondistributable-artifacts":[],"registry-mirrors":[],"insecure-registries":[]})"},
      {"version 0", R"({"version":0,"allow-nondistributable-artifacts":[],"registry-mirrors":[],)"
                    R"("insecure-registries":[]})"},
      {"negative version",
       R"({"version":-1,"allow-nondistributable-artifacts":[],"registry-mirrors":[],)"
       R"("insecure-registries":[]})"},
      {"version a text",
       R"({"version":"1","allow-nondistributable-artifacts":[],"registry-mirrors":[],)"
       R"("insecure-registries":[]})"},
      {"a list is missing", R"({"version":1,"registry-mirrors":[],"insecure-registries":[]})"},
      {"a list is null",
       R"({"version":1,"allow-nondistributable-artifacts":null,"registry-mirrors":[],)"
       R"("insecure-registries":[]})"},
      {"a list of numbers",
       R"({"version":1,"allow-nondistributable-artifacts":[],"registry-mirrors":[1],)"
       R"("insecure-registries":[]})"},
      {"two documents",
       R"({"version":1,"allow-nondistributable-artifacts":[],"registry-mirrors":[],)"
       R"("insecure-registries":[]}{})"},
  };
  for (const auto& test : kCases) {
    const TemporaryFolder folder;
    folder.Write(kName, test.content);
    const absl::Status status = StateFile(folder.path()).Load().status();
    EXPECT_TRUE(absl::IsDataLoss(status)) << test.name << ": " << status;
    EXPECT_EQ(ReasonOf(status), Reason::kSettingInvalid) << test.name;
    EXPECT_THAT(std::string(status.message()), HasSubstr(folder.Path(kName))) << test.name;
  }
}

TEST(StateFileTest, KeysOfOthersAreIgnored) {
  const TemporaryFolder folder;
  folder.Write(kName, R"({"later":{},"version":1,"allow-nondistributable-artifacts":[],)"
                      R"("registry-mirrors":[],"insecure-registries":["a"]})");
  EXPECT_EQ(**StateFile(folder.path()).Load(), (SavedState{1, {{}, {}, {"a"}}}));
}

TEST(StateFileTest, OnlyARegularFileIsRead) {
  const TemporaryFolder folder;
  folder.MakeFolder(kName);
  EXPECT_TRUE(absl::IsDataLoss(StateFile(folder.path()).Load().status()));
  folder.Remove(kName);
  ASSERT_EQ(mkfifo(folder.Path(kName).c_str(), 0600), 0);
  EXPECT_TRUE(absl::IsDataLoss(StateFile(folder.path()).Load().status()));
  folder.Remove(kName);
  folder.Write("elsewhere", "{}");
  folder.Link("elsewhere", kName);
  EXPECT_TRUE(absl::IsFailedPrecondition(StateFile(folder.path()).Load().status()));
}

TEST(StateFileTest, FolderHasToBeThere) {
  const TemporaryFolder folder;
  folder.MakeFolder("state");
  const StateFile file(folder.Path("state"));
  ASSERT_TRUE(file.Save(Some(1)).ok());
  folder.Remove("state");
  EXPECT_TRUE(absl::IsFailedPrecondition(file.Load().status()));
  const absl::Status status = file.Save(Some(2));
  EXPECT_TRUE(absl::IsUnavailable(status));
  EXPECT_EQ(ReasonOf(status), Reason::kStateNotWritten);
  EXPECT_THAT(std::string(status.message()), HasSubstr("No such file or directory"));
}

TEST(StateFileTest, FullDiskLeavesTheOldState) {
  const TemporaryFolder folder;
  const StateFile file(folder.path());
  ASSERT_TRUE(file.Save(Some(1)).ok());
  for (const rlim_t bytes : {rlim_t{0}, rlim_t{1}, rlim_t{100}}) {
    const FileSizeLimit limit(bytes);
    const absl::Status status = file.Save(Some(2));
    EXPECT_TRUE(absl::IsUnavailable(status)) << bytes;
    EXPECT_EQ(ReasonOf(status), Reason::kStateNotWritten) << bytes;
    EXPECT_THAT(List(folder.path()), ElementsAre(kName)) << bytes;
    EXPECT_EQ(**file.Load(), Some(1)) << bytes;
  }
  EXPECT_TRUE(file.Save(Some(2)).ok());
}

TEST(StateFileTest, FailureToReplaceRemovesTheTemporary) {
  const TemporaryFolder folder;
  folder.MakeFolder(absl::StrCat(kName, "/occupied"));
  const absl::Status status = StateFile(folder.path()).Save(Some(1));
  EXPECT_EQ(ReasonOf(status), Reason::kStateNotWritten);
  EXPECT_THAT(List(folder.path()), ElementsAre(kName));
}

TEST(StateFileTest, LeftoversOfAKilledProcessDoNotMatter) {
  const TemporaryFolder folder;
  const StateFile file(folder.path());
  folder.Write("service-config.json.new", "half a st");
  EXPECT_FALSE(file.Load()->has_value());
  ASSERT_TRUE(file.Save(Some(1)).ok());
  EXPECT_THAT(List(folder.path()), ElementsAre(kName));
}

TEST(StateFileTest, DoesNotWriteThroughALink) {
  const TemporaryFolder folder;
  const StateFile file(folder.path());
  folder.Write("precious", "precious");
  folder.Link("precious", "service-config.json.new");
  folder.Link("precious", kName);
  ASSERT_TRUE(file.Save(Some(1)).ok());
  EXPECT_EQ(**file.Load(), Some(1));
  std::ifstream stream(folder.Path("precious"));
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(stream), {}), "precious");
  EXPECT_THAT(List(folder.path()), UnorderedElementsAre(kName, "precious"));
}

TEST(StateFileTest, RefusesTextThatIsNotUtf8) {
  const TemporaryFolder folder;
  const absl::Status status = StateFile(folder.path()).Save({1, {{}, {"https://m/\xff"}, {}}});
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(List(folder.path()), ElementsAre());
}

}  // namespace
}  // namespace registryd
