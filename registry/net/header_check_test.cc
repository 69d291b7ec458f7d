#include "registry/net/header_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(SecurityRow11, EveryByteInAValue) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string value = absl::StrCat("a", std::string(1, static_cast<char>(byte)), "canary");
    const absl::Status status = CheckHeader("User-Agent", value);
    const bool allowed = byte == '\t' || (byte >= 0x20 && byte != 0x7f);
    EXPECT_EQ(status.ok(), allowed) << byte;
    if (allowed) continue;
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ReasonOf(status), Reason::kFieldInvalid);
    EXPECT_EQ(FieldOf(status), "User-Agent");
    EXPECT_THAT(std::string(status.message()), HasSubstr("User-Agent"));
    EXPECT_THAT(status.ToString(), Not(HasSubstr("canary")));
  }
}

TEST(SecurityRow11, EveryByteInANameOrMethod) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text = absl::StrCat("X", std::string(1, static_cast<char>(byte)));
    const bool allowed =
        absl::ascii_isalnum(byte) ||
        (byte != 0 && absl::StrContains("!#$%&'*+-.^_`|~", static_cast<char>(byte)));
    EXPECT_EQ(CheckHeader(text, "").ok(), allowed) << byte;
    EXPECT_EQ(CheckMethod(text).ok(), allowed) << byte;
  }
}

TEST(CheckHeaderTest, TakesAnEmptyValueAndNoEmptyName) {
  EXPECT_TRUE(CheckHeader("Accept", "").ok());
  EXPECT_EQ(ReasonOf(CheckHeader("", "a")), Reason::kFieldInvalid);
  EXPECT_EQ(FieldOf(CheckMethod("")), "method");
}

}  // namespace
}  // namespace registryd
