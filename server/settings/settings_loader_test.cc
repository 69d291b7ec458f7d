#include "server/settings/settings_loader.h"

#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "server/settings/command_line.h"

namespace registryd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string WriteFile(const std::string& text) {
  const std::string path =
      absl::StrCat(testing::TempDir(), "/",
                   testing::UnitTest::GetInstance()->current_test_info()->name(), ".json");
  std::ofstream(path, std::ios::trunc) << text;
  return path;
}

absl::StatusOr<LoadedSettings> Load(const std::vector<std::string>& arguments,
                                    const Environment& environment = {}) {
  auto line = ParseCommandLine(arguments);
  if (!line.ok()) return line.status();
  return LoadSettings(line->values, environment);
}

TEST(LoadSettings, WithoutSourcesGivesDefaults) {
  const auto loaded = Load({});
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  for (const Setting& setting : AllSettings()) {
    EXPECT_EQ(setting.read(loaded->settings), setting.read(Settings())) << setting.key;
  }
  EXPECT_THAT(loaded->notes, IsEmpty());
}

// All eight combinations of the three sources, for one value and for one list.
TEST(LoadSettings, FlagBeatsEnvironmentBeatsFileBeatsDefault) {
  for (int sources = 0; sources < 8; ++sources) {
    const bool flag = sources & 4;
    const bool variable = sources & 2;
    const bool file = sources & 1;
    std::vector<std::string> arguments = {
        "--config", WriteFile(file ? R"({"insecure-registries": ["file", "file2"],
                                         "registryd": {"drain-timeout": "1s"}})"
                                   : "{}")};
    Environment environment;
    if (variable) {
      environment = {{"REGISTRYD_DRAIN_TIMEOUT", "2s"},
                     {"REGISTRYD_INSECURE_REGISTRIES", "env,env2"}};
    }
    if (flag) {
      for (const char* argument : {"--drain-timeout=3s", "--insecure-registry=flag"}) {
        arguments.push_back(argument);
      }
    }
    const auto loaded = Load(arguments, environment);
    ASSERT_TRUE(loaded.ok()) << loaded.status();
    const int seconds = flag ? 3 : variable ? 2 : file ? 1 : 30;
    EXPECT_EQ(loaded->settings.drain_timeout, absl::Seconds(seconds)) << sources;
    const std::vector<std::string> list = flag       ? std::vector<std::string>{"flag"}
                                          : variable ? std::vector<std::string>{"env", "env2"}
                                          : file     ? std::vector<std::string>{"file", "file2"}
                                                     : std::vector<std::string>{};
    EXPECT_EQ(loaded->settings.service_options.insecure_registries, list) << sources;
  }
}

TEST(LoadSettings, ReadsEachListIntoItsPlace) {
  const auto loaded = Load({"--registry-mirror", "https://m", "--insecure-registry", "i",
                            "--allow-nondistributable-artifacts", "n"});
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_THAT(loaded->settings.service_options.mirrors, ElementsAre("https://m"));
  EXPECT_THAT(loaded->settings.service_options.insecure_registries, ElementsAre("i"));
  EXPECT_THAT(loaded->settings.service_options.allow_nondistributable_artifacts, ElementsAre("n"));
}

TEST(LoadSettings, NoneEmptiesAListOfTheFile) {
  const std::string path = WriteFile(R"({"registry-mirrors": ["https://m"]})");
  const auto loaded = Load({"--config", path, "--registry-mirror", "none"});
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_THAT(loaded->settings.service_options.mirrors, IsEmpty());
}

TEST(LoadSettings, TakesTheFilesNameFromTheEnvironment) {
  const std::string path = WriteFile(R"({"registryd": {"max-watchers": 5}})");
  const auto loaded = Load({}, {{"REGISTRYD_CONFIG", path}});
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->settings.max_watchers, 5);
  EXPECT_EQ(loaded->settings.config_file, path);
}

TEST(LoadSettings, NotesWhatItIgnored) {
  const std::string path = WriteFile(R"({"log-driver": "journald", "debug": true})");
  const auto loaded = Load({"--config", path}, {{"REGISTRYD_PORT", "tcp://10.0.0.1:1"}});
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_THAT(loaded->notes,
              ElementsAre("ignored environment variables that are no setting: REGISTRYD_PORT",
                          absl::StrCat("ignored keys of ", path, ": debug, log-driver")));
}

