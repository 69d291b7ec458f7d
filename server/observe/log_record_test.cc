#include "server/observe/log_record.h"

#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "registry/base/secret.h"

namespace registryd {
namespace {

using testing::HasSubstr;

static_assert(!std::is_constructible<LogValue, Secret>::value, "A secret is not logged.");
static_assert(!std::is_constructible<LogValue, const Secret&>::value, "A secret is not logged.");
static_assert(!std::is_constructible<LogValue, Secret*>::value, "Nor where it is.");
static_assert(!std::is_constructible<LogValue, void*>::value, "A pointer is no boolean.");
static_assert(std::is_constructible<LogValue, bool>::value, "A boolean is one.");

const absl::Time kNow = absl::FromUnixMillis(1'714'564'800'007);

std::string Json(const LogValue& value) {
  const std::vector<LogField> fields = {{"f", value}};
  const std::string line = JsonLogLine(kNow, LogLevel::kInfo, "m", fields);
  const size_t begin = line.find("\"f\":") + 4;
  return line.substr(begin, line.size() - begin - 1);
}

std::string Text(const LogValue& value) {
  const std::vector<LogField> fields = {{"f", value}};
  const std::string line = TextLogLine(kNow, LogLevel::kInfo, "m", fields);
  return line.substr(line.find(" f=") + 3);
}

TEST(JsonLogLine, HoldsTimeLevelMessageAndFieldsInOrder) {
  const std::vector<LogField> fields = {{"zone", "a"}, {"count", 3}, {"ok", true}};
  EXPECT_EQ(JsonLogLine(kNow, LogLevel::kWarning, "two words", fields),
            R"({"time":"2024-05-01T12:00:00.007Z","level":"warning","message":"two words",)"
            R"("zone":"a","count":3,"ok":true})");
}

TEST(JsonLogLine, KeepsTheFirstOfEqualNames) {
  const std::vector<LogField> fields = {{"a", 1}, {"level", "x"}, {"a", 2}, {"message", "y"}};
  EXPECT_EQ(JsonLogLine(kNow, LogLevel::kError, "m", fields),
            R"({"time":"2024-05-01T12:00:00.007Z","level":"error","message":"m","a":1})");
}

TEST(LogLine, HasTypes) {
  EXPECT_EQ(Json(int8_t{-1}), "-1");
  EXPECT_EQ(Json(std::numeric_limits<int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(Json(std::numeric_limits<uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(Json(0.5), "0.5");
  EXPECT_EQ(Json(false), "false");
  EXPECT_EQ(Json(absl::Milliseconds(1500)), "1.5");
  EXPECT_EQ(Json(std::numeric_limits<double>::quiet_NaN()), "null");
  EXPECT_EQ(Json(absl::OkStatus()), "\"OK\"");
  EXPECT_EQ(Json(std::string("s")), "\"s\"");
  EXPECT_EQ(Json(absl::string_view("v")), "\"v\"");
}

TEST(LogLine, LeavesPayloadsOfAStatusOut) {
  absl::Status status = absl::NotFoundError("no such thing");
  status.SetPayload("type.example/X", absl::Cord("canary"));
  EXPECT_EQ(Json(status), "\"NOT_FOUND: no such thing\"");
}

struct Escape {
  const char* name;
  std::string value;
  std::string json;
  std::string text;
};

class LogEscapeTest : public testing::TestWithParam<Escape> {};

TEST_P(LogEscapeTest, IsOneLineOfUtf8) {
  EXPECT_EQ(Json(GetParam().value), GetParam().json);
  EXPECT_EQ(Text(GetParam().value), GetParam().text);
  // In keys and in the message, too, the line stays one JSON object.
  const std::vector<LogField> fields = {{GetParam().value, GetParam().value}};
  const std::string line = JsonLogLine(kNow, LogLevel::kInfo, GetParam().value, fields);
  EXPECT_TRUE(nlohmann::json::accept(line)) << line;
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_EQ(TextLogLine(kNow, LogLevel::kInfo, GetParam().value, fields).find('\n'),
            std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Table, LogEscapeTest,
    testing::Values(
        Escape{"Plain", "127.0.0.1:50051", "\"127.0.0.1:50051\"", "127.0.0.1:50051"},
        Escape{"Empty", "", "\"\"", "\"\""}, Escape{"Space", "a b", "\"a b\"", "\"a b\""},
        Escape{"Quote", "a\"b", R"("a\"b")", R"("a\"b")"},
        Escape{"Backslash", "a\\b", R"("a\\b")", R"("a\\b")"},
        Escape{"Equals", "a=b", "\"a=b\"", "\"a=b\""},
        Escape{"Newline", "a\nlevel=error", R"("a\nlevel=error")", R"("a\nlevel=error")"},
        Escape{"Nul", std::string("a\0b", 3), R"("a\u0000b")", R"("a\u0000b")"},
        Escape{"Terminal", "\x1b[31m", R"("\u001b[31m")", R"("\u001b[31m")"},
        Escape{"Delete", "\x7f", R"("\u007f")", R"("\u007f")"},
        Escape{"HighControl", "\xc2\x9b\xc2\xa0", "\"\\u009b\xc2\xa0\"", "\"\\u009b\xc2\xa0\""},
        Escape{"Utf8", "\xc3\xa9\xf0\x9f\x90\xb3", "\"\xc3\xa9\xf0\x9f\x90\xb3\"",
               "\xc3\xa9\xf0\x9f\x90\xb3"},
        Escape{"LoneByte", "a\xff", "\"a\xef\xbf\xbd\"", "a\xef\xbf\xbd"},
        Escape{"CutShort", "\xe2\x82", "\"\xef\xbf\xbd\"", "\xef\xbf\xbd"},
        Escape{"Overlong", "\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\"", "\xef\xbf\xbd\xef\xbf\xbd"}),
    [](const auto& info) { return info.param.name; });

TEST(TextLogLine, IsForPeople) {
  const std::vector<LogField> fields = {{"address", "unix:/run/r.sock"}, {"n", 1}, {"t", 0.25}};
  EXPECT_EQ(TextLogLine(kNow, LogLevel::kInfo, "now listening", fields),
            "2024-05-01T12:00:00.007Z info    now listening address=unix:/run/r.sock n=1 t=0.25");
}

TEST(LogLevelName, NamesEveryLevel) {
  EXPECT_EQ(LogLevelName(LogLevel::kDebug), "debug");
  EXPECT_EQ(LogLevelName(LogLevel::kInfo), "info");
  EXPECT_EQ(LogLevelName(LogLevel::kWarning), "warning");
  EXPECT_EQ(LogLevelName(LogLevel::kError), "error");
}

}  // namespace
}  // namespace registryd
