#include "server/settings/daemon_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(ParseDaemonFile, ReadsDockersListsAndOurOwnObject) {
  const auto file = ParseDaemonFile("daemon.json", R"({
    "registry-mirrors": ["https://a.example", "https://b.example"],
    "insecure-registries": ["10.0.0.0/8"],
    "allow-nondistributable-artifacts": [],
    "storage-driver": "overlay2",
    "debug": true,
    "registryd": {"max-connections": 10, "reload": false, "drain-timeout": "5s", "admins": ["a"]}
  })");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_THAT(file->ignored_keys, ElementsAre("debug", "storage-driver"));
  const SettingValues& values = file->values;
  EXPECT_EQ(values.size(), 7u);
  EXPECT_THAT(values.at("registry-mirrors").texts,
              ElementsAre("https://a.example", "https://b.example"));
  EXPECT_EQ(values.at("registry-mirrors").origin, "daemon.json: registry-mirrors");
  EXPECT_THAT(values.at("insecure-registries").texts, ElementsAre("10.0.0.0/8"));
  EXPECT_THAT(values.at("allow-nondistributable-artifacts").texts, IsEmpty());
  EXPECT_THAT(values.at("max-connections").texts, ElementsAre("10"));
  EXPECT_THAT(values.at("reload").texts, ElementsAre("false"));
  EXPECT_THAT(values.at("drain-timeout").texts, ElementsAre("5s"));
  EXPECT_THAT(values.at("admins").texts, ElementsAre("a"));
  EXPECT_EQ(values.at("admins").origin, "daemon.json: registryd.admins");
}

TEST(ParseDaemonFile, TakesAFileThatSetsNothing) {
  for (const char* text :
       {"", " \n\t", "{}", "{\"registryd\": {}}", "{\"registry-mirrors\": null}"}) {
    const auto file = ParseDaemonFile("f", text);
    ASSERT_TRUE(file.ok()) << text << file.status();
    EXPECT_THAT(file->values, IsEmpty()) << text;
    EXPECT_THAT(file->ignored_keys, IsEmpty()) << text;
  }
}

// Each setting is refused in another type than its own, by the path of its value.
TEST(ParseDaemonFile, NamesPathAndTypeOfEverySetting) {
  for (const Setting& setting : AllSettings()) {
    if (setting.in_file == Setting::InFile::kNo) continue;
    const bool top = setting.in_file == Setting::InFile::kTopLevel;
    const std::string member = absl::StrCat("\"", setting.key, "\": {}");
    const std::string text =
        top ? absl::StrCat("{", member, "}") : absl::StrCat("{\"registryd\": {", member, "}}");
    const auto file = ParseDaemonFile("f", text);
    ASSERT_FALSE(file.ok()) << text;
    EXPECT_EQ(ReasonOf(file.status()), Reason::kSettingInvalid);
    EXPECT_EQ(FieldOf(file.status()), absl::StrCat("f: ", FileKey(setting)));
    EXPECT_THAT(file.status().message(),
                HasSubstr(absl::StrCat("f: ", FileKey(setting), ": expected ")));
    EXPECT_THAT(file.status().message(), HasSubstr(", got an object"));
  }
}

struct Refused {
  const char* name;
  std::string text;
  std::string message;
};

class DaemonFileRefusesTest : public testing::TestWithParam<Refused> {};

