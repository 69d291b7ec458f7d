#include "registry/reference/grammar.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace registryd {
namespace grammar {
namespace {

struct Production {
  const char* name;
  bool (*accepts)(absl::string_view);
  std::vector<std::string> yes;
  std::vector<std::string> no;
};

std::string Times(size_t count, char c) { return std::string(count, c); }

class GrammarTest : public testing::TestWithParam<Production> {};

TEST_P(GrammarTest, Accepts) {
  for (const std::string& text : GetParam().yes) EXPECT_TRUE(GetParam().accepts(text)) << text;
}

TEST_P(GrammarTest, Refuses) {
  for (const std::string& text : GetParam().no) EXPECT_FALSE(GetParam().accepts(text)) << text;
}

// No byte above ASCII, no control character and no space is part of anything.
TEST_P(GrammarTest, RefusesForeignBytesAnywhere) {
  const std::string whole = GetParam().yes.front();
  for (int byte = 0; byte < 256; ++byte) {
    if (byte > ' ' && byte < 0x7f) continue;
    for (size_t at = 0; at <= whole.size(); ++at) {
      std::string text = whole;
      text.insert(at, 1, static_cast<char>(byte));
      EXPECT_FALSE(GetParam().accepts(text)) << byte << " at " << at;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, GrammarTest,
    testing::Values(
        Production{
            "Domain",
            IsDomain,
            {"registry.example.com:5000", "a", "A", "0", "a.b", "a-b", "a--b", "a-b.c-d",
             "192.0.2.1", "999.999", "a:0", "a:99999", "UPPER.Case", "[::1]", "[::1]:5000", "[:]",
             "[dead:BEEF]", "[123456789]", Times(300, 'a')},
            {"",      ".",    "-",    "a.",      ".a",        "a..b",   "-a",   "a-",     "a-.b",
             "a.-b",  "a_b",  "a b",  "a:",      "a:b",       "a:1:2",  ":1",   "a:-1",   "a/b",
             "[",     "]",    "[]",   "[]:1",    "[::1",      "::1",    "::1]", "[::1]:", "[::1]x",
             "[::g]", "[[1]", "[1]]", "[::1%1]", "[1.2.3.4]", "[::1]:x"}},
        Production{"Path",
                   IsPath,
                   {"team/app", "a", "0", "a/b/c/d", "a.b", "a_b", "a__b", "a-b", "a----b",
                    "a.b_c__d---e/f", "library/library", Times(300, 'a')},
                   {"",     "/",     "/a",   "a/",   "a//b", "a/.b", "a./b", "A",   "aB",
                    "a..b", "a___b", "a._b", "a_.b", "a-_b", "a.-b", "_a",   "a_",  "a__",
                    "-a",   "a-",    ".a",   "a.",   "a:b",  "a@b",  "a+b",  "a~b", "a%20b"}},
        Production{"PathComponent",
                   IsPathComponent,
                   {"a.b__c-d", "a", "0", "my_reg.example.com"},
                   {"", "a/b", "a/", "A", "a..b", "a.b:1"}},
        Production{"Tag",
                   IsTag,
                   {"v1.2.3", "a", "A", "0", "_", "_.-", "a..b", "a--", Times(127, 't'),
                    Times(128, 't'), "1_2-3.4"},
                   {"", ".", "-", ".a", "-a", "a:b", "a@b", "a/b", "a+b", Times(129, 't')}},
        Production{
            "Digest",
            IsDigest,
            {"sha256:" + Times(64, '0'), "sha256:" + Times(32, 'a'), "SHA256:" + Times(33, 'F'),
             "a:" + Times(200, '9'), "a1:" + Times(32, '0'), "a-b_c+d.e:" + Times(32, '0')},
            {"", ":", "sha256", "sha256:", ":" + Times(32, '0'), "sha256:" + Times(31, '0'),
             "sha256:" + Times(63, '0') + "g", "2sha:" + Times(32, '0'), "a-2:" + Times(32, '0'),
             "a--b:" + Times(32, '0'), "-a:" + Times(32, '0'), "a-:" + Times(32, '0'),
             "a/b:" + Times(32, '0'), "a:b:" + Times(32, '0'), "sha256:" + Times(32, '0') + ":"}},
        Production{"LowerHex", IsLowerHex, {"0123456789abcdef", ""}, {"A", "F", "g", "0x", "-"}}),
    [](const testing::TestParamInfo<Production>& info) { return info.param.name; });

struct DigestCase {
  const char* name;
  std::string digest;
  absl::string_view problem;
};

class CheckDigestTest : public testing::TestWithParam<DigestCase> {};

TEST_P(CheckDigestTest, NamesTheProblem) {
  ASSERT_TRUE(IsDigest(GetParam().digest));
  EXPECT_EQ(CheckDigest(GetParam().digest), GetParam().problem);
}

constexpr absl::string_view kLength = "invalid checksum digest length";
constexpr absl::string_view kFormat = "invalid checksum digest format";
constexpr absl::string_view kUnsupported = "unsupported digest algorithm";

INSTANTIATE_TEST_SUITE_P(
    All, CheckDigestTest,
    testing::Values(DigestCase{"Sha256", "sha256:" + Times(64, 'a'), ""},
                    DigestCase{"Sha256Short", "sha256:" + Times(63, 'a'), kLength},
                    DigestCase{"Sha256Long", "sha256:" + Times(65, 'a'), kLength},
                    DigestCase{"Sha256UpperDigits", "sha256:" + Times(64, 'A'), kFormat},
                    DigestCase{"Sha256OneUpperDigit", "sha256:" + Times(63, 'a') + "A", kFormat},
                    DigestCase{"LengthBeforeFormat", "sha256:" + Times(63, 'A'), kLength},
                    DigestCase{"Sha384", "sha384:" + Times(96, '0'), ""},
                    DigestCase{"Sha384Short", "sha384:" + Times(95, '0'), kLength},
                    DigestCase{"Sha384Long", "sha384:" + Times(97, '0'), kLength},
                    DigestCase{"Sha512", "sha512:" + Times(128, 'f'), ""},
                    DigestCase{"Sha512Short", "sha512:" + Times(127, 'f'), kLength},
                    DigestCase{"Sha512Long", "sha512:" + Times(129, 'f'), kLength},
                    DigestCase{"Md5", "md5:" + Times(32, '0'), kUnsupported},
                    DigestCase{"Compound", "sha256+b64:" + Times(64, '0'), kUnsupported},
                    DigestCase{"UnknownWithUpperDigits", "md5:" + Times(32, 'F'), kUnsupported},
                    DigestCase{"UpperAlgorithm", "SHA256:" + Times(64, '0'), kFormat},
                    DigestCase{"UpperInUnknownAlgorithm", "mD5:" + Times(32, '0'), kFormat}),
    [](const testing::TestParamInfo<DigestCase>& info) { return info.param.name; });

}  // namespace
}  // namespace grammar
}  // namespace registryd
