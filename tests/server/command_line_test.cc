// registryd's command line, as far as it ends by itself: what is said and how it exits.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/server/registryd_fixture.h"

namespace registryd {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::SizeIs;

constexpr int kOk = 0;
constexpr int kBadSettings = 2;

class CommandLineTest : public RegistrydFixture {
 protected:
  std::string File() const { return folder_.Path("daemon.json"); }
};

TEST_F(CommandLineTest, GoodSettingsAreFoundGood) {
  const struct {
    const char* name;
    const char* file;
    std::vector<std::string> arguments;
    const char* note;
  } kCases[] = {
      {"defaults", "", {}, ""},
      {"lists",
       R"({"registry-mirrors": ["https://mirror.example"],
                    "insecure-registries": ["10.0.0.0/8", "registry.internal:5000"],
                    "allow-nondistributable-artifacts": ["registry.internal:5000"]})",
       {},
       ""},
      {"own settings",
       R"({"registryd": {"drain-timeout": "1m30s", "max-connections": 7}})",
       {},
       ""},
      {"Docker's keys", R"({"log-driver": "journald"})", {}, "log-driver"},
      {"a flag beside the file", "{}", {"--insecure-registry", "[2001:db8::1]:5000"}, ""},
      {"something to look at",
       R"({"insecure-registries": ["http://registry.internal"]})",
       {},
       "should not contain 'http://'"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    folder_.Write("daemon.json", c.file);
    RegistrydOptions options = Options(c.arguments);
    options.arguments.insert(options.arguments.end(), {"--check-config", "--config", File()});
    RegistrydProcess process(options);
    EXPECT_EQ(process.WaitForExit(), kOk);
    EXPECT_EQ(process.output(), "registryd: the configuration is valid\n");
    EXPECT_THAT(process.log(), HasSubstr(c.note));
  }
}

TEST_F(CommandLineTest, AFaultIsNamedAtStartAndByCheckConfig) {
  const struct {
    const char* name;
    const char* file;
    std::vector<std::string> arguments;
    std::string words;
  } kCases[] = {
      {"not JSON", "{\"registryd\": ", {}, absl::StrCat(File(), ": ")},
      {"misspelt key",
       R"({"registryd": {"listn": ["127.0.0.1:0"]}})",
       {},
       "registryd.listn: no such setting; is \"listen\" meant?"},
      {"wrong type",
       R"({"registryd": {"max-watchers": "many"}})",
       {},
       "registryd.max-watchers: expected a whole number, got a string"},
      {"out of range", R"({"registryd": {"max-watchers": 0}})", {}, "registryd.max-watchers: "},
      {"duration", "{}", {"--drain-timeout", "soon"}, "--drain-timeout: "},
      {"mirror",
       R"({"registry-mirrors": ["https://a.example", "ftp://b.example"]})",
       {},
       "registry-mirrors[1]: "},
      {"insecure registry",
       R"({"insecure-registries": ["-registry"]})",
       {},
       "insecure-registries[0]: "},
      {"non-distributable",
       "{}",
       {"--allow-nondistributable-artifacts", "http://registry"},
       "allow-nondistributable-artifacts[0]: "},
      {"half of TLS", "{}", {"--tls-cert", "/nowhere.pem"}, "tls-cert: needs tls-key as well"},
      {"metrics for all", "{}", {"--metrics-listen", "0.0.0.0:9464"}, "metrics-listen: "},
      {"no state folder", "{}", {"--state-dir", folder_.Path("none")}, folder_.Path("none")},
      {"unknown flag",
       "{}",
       {"--listn", "127.0.0.1:0"},
       "--listn: no such flag; is --listen meant?"},
      {"no flag", "{}", {"serve"}, "serve: "},
      {"no value", "{}", {"--state-dir"}, "--state-dir"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    folder_.Write("daemon.json", c.file);
    for (const bool check : {true, false}) {
      SCOPED_TRACE(check);
      RegistrydOptions options = Options({"--config", File()});
      if (check) options.arguments.push_back("--check-config");
      options.arguments.insert(options.arguments.end(), c.arguments.begin(), c.arguments.end());
      RegistrydProcess process(options);
      EXPECT_EQ(process.WaitForExit(), kBadSettings);
      EXPECT_THAT(process.log(), AllOf(HasSubstr("registryd: "), HasSubstr(c.words)));
      EXPECT_EQ(process.output(), "");
    }
  }
}

TEST_F(CommandLineTest, ListenersThatCannotBeAreFaultsOfSettingsEitherWay) {
  const struct {
    std::vector<std::string> arguments;
    const char* words;
  } kCases[] = {
      {{"--listen", "0.0.0.0:50051"}, "other machines could reach it in plain text"},
      {{"--listen", "somewhere"}, "expected unix:PATH or HOST:PORT"},
      {{"--tls-cert", "/nowhere.pem", "--tls-key", "/nowhere.key", "--tls-client-auth", "none"},
       "/nowhere.pem"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.words);
    for (const bool check : {true, false}) {
      SCOPED_TRACE(check);
      RegistrydOptions options = Options(c.arguments);
      if (check) options.arguments.push_back("--check-config");
      RegistrydProcess process(options);
      EXPECT_EQ(process.WaitForExit(), kBadSettings);
      EXPECT_THAT(process.log(), HasSubstr(c.words));
    }
  }
}

TEST_F(CommandLineTest, AVariableAtFaultIsNamed) {
  RegistrydOptions options = Options();
  options.environment.push_back("REGISTRYD_LOG_LEVEL=loud");
  RegistrydProcess process(options);
  EXPECT_EQ(process.WaitForExit(), kBadSettings);
  EXPECT_THAT(process.log(), AllOf(HasSubstr("REGISTRYD_LOG_LEVEL: "), HasSubstr("\"loud\"")));
}

TEST_F(CommandLineTest, VersionNamesVersionAndCommit) {
  RegistrydProcess process(Options({"--version"}));
  EXPECT_EQ(process.WaitForExit(), kOk);
  EXPECT_THAT(process.output(),
              MatchesRegex("registryd [0-9]+\\.[0-9]+\\.[0-9]+ "
                           "\\(commit ([0-9a-f]+|[0-9a-f]+-modified|unknown)\\)\n"));
}

TEST_F(CommandLineTest, HelpFitsATerminalAndNamesTheFlags) {
  RegistrydProcess process(Options({"--help"}));
  EXPECT_EQ(process.WaitForExit(), kOk);
  const std::string help = process.output();
  for (const char* flag : {"--config",
                           "--reload",
                           "--state-dir",
                           "--registry-mirror",
                           "--insecure-registry",
                           "--allow-nondistributable-artifacts",
                           "--insecure-match",
                           "--certs-dir",
                           "--listen",
                           "--tls-cert",
                           "--tls-key",
                           "--tls-client-ca",
                           "--tls-client-auth",
                           "--admin",
                           "--drain-timeout",
                           "--max-connections",
                           "--log-level",
                           "--metrics-listen",
                           "--version",
                           "--check-config"}) {
    EXPECT_THAT(help, HasSubstr(absl::StrCat("  ", flag, " "))) << flag;
  }
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(help, '\n'))) {
    EXPECT_LE(line.size(), 80u) << line;
  }
}

}  // namespace
}  // namespace registryd