TEST_P(DaemonFileRefusesTest, Says) {
  const auto file = ParseDaemonFile("f", GetParam().text);
  ASSERT_EQ(file.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(file.status()), Reason::kSettingInvalid);
  EXPECT_THAT(file.status().message(), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Table, DaemonFileRefusesTest,
    testing::Values(
        Refused{"NotJson", "registry-mirrors: []", "f: parse error at line 1, column 1"},
        Refused{"Array", "[]", "f: expected an object, got an array"},
        Refused{"Twice", R"({"debug": 1, "debug": 2})", "f: the key \"debug\" stands twice"},
        Refused{"Garbage", "{}x", "f: parse error at line 1, column 3"},
        Refused{"ListOfNumbers", R"({"insecure-registries": ["a", 5]})",
                "f: insecure-registries[1]: expected a string, got a whole number"},
        Refused{"ListAsString", R"({"registry-mirrors": "a"})",
                "f: registry-mirrors: expected an array of strings, got a string"},
        Refused{"ObjectAsArray", R"({"registryd": []})",
                "f: registryd: expected an object, got an array"},
        Refused{"NullOfOurs", R"({"registryd": {"reload": null}})",
                "f: registryd.reload: expected true or false, got null"},
        Refused{"NumberAsString", R"({"registryd": {"max-watchers": "5"}})",
                "f: registryd.max-watchers: expected a whole number, got a string"},
        Refused{"Fraction", R"({"registryd": {"max-watchers": 5.0}})",
                "f: registryd.max-watchers: expected a whole number, got a fraction"},
        Refused{"DurationAsNumber", R"({"registryd": {"drain-timeout": 5}})",
                "f: registryd.drain-timeout: expected a string, got a whole number"},
        Refused{"Misspelt", R"({"registryd": {"log-levle": "info"}})",
                "f: registryd.log-levle: no such setting; is \"log-level\" meant?"},
        Refused{"Unlike", R"({"registryd": {"storage-driver": "x"}})",
                "f: registryd.storage-driver: no such setting"},
        Refused{"DockersInOurs", R"({"registryd": {"registry-mirrors": []}})",
                "f: registryd.registry-mirrors: belongs at the top of the file"},
        Refused{"ConfigInFile", R"({"registryd": {"config": "x"}})",
                "f: registryd.config: can be set by flag or environment only"},
        Refused{"TooLarge", std::string(kMaxDaemonFileBytes + 1, ' '),
                "f: larger than 4194304 bytes"}),
    [](const auto& info) { return info.param.name; });

TEST(ParseDaemonFile, TakesAFileOfExactlyTheLargestSize) {
  EXPECT_TRUE(ParseDaemonFile("f", "{}" + std::string(kMaxDaemonFileBytes - 2, ' ')).ok());
}

std::string PathOf(const char* name) { return absl::StrCat(testing::TempDir(), "/", name); }

void Write(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::trunc) << text;
}

TEST(ReadDaemonFile, FollowsALink) {
  Write(PathOf("real.json"), R"({"registryd": {"log-level": "debug"}})");
  unlink(PathOf("link.json").c_str());
  ASSERT_EQ(symlink("real.json", PathOf("link.json").c_str()), 0);
  const auto file = ReadDaemonFile(PathOf("link.json"));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->values.at("log-level").origin, PathOf("link.json") + ": registryd.log-level");
}

TEST(ReadDaemonFile, RefusesWhatIsNoFile) {
  const std::string absent = PathOf("absent.json");
  EXPECT_EQ(ReadDaemonFile(absent).status().message(),
            absent + ": cannot open: No such file or directory");
  EXPECT_EQ(ReadDaemonFile(testing::TempDir()).status().message(),
            testing::TempDir() + ": not a regular file");
  const std::string pipe = PathOf("pipe");
  unlink(pipe.c_str());
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(ReadDaemonFile(pipe).status().message(), pipe + ": not a regular file");
}

TEST(ReadDaemonFile, AFaultOfTheSystemIsNotTheFiles) {
  EXPECT_EQ(ReadDaemonFile(PathOf("absent.json")).status().code(),
            absl::StatusCode::kInvalidArgument);
  // Nothing is at address 0, which reads as EIO.
  const absl::Status status = ReadDaemonFile("/proc/self/mem").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  EXPECT_EQ(ReasonOf(status), Reason::kSettingInvalid);
  EXPECT_EQ(status.message(), "/proc/self/mem: cannot read: Input/output error");
}

TEST(ReadDaemonFile, RefusesALargeFile) {
  const std::string path = PathOf("large.json");
  Write(path, std::string(kMaxDaemonFileBytes + 1, ' '));
  EXPECT_EQ(ReadDaemonFile(path).status().message(), path + ": larger than 4194304 bytes");
  Write(path, std::string(kMaxDaemonFileBytes, ' '));
  EXPECT_TRUE(ReadDaemonFile(path).ok());
}

}  // namespace
}  // namespace registryd
