#include "server/observe/host_label.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace registryd {
namespace {

TEST(HostLabelTest, Hosts) {
  const struct {
    const char* host;
    const char* label;
  } kCases[] = {
      {"registry.example", "registry.example"},
      {"Registry.Example:5000", "registry.example:5000"},
      {"localhost", "localhost"},
      {"under_score.example", "under_score.example"},
      {"127.0.0.1:1", "127.0.0.1:1"},
      {"127.0.0.1:65535", "127.0.0.1:65535"},
      {"[::1]", "[::1]"},
      {"[FD00::9]:5000", "[fd00::9]:5000"},
      {"fd00::9", "fd00::9"},
  };
  for (const auto& c : kCases) EXPECT_EQ(HostLabel(c.host), c.label);
}

TEST(HostLabelTest, WhatIsNoHost) {
  for (const char* const host : {"",
                                 "user:secret@registry.example",
                                 "user:secret",
                                 "user@host",
                                 "host:",
                                 "host:123456",
                                 "host/path",
                                 "a b",
                                 "a\nb",
                                 "a\"b",
                                 "a{b",
                                 "h\xc3\xb6st",
                                 "[::1",
                                 "[::1]x",
                                 "[::1]5000",
                                 "[]",
                                 "[::1]:",
                                 "[name]",
                                 "fd00::secret",
                                 ":5000",
                                 "(invalid)"}) {
    EXPECT_EQ(HostLabel(host), kInvalidHost) << host;
  }
  EXPECT_EQ(HostLabel(absl::string_view("a\0b", 3)), kInvalidHost);
}

TEST(HostLabelTest, Size) {
  EXPECT_EQ(HostLabel(std::string(255, 'a')), std::string(255, 'a'));
  EXPECT_EQ(HostLabel(std::string(256, 'a')), kInvalidHost);
}

}  // namespace
}  // namespace registryd
