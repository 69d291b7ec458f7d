#include "registry/base/bounded_json.h"

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

using nlohmann::json;

std::string Nested(int levels) { return std::string(levels, '[') + std::string(levels, ']'); }

TEST(ParseUntrustedJson, ReadsTheFirstValue) {
  const struct {
    std::string text;
    json value;
  } kCases[] = {
      {"{}", json::object()},
      {" \t\r\n[1, 2.5, -3]", {1, 2.5, -3}},
      {R"({"a": {"b": [true, false, null]}})", {{"a", {{"b", {true, false, nullptr}}}}}},
      {"{\"a\": 1} {\"b\": 2}", {{"a", 1}}},
      {"{\"a\": 1}<html>", {{"a", 1}}},
      {"[]]]]", json::array()},
      {R"({"brackets": "}]{[\""}x)", {{"brackets", "}]{[\""}}},
      {R"({"a": 1, "a": 2})", {{"a", 2}}},
      {"null", nullptr},
      {"7", 7},
      {R"("text")", "text"},
      {R"( "text" more "text")", "text"},
      {"\"text\"}<html>", "text"},
      {"null}", nullptr},
      {" nullnull", nullptr},
      {R"(["null", null, 1]x)", {"null", nullptr, 1}},
      {Nested(kMaxUntrustedJsonDepth), json::parse(Nested(kMaxUntrustedJsonDepth))},
  };
  for (const auto& c : kCases) {
    const auto parsed = ParseUntrustedJson(c.text);
    ASSERT_TRUE(parsed.ok()) << c.text;
    EXPECT_EQ(*parsed, c.value) << c.text;
  }
}

TEST(ParseUntrustedJson, MendsStringsAsGoDoes) {
  const struct {
    std::string text;
    std::string value;
  } kCases[] = {
      {"[\"caf\xc3\xa9\"]", "caf\xc3\xa9"},
      {"[\"a\xff\xfe\"]", "a\xef\xbf\xbd\xef\xbf\xbd"},
      {"[\"\xc3\"]", "\xef\xbf\xbd"},
      {"[\"\xed\xa0\x80\"]", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
      {R"(["\u00e9"])", "\xc3\xa9"},
      {R"(["\ud83d\ude00"])", "\xf0\x9f\x98\x80"},
      {R"(["\ud83d"])", "\xef\xbf\xbd"},
      {R"(["\ud83dx"])", "\xef\xbf\xbdx"},
      {R"(["\ude00\ud83d"])", "\xef\xbf\xbd\xef\xbf\xbd"},
      {R"(["\ud83d\u0041"])",
       "\xef\xbf\xbd"
       "A"},
      {R"(["\ud83d\ud83d\ude00"])", "\xef\xbf\xbd\xf0\x9f\x98\x80"},
      {R"(["\\ud83d\"\n"])", "\\ud83d\"\n"},
  };
  for (const auto& c : kCases) {
    const auto parsed = ParseUntrustedJson(c.text);
    ASSERT_TRUE(parsed.ok()) << c.text;
    EXPECT_EQ(*parsed, json::array({c.value})) << c.text;
  }
}

TEST(ParseUntrustedJson, RefusesWhatIsNoJson) {
  for (const std::string text : {"",
                                 " ",
                                 "<html>",
                                 "{",
                                 "[1,",
                                 "[1}",
                                 "}",
                                 "{\"a\"}",
                                 "{a: 1}",
                                 "[\"a]",
                                 "[\"\\",
                                 "[\"\\\xff\"]",
                                 "[\"\\ud8\"]",
                                 "[\"\\u+041\"]",
                                 "[\"\n\"]",
                                 "[01]",
                                 "[1e999]",
                                 "nul",
                                 "xnull",
                                 "x\"text\"",
                                 "\xff",
                                 "\xff{}",
                                 "\xef\xbb\xbf{}",
                                 "\xef\xbb\xbf[1]"}) {
    const absl::Status status = ParseUntrustedJson(text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInternal) << text;
    EXPECT_EQ(ReasonOf(status), Reason::kResponseInvalid) << text;
    EXPECT_EQ(status.message(), "not JSON") << text;
  }
}

TEST(SecurityRow12, DeepJsonIsRefusedAtItsLimit) {
  for (const std::string& text :
       {Nested(kMaxUntrustedJsonDepth + 1), std::string(1 << 20, '['), std::string(1 << 20, '{')}) {
    const absl::Status status = ParseUntrustedJson(text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
    EXPECT_EQ(status.message(), "JSON of more than 32 levels");
  }
}

TEST(SecurityRow12, MoreValuesThanTheLimitAreRefused) {
  // Its bracket and commas bring as many values as there may be.
  std::string most = "[";
  for (int i = 1; i < kMaxUntrustedJsonValues; ++i) most += "1,";
  const auto parsed = ParseUntrustedJson(most + "1]");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->size(), static_cast<size_t>(kMaxUntrustedJsonValues));

  std::string lists = "[";
  std::string members = "{";
  for (int i = 0; i <= kMaxUntrustedJsonValues / 2; ++i) {
    lists += "[],";
    members += "\"a\":1,";
  }
  // The last is not looked at further than to the limit.
  for (const std::string& text :
       {most + "1,1]", lists + "1]", members + "\"a\":1}", most + "1,<html>"}) {
    const absl::Status status = ParseUntrustedJson(text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
    EXPECT_EQ(ReasonOf(status), Reason::kResponseTooLarge);
    EXPECT_EQ(status.message(), "JSON of more than 200000 values");
  }
}

TEST(ParseUntrustedJson, CountsNoValuesWithinStringsAndBehindTheEnd) {
  const std::string marks(2 * kMaxUntrustedJsonValues, ',');
  EXPECT_EQ(*ParseUntrustedJson("[\"" + marks + "\"]"), json::array({marks}));
  EXPECT_EQ(*ParseUntrustedJson("[1]" + marks), json::array({1}));
  EXPECT_EQ(ParseUntrustedJson("x" + marks).status().message(), "not JSON");
}

TEST(FindMember, LooksWithoutRegardToCaseLast) {
  json object = {{"Token", 1}, {"tokens", 2}, {"none", nullptr}};
  ASSERT_NE(FindMember(object, "token"), nullptr);
  EXPECT_EQ(*FindMember(object, "token"), 1);
  object["token"] = 3;
  EXPECT_EQ(*FindMember(object, "token"), 3);
  EXPECT_EQ(FindMember(object, "none"), nullptr);
  EXPECT_EQ(FindMember(object, "other"), nullptr);
  for (json other : {json(nullptr), json::array({"token"}), json("token"), json(1)}) {
    EXPECT_EQ(FindMember(other, "token"), nullptr);
  }
}

TEST(WipeJson, LeavesNothing) {
  json value = {{"a", "secret"}, {"b", {"secret", {{"c", "secret"}}}}, {"d", 1}};
  WipeJson(value);
  EXPECT_TRUE(value.is_null());
}

}  // namespace
}  // namespace registryd
