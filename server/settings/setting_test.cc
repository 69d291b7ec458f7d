#include "server/settings/setting.h"

#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace registryd {
namespace {

using testing::ElementsAre;

const Setting& Find(absl::string_view key) {
  for (const Setting& setting : AllSettings()) {
    if (setting.key == key) return setting;
  }
  ADD_FAILURE() << "no setting " << key;
  return AllSettings().front();
}

TEST(AllSettings, HaveDistinctNames) {
  absl::flat_hash_set<std::string> flags;
  absl::flat_hash_set<std::string> variables;
  for (const Setting& setting : AllSettings()) {
    EXPECT_TRUE(flags.emplace(setting.flag).second) << setting.flag;
    EXPECT_TRUE(variables.insert(EnvironmentName(setting)).second) << setting.key;
    EXPECT_FALSE(setting.group.empty()) << setting.key;
    EXPECT_FALSE(setting.placeholder.empty()) << setting.key;
    EXPECT_TRUE(absl::EndsWith(setting.meaning, ".")) << setting.key;
    // Secrets have no place in flags, which every user of the machine can read.
    EXPECT_FALSE(absl::StrContains(setting.key, "password")) << setting.key;
  }
}

// Reading what was written gives it back: each setting has a field of its own.
TEST(AllSettings, ReadWhatTheyWrite) {
  for (const Setting& setting : AllSettings()) {
    std::vector<std::string> texts;
    for (const char* candidate : {"a", "compatible", "none", "debug", "text", "7", "7s", "off"}) {
      Settings settings;
      const std::vector<std::string> before = setting.read(settings);
      if (!setting.write(settings, {candidate}).ok() || setting.read(settings) == before) continue;
      texts = {candidate};
      for (const Setting& other : AllSettings()) {
        if (&other == &setting) continue;
        EXPECT_EQ(other.read(settings), other.read(Settings())) << setting.key << other.key;
      }
      break;
    }
    EXPECT_FALSE(texts.empty()) << setting.key << " never changed";
  }
}

TEST(AllSettings, TakeTheirOwnDefaults) {
  for (const Setting& setting : AllSettings()) {
    const std::vector<std::string> texts = setting.read(Settings());
    Settings settings;
    EXPECT_TRUE(setting.write(settings, texts).ok()) << setting.key;
    EXPECT_EQ(setting.read(settings), texts) << setting.key;
  }
}

struct Case {
  const char* name;
  const char* key;
  std::string text;
  // What is read back; empty: refused.
  std::string want;
};

class SettingValueTest : public testing::TestWithParam<Case> {};

TEST_P(SettingValueTest, IsTakenOrRefused) {
  const Case& c = GetParam();
  const Setting& setting = Find(c.key);
  Settings settings;
  const absl::Status status = setting.write(settings, {c.text});
  if (c.want.empty()) {
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_TRUE(absl::StartsWith(status.message(), "expected ")) << status;
    EXPECT_EQ(setting.read(settings), setting.read(Settings()));
  } else {
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_THAT(setting.read(settings), ElementsAre(c.want));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, SettingValueTest,
    testing::Values(
        Case{"Least", "max-connections", "1", "1"},
        Case{"Most", "max-connections", "1000000", "1000000"},
        Case{"TooFew", "max-connections", "0", ""},
        Case{"TooMany", "max-connections", "1000001", ""},
        Case{"Negative", "max-connections", "-1", ""},
        Case{"Overflow", "max-connections", "99999999999999999999", ""},
        Case{"NoNumber", "max-connections", "many", ""},
        Case{"EmptyNumber", "max-connections", "", ""},
        Case{"Trailing", "max-connections", "5x", ""},
        Case{"Seconds", "drain-timeout", "90s", "1m30s"}, Case{"NoTime", "drain-timeout", "0", "0"},
        Case{"Longest", "drain-timeout", "1h", "1h"}, Case{"TooLong", "drain-timeout", "1h1ns", ""},
        Case{"NegativeTime", "drain-timeout", "-1s", ""},
        Case{"Unitless", "drain-timeout", "5", ""}, Case{"Infinite", "drain-timeout", "inf", ""},
        Case{"ShortestLife", "transaction-lifetime", "1s", "1s"},
        Case{"TooShortALife", "transaction-lifetime", "999ms", ""},
        Case{"Choice", "insecure-match", "compatible", "compatible"},
        Case{"NoChoice", "insecure-match", "Strict", ""}, Case{"EmptyChoice", "log-level", "", ""},
        Case{"Level", "log-level", "warning", "warning"}, Case{"NoLevel", "log-level", "trace", ""},
        Case{"On", "reload", "true", "on"}, Case{"Off", "reload", "off", "off"},
        Case{"NoSwitch", "reload", "1", ""}, Case{"Nul", "state-dir", std::string("a\0b", 3), ""},
        Case{"ProxyUrl", "http-proxy", "http://u:p@proxy:3128", "http://u:p@proxy:3128"},
        Case{"ProxyHost", "https-proxy", "proxy:3128", "proxy:3128"},
        Case{"NoProxyUrl", "https-proxy", "http://proxy:port", ""},
        Case{"NoProxyScheme", "http-proxy", "socks5://proxy:1080", ""},
        Case{"Server", "trusted-realms", "auth.example", "auth.example"},
        Case{"ServerWithPort", "trusted-realms", "auth.example:5001", "auth.example:5001"},
        Case{"ServerByAddress", "allow-plaintext-credentials", "[::1]:5000", "[::1]:5000"},
        Case{"ServerUrl", "trusted-realms", "https://auth.example", ""},
        Case{"ServerPath", "trusted-realms", "auth.example/token", ""},
        Case{"ServerWithPassword", "allow-plaintext-credentials", "u:p@host", ""},
        Case{"ServerPort", "allow-plaintext-credentials", "host:65536", ""},
        Case{"EmptyServer", "trusted-realms", "", ""},
        Case{"NoTokens", "max-cached-tokens", "0", "0"},
        Case{"NoRequests", "max-upstream-requests", "0", ""},
        Case{"NoSessionsOfACaller", "max-v1-sessions-per-caller", "0", ""},
        Case{"NoSessions", "max-v1-sessions", "0", ""},
        Case{"ShortestSession", "v1-session-idle-timeout", "1s", "1s"},
        Case{"LongestSession", "v1-session-idle-timeout", "24h", "24h"},
        Case{"TooShortASession", "v1-session-idle-timeout", "999ms", ""},
        Case{"ShortestHelper", "credential-helper-timeout", "1s", "1s"},
        Case{"LongestHelper", "credential-helper-timeout", "5m", "5m"},
        Case{"TooShortAHelper", "credential-helper-timeout", "999ms", ""},
        Case{"TooLongAHelper", "credential-helper-timeout", "5m1ns", ""},
        Case{"NulInList", "admins", std::string("\0", 1), ""},
        Case{"EmptyEntry", "admins", "", ""}),
    [](const auto& info) { return info.param.name; });

TEST(Setting, NoneIsTheEmptyList) {
  Settings settings;
  ASSERT_TRUE(Find("listen").write(settings, {"none"}).ok());
  EXPECT_TRUE(settings.listen.empty());
  ASSERT_TRUE(Find("listen").write(settings, {"none", "a"}).ok());
  EXPECT_THAT(settings.listen, ElementsAre("none", "a"));
}

TEST(Setting, SaysWhichServerIsAtFault) {
  Settings settings;
  const absl::Status status = Find("trusted-realms").write(settings, {"good", "u:p@bad", "good2"});
  EXPECT_EQ(status.message(), "expected HOST or HOST:PORT as entry 2");
  EXPECT_TRUE(settings.trusted_realms.empty());
  ASSERT_TRUE(Find("trusted-realms").write(settings, {"none"}).ok());
  EXPECT_TRUE(settings.trusted_realms.empty());
}

TEST(Setting, IsConfidentialWhereItMayHoldAPassword) {
  for (const Setting& setting : AllSettings()) {
    EXPECT_EQ(setting.confidential, setting.key == "http-proxy" || setting.key == "https-proxy")
        << setting.key;
  }
}

TEST(Setting, OffIsNoMetrics) {
  Settings settings;
  ASSERT_TRUE(Find("metrics-listen").write(settings, {"off"}).ok());
  EXPECT_EQ(settings.metrics_listen, "");
  ASSERT_TRUE(Find("metrics-listen").write(settings, {"127.0.0.1:0"}).ok());
  EXPECT_EQ(settings.metrics_listen, "127.0.0.1:0");
  ASSERT_TRUE(Find("metrics-listen").write(settings, {""}).ok());
  EXPECT_EQ(settings.metrics_listen, "");
}

TEST(Setting, HasNamesInEverySource) {
  EXPECT_EQ(EnvironmentName(Find("registry-mirrors")), "REGISTRYD_REGISTRY_MIRRORS");
  EXPECT_EQ(FileKey(Find("registry-mirrors")), "registry-mirrors");
  EXPECT_EQ(FileKey(Find("drain-timeout")), "registryd.drain-timeout");
  EXPECT_EQ(FileKey(Find("config")), "");
  EXPECT_EQ(DefaultText(Find("drain-timeout")), "30s");
  EXPECT_EQ(DefaultText(Find("admins")), "none");
  EXPECT_EQ(DefaultText(Find("listen")), "unix:/run/registryd/registryd.sock, 127.0.0.1:50051");
}

}  // namespace
}  // namespace registryd
