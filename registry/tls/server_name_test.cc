#include "registry/tls/server_name.h"

#include <string>

#include "gtest/gtest.h"

namespace registryd {
namespace {

// What VerifyHostname of Go's crypto/x509 answers.
TEST(ServerName, MatchesNames) {
  const struct {
    const char* host;
    const char* name;
    bool matches;
  } cases[] = {
      {"registry.test", "registry.test", true},
      {"Registry.TEST", "rEGISTRY.test", true},
      {"registry", "registry", true},
      {"registry.test", "registry.tests", false},
      {"registry.test", "test", false},
      {"registry.test", "", false},
      {"registry_1.test", "registry_1.test", true},
      // A wildcard is one label, whichever follow.
      {"registry.test", "*.test", true},
      {"registry.internal", "*.INTERNAL", true},
      {"a.registry.test", "*.registry.test", true},
      {"a_b.registry.test", "*.registry.test", true},
      {"_a.registry.test", "*.registry.test", true},
      {"xn--a.registry.test", "*.registry.test", true},
      {"a.b.registry.test", "*.registry.test", false},
      {"registry.test", "*.registry.test", false},
      {".registry.test", "*.registry.test", false},
      {"-a.registry.test", "*.registry.test", false},
      {"a!.registry.test", "*.registry.test", false},
      // Nothing else is one.
      {"registry", "*", false},
      {"registry.test", "*", false},
      {"registry.test", "*.*", false},
      {"a.b.test", "a.*.test", false},
      {"a.b.test", "*.*.test", false},
      {"ab.test", "a*.test", false},
      {"ab.test", "*b.test", false},
      {"a.test", "**.test", false},
      {"a.test", "?.test", false},
      // The host's final dot is not counted, but where a name has one.
      {"registry.test.", "registry.test", true},
      {"registry.test.", "*.test", true},
      {"registry.test", "registry.test.", false},
      {"registry.test.", "registry.test.", true},
      {"registry.test..", "registry.test", false},
      {"registry.test.", "*.test.", false},
      // What is no valid name has to be equal.
      {"-a.test", "-A.test", true},
      {"-a.test", "-b.test", false},
      {"a..test", "a..test", true},
      {"a..test", "*..test", false},
      {"*.test", "*.test", true},
      {"*", "*", true},
      {"a b", "a b", true},
      {"\xc3\xa9.test", "\xc3\xa9.test", true},
      {"\xc3\xa9.test", "*.test", false},
      {"\xc3\xa9.test", "\xc3\x89.test", false},
      {"", "", false},
      {".", ".", false},
      // Addresses are no names.
      {"10.0.0.1", "10.0.0.1", false},
      {"10.0.0.1", "*.0.0.1", false},
      {"fd00::1", "fd00::1", false},
      {"10.0.0.256", "10.0.0.256", true},
      {"10.0.0.256", "*.0.0.256", true},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(ServerName(test.host).MatchesName(test.name), test.matches)
        << test.host << " " << test.name;
  }
  EXPECT_FALSE(ServerName("registry.test").MatchesName({"registry.test\0.evil", 19}));
  EXPECT_FALSE(ServerName("registry.test").MatchesName({"registry.test\0", 14}));
}

TEST(ServerName, MatchesAddresses) {
  const std::string v4 = {10, 0, 0, 1};
  const std::string mapped = std::string(10, '\0') + "\xff\xff" + v4;
  const std::string compatible = std::string(12, '\0') + v4;
  const std::string v6 = "\xfd" + std::string(14, '\0') + "\x01";
  const struct {
    const char* host;
    std::string bytes;
    bool matches;
  } cases[] = {
      {"10.0.0.1", v4, true},          {"10.0.0.1", mapped, true},
      {"::ffff:10.0.0.1", v4, true},   {"::FFFF:a00:1", mapped, true},
      {"10.0.0.1", compatible, false}, {"::10.0.0.1", v4, false},
      {"10.0.0.2", v4, false},         {"fd00::1", v6, true},
      {"FD00:0::1", v6, true},         {"fd00::2", v6, false},
      {"fd00::1", v4, false},          {"10.0.0.1", "", false},
      {"10.0.0.1", "10.0.0.1", false}, {"10.0.0.1", v4 + v4, false},  // With a mask.
      {"fd00::1", v6 + v6, false},     {"registry.test", v4, false},
      {"registry.test", "", false},    {"10.0.0.1.", v4, false},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(ServerName(test.host).MatchesAddress(test.bytes), test.matches) << test.host;
  }
}

}  // namespace
}  // namespace registryd