struct CertsDirCase {
  const char* name;
  Environment environment;
  std::string want;
};

class CertsDirTest : public testing::TestWithParam<CertsDirCase> {};

TEST_P(CertsDirTest, IsWhereDockerLooks) {
  const auto loaded = Load({}, GetParam().environment);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->settings.certs_dir, GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Table, CertsDirTest,
    testing::Values(
        CertsDirCase{"WithRoot", {{"HOME", "/h"}}, "/etc/docker/certs.d"},
        CertsDirCase{"RootlessByConfigurationFolder",
                     {{"ROOTLESSKIT_STATE_DIR", "/r"}, {"HOME", "/h"}, {"XDG_CONFIG_HOME", "/c"}},
                     "/c/docker/certs.d"},
        CertsDirCase{"RootlessByHome",
                     {{"ROOTLESSKIT_STATE_DIR", "/r"}, {"HOME", "/h"}},
                     "/h/.config/docker/certs.d"},
        CertsDirCase{
            "RootlessWithoutHome", {{"ROOTLESSKIT_STATE_DIR", "/r"}}, "/etc/docker/certs.d"},
        CertsDirCase{
            "RootlessAndSet",
            {{"ROOTLESSKIT_STATE_DIR", "/r"}, {"HOME", "/h"}, {"REGISTRYD_CERTS_DIR", "/s"}},
            "/s"}),
    [](const auto& info) { return info.param.name; });

struct Refused {
  const char* name;
  std::vector<std::string> arguments;
  Environment environment;
  std::string message;
};

class LoadSettingsRefusesTest : public testing::TestWithParam<Refused> {};

