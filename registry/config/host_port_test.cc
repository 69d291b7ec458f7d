#include "registry/config/host_port.h"

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace registryd {
namespace {

TEST(SplitHostPortTest, Splits) {
  const struct {
    const char* text;
    const char* host;
    const char* port;
  } kCases[] = {
      {"host:80", "host", "80"}, {"host:", "host", ""},
      {":80", "", "80"},         {":", "", ""},
      {"[::1]:80", "::1", "80"}, {"[::1]:", "::1", ""},
      {"[]:80", "", "80"},       {"[host]:80", "host", "80"},
      {"a b:c d", "a b", "c d"},
  };
  for (const auto& test : kCases) {
    const std::optional<HostPort> split = SplitHostPort(test.text);
    ASSERT_TRUE(split.has_value()) << test.text;
    EXPECT_EQ(split->host, test.host) << test.text;
    EXPECT_EQ(split->port, test.port) << test.text;
    EXPECT_EQ(HostOf(test.text), test.host) << test.text;
  }
}

TEST(SplitHostPortTest, LeavesWholeWhatHasNoPort) {
  for (const char* text : {"", "host", "::1", "fd00::9", "a:b:80", "[::1]", "[::1", "[::1]80",
                           "[::1]x:80", "[::1]:80:90", "[[::1]:80", "[::1]]:80", "ho[st:80",
                           "ho]st:80", "host:8]0", "[::1]:8[0", "]:80"}) {
    EXPECT_FALSE(SplitHostPort(text).has_value()) << text;
    EXPECT_EQ(HostOf(text), text);
  }
}

TEST(ValidateHostPortTest, Accepts) {
  for (const char* text :
       {"host", "host:0", "host:65535", "host:00080", "EXAMPLE.com", "a-b.c", "1.2.3.4",
        "1.2.3.4:5000", "1.2.3.4:", "1.2.3.4:+5", "1.2.3.4:-0", "::1", "fd00::9", "[::1]",
        "[::1]:5000", "[:::::]:1", "::ffff:1.2.3.4", "999.999.999.999"}) {
    EXPECT_TRUE(ValidateHostPort(text).ok()) << text << ": " << ValidateHostPort(text);
  }
}

TEST(ValidateHostPortTest, RefusesInDockersWords) {
  const struct {
    const char* text;
    const char* message;
  } kCases[] = {
      {"", R"(invalid host "")"},
      {"host:", R"(invalid host "host")"},
      {"host:abc", R"(invalid host "host")"},
      {"host:+5", R"(invalid host "host")"},
      {"host:65536", R"(invalid port "65536")"},
      {"host:99999999999999999999",
       R"(strconv.Atoi: parsing "99999999999999999999": value out of range)"},
      {"1.2.3.4:65536", R"(invalid port "65536")"},
      {"1.2.3.4:-1", R"(invalid port "-1")"},
      {"1.2.3.4: 5", R"(strconv.Atoi: parsing " 5": invalid syntax)"},
      {"1.2.3.4:+", R"(strconv.Atoi: parsing "+": invalid syntax)"},
      {"1.2.3.4:1_0", R"(strconv.Atoi: parsing "1_0": invalid syntax)"},
      {"my_reg.example.com", R"(invalid host "my_reg.example.com")"},
      {"bad-.com", R"(invalid host "bad-.com")"},
      {"bad..com", R"(invalid host "bad..com")"},
      {"10.0.0.0/33", R"(invalid host "10.0.0.0/33")"},
      {"example.com/path", R"(invalid host "example.com/path")"},
      {"fe80::1%eth0", R"(invalid host "fe80::1%eth0")"},
      {"a\"b", R"(invalid host "a\"b")"},
      // But for what may be a password.
      {"user:secret@host:5000", R"(invalid host "user:xxxxx@host:5000")"},
      {"127.0.0.1:secret@host", R"(strconv.Atoi: parsing "xxxxx@host": invalid syntax)"},
  };
  for (const auto& test : kCases) {
    const absl::Status status = ValidateHostPort(test.text);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << test.text;
    EXPECT_EQ(status.message(), test.message) << test.text;
  }
}

}  // namespace
}  // namespace registryd