TEST_P(LoadSettingsRefusesTest, NamesTheSource) {
  const auto loaded = Load(GetParam().arguments, GetParam().environment);
  ASSERT_EQ(loaded.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(loaded.status()), Reason::kSettingInvalid);
  EXPECT_THAT(loaded.status().message(), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Table, LoadSettingsRefusesTest,
    testing::Values(
        Refused{"Variable",
                {},
                {{"REGISTRYD_MAX_WATCHERS", "many"}},
                "REGISTRYD_MAX_WATCHERS: expected a whole number from 1 to 1000000, got \"many\""},
        Refused{"VariableList",
                {},
                {{"REGISTRYD_ADMINS", "a,"}},
                "REGISTRYD_ADMINS: expected no empty entry"},
        Refused{"Flag",
                {"--log-level", "loud"},
                {},
                "--log-level: expected debug or info or warning or error, got \"loud\""},
        Refused{"AbsentFile", {"--config", "/absent/daemon.json"}, {}, "/absent/daemon.json: "},
        Refused{"CertificateAlone", {"--tls-cert=c"}, {}, "tls-cert: needs tls-key as well"},
        Refused{"KeyAlone", {"--tls-key=k"}, {}, "tls-key: needs tls-cert as well"},
        Refused{"AuthorityAlone", {"--tls-client-ca=a"}, {}, "tls-client-ca: needs tls-cert"},
        Refused{"NoAuthority",
                {"--tls-cert=c", "--tls-key=k"},
                {},
                "tls-client-auth: require needs tls-client-ca as well"},
        Refused{"UnusedAuthority",
                {"--tls-cert=c", "--tls-key=k", "--tls-client-ca=a", "--tls-client-auth=none"},
                {},
                "tls-client-ca: would not be used"},
        Refused{"ProxyFlag",
                {"--http-proxy", "ftp://proxy"},
                {},
                "--http-proxy: expected a URL such as http://proxy.example:3128"},
        Refused{"ProxyVariable",
                {},
                {{"REGISTRYD_HTTPS_PROXY", "ftp://proxy"}},
                "REGISTRYD_HTTPS_PROXY: expected a URL"},
        Refused{
            "ProxyOfTheMachine", {}, {{"HTTPS_PROXY", "ftp://proxy"}}, "HTTPS_PROXY: expected a "},
        Refused{"Realm",
                {"--trusted-realm", "good", "--trusted-realm", "https://bad"},
                {},
                "--trusted-realm: expected HOST or HOST:PORT as entry 2"},
        Refused{"PlaintextVariable",
                {},
                {{"REGISTRYD_ALLOW_PLAINTEXT_CREDENTIALS", "a:5000, b:x"}},
                "REGISTRYD_ALLOW_PLAINTEXT_CREDENTIALS: expected HOST or HOST:PORT as entry 2"},
        Refused{"MetricsForAll",
                {"--metrics-listen=0.0.0.0:9464"},
                {},
                "metrics-listen: expected a loopback address"}),
    [](const auto& info) { return info.param.name; });

// A password in a proxy's URL, wherever it stands, is in no error.
TEST(LoadSettings, HidesTheProxysPassword) {
  const std::string proxy = "ftp://user:canary@proxy:port";
  const std::string path =
      WriteFile(absl::StrCat(R"({"registryd": {"https-proxy": ")", proxy, R"("}})"));
  const std::pair<std::vector<std::string>, Environment> sources[] = {
      {{"--http-proxy", proxy}, {}},           {{absl::StrCat("--http-proxy=", proxy)}, {}},
      {{}, {{"REGISTRYD_HTTP_PROXY", proxy}}}, {{}, {{"HTTP_PROXY", proxy}}},
      {{}, {{"https_proxy", proxy}}},          {{"--config", path}, {}},
  };
  for (const auto& [arguments, environment] : sources) {
    const auto loaded = Load(arguments, environment);
    ASSERT_FALSE(loaded.ok());
    EXPECT_THAT(loaded.status().ToString(), Not(HasSubstr("canary")));
  }
}

// Each of the three by itself: a setting, else what the machine's other programs use.
TEST(LoadSettings, TakesProxiesOfTheEnvironmentWhereNoneAreSet) {
  const Environment environment = {{"HTTP_PROXY", "http://env-http:1"},
                                   {"https_proxy", "http://env-https:1"},
                                   {"NO_PROXY", "env.example"}};
  const auto unset = Load({}, environment);
  ASSERT_TRUE(unset.ok()) << unset.status();
  EXPECT_EQ(unset->settings.proxies.http_proxy, "http://env-http:1");
  EXPECT_EQ(unset->settings.proxies.https_proxy, "http://env-https:1");
  EXPECT_EQ(unset->settings.proxies.no_proxy, "env.example");

  const std::string path = WriteFile(R"({"registryd": {"https-proxy": "http://file:1"}})");
  const auto set = Load({"--config", path, "--no-proxy=flag.example"}, environment);
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_EQ(set->settings.proxies.http_proxy, "http://env-http:1");
  EXPECT_EQ(set->settings.proxies.https_proxy, "http://file:1");
  EXPECT_EQ(set->settings.proxies.no_proxy, "flag.example");
}

TEST(LoadSettings, DoesNotMindAFaultyProxyThatIsNotUsed) {
  EXPECT_TRUE(Load({"--http-proxy=http://good:1"}, {{"HTTP_PROXY", "ftp://bad"}}).ok());
}

TEST(LoadSettings, TakesTlsInItsThreeForms) {
  EXPECT_TRUE(Load({}).ok());
  EXPECT_TRUE(Load({"--tls-cert=c", "--tls-key=k", "--tls-client-ca=a"}).ok());
  EXPECT_TRUE(Load({"--tls-cert=c", "--tls-key=k", "--tls-client-auth=none"}).ok());
}

TEST(LoadSettings, NamesTheFilesPathForAValueOutOfRange) {
  const std::string path = WriteFile(R"({"registryd": {"max-watchers": 0}})");
  EXPECT_EQ(
      Load({"--config", path}).status().message(),
      path + ": registryd.max-watchers: expected a whole number from 1 to 1000000, got \"0\"");
}

// What a flag overrides is not looked at, but its type in the file is.
TEST(LoadSettings, DoesNotMindAFaultThatIsOverridden) {
  const std::string path = WriteFile(R"({"registryd": {"max-watchers": 0}})");
  EXPECT_TRUE(Load({"--config", path, "--max-watchers=7"}).ok());
}

TEST(ChangedBeyondReload, NamesWhatTakesARestart) {
  Settings running;
  Settings loaded = running;
  EXPECT_THAT(ChangedBeyondReload(running, loaded), IsEmpty());
  loaded.service_options.mirrors = {"https://m"};
  loaded.log_level = LogLevel::kDebug;
  EXPECT_THAT(ChangedBeyondReload(running, loaded), IsEmpty());
  loaded.max_watchers = 1;
  loaded.listen.clear();
  EXPECT_THAT(ChangedBeyondReload(running, loaded), ElementsAre("listen", "max-watchers"));
}

}  // namespace
}  // namespace registryd
