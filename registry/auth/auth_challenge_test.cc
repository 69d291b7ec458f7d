#include "registry/auth/auth_challenge.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// "scheme name=[value] name=[value]", and nothing for no challenge.
std::string Parsed(absl::string_view header) {
  std::string text;
  for (const AuthChallenge& challenge : ParseChallenges({header})) {
    absl::StrAppend(&text, challenge.scheme);
    for (const auto& [name, value] : challenge.parameters) {
      absl::StrAppend(&text, " ", name, "=[", value, "]");
    }
  }
  return text;
}

struct Case {
  std::string name;
  std::string header;
  std::string challenge;
};

class AuthChallengeTest : public testing::TestWithParam<Case> {};

TEST_P(AuthChallengeTest, IsReadAsDockersClientReadsIt) {
  EXPECT_EQ(Parsed(GetParam().header), GetParam().challenge);
}

INSTANTIATE_TEST_SUITE_P(
    Headers, AuthChallengeTest,
    testing::ValuesIn<Case>({
        {"Bearer", R"(Bearer realm="https://auth.example/token",service="registry.example")",
         "bearer realm=[https://auth.example/token] service=[registry.example]"},
        {"Nothing", "", ""},
        {"SchemeAlone", "Negotiate", "negotiate"},
        {"SpacesAfterScheme", "Basic \t\r\n ", "basic"},
        {"SpaceBeforeScheme", " Basic realm=x", ""},
        {"SeparatorBeforeScheme", ",Basic realm=x", ""},
        {"QuoteBeforeScheme", "\"Basic\" realm=x", ""},
        {"NoSpaceAfterScheme", "Basic\"realm=x", "basic"},
        {"SchemeThatGoesOnIntoAParameter", "Basic=x,a=b", "basic"},
        {"CommaAfterScheme", "Basic ,realm=x", "basic"},
        {"SchemeOfAllTokenCharacters", "!#$%&'*+-.^_`|~09azAZ a=b", "!#$%&'*+-.^_`|~09azaz a=[b]"},
        {"LowerCase", "bEaReR ReAlM=X", "bearer realm=[X]"},
        {"TokenAsValue", "Basic realm=x-y.z", "basic realm=[x-y.z]"},
        {"TokenEndsAtSeparator", "Basic a=b/c,d=e", "basic a=[b]"},
        {"SpacesAroundComma", "Basic a=\"1\" \t, \r\n b=2", "basic a=[1] b=[2]"},
        {"SpaceBeforeEquals", "Basic a =1", "basic"},
        {"SpaceAfterEquals", "Basic a= 1", "basic"},
        {"NoComma", "Basic a=1 b=2", "basic a=[1]"},
        {"NoCommaAfterQuote", "Basic a=\"1\"b=2", "basic a=[1]"},
        {"TwoCommas", "Basic a=1,,b=2", "basic a=[1]"},
        {"CommaAtEnd", "Basic a=1,", "basic a=[1]"},
        {"NoValue", "Basic a=1,b,c=3", "basic a=[1]"},
        {"EmptyValue", "Basic a=1,b=,c=3", "basic a=[1]"},
        {"EmptyQuotedValue", "Basic a=1,b=\"\",c=3", "basic a=[1]"},
        {"NameTwice", "Basic a=1,A=2,a=3", "basic a=[3]"},
        {"SecondSchemeInOneHeader", "Basic realm=\"x\", Bearer realm=\"y\"", "basic realm=[x]"},
        {"CommaInQuotes", R"(Bearer scope="repository:a:pull,push",b=c)",
         "bearer b=[c] scope=[repository:a:pull,push]"},
        {"EscapedQuote", R"(Basic a="q\"uoted",b=c)", "basic a=[q\"uoted] b=[c]"},
        {"EscapedBackslash", R"(Basic a="x\\",b=c)", R"(basic a=[x\] b=[c])"},
        {"EscapedLetter", R"(Basic a="\x\y",b=c)", "basic a=[xy] b=[c]"},
        {"QuoteNeverCloses", R"(Basic a=1,b="2,c=3)", "basic a=[1]"},
        {"EscapedQuoteIsTheLast", R"(Basic a=1,b="2\")", "basic a=[1]"},
        {"BackslashIsTheLast", R"(Basic a=1,b="2\)", "basic a=[1]"},
        {"BytesBeyondAscii", "Basic a=\"\xc3\xa9\xff\",b=\xc3\xa9", "basic a=[\xc3\xa9\xff]"},
        {"ControlCharacterInQuotes", "Basic a=\"\x01\x7f\",b=c", "basic a=[\x01\x7f] b=[c]"},
        {"ControlCharacterInToken", "Basic a=b\x7f,c=d", "basic a=[b]"},
        {"Nul", std::string("Basic a=\"\0\",b=c", 15), std::string("basic a=[\0] b=[c]", 17)},
    }),
    [](const testing::TestParamInfo<Case>& info) { return info.param.name; });

TEST(ParseChallenges, GivesOneOfEachHeaderInOrder) {
  const auto challenges = ParseChallenges({"Bearer realm=a", "", "=", "Basic realm=b", "Basic"});
  ASSERT_EQ(challenges.size(), 3u);
  EXPECT_EQ(challenges[0].scheme, "bearer");
  EXPECT_THAT(challenges[1].parameters, ElementsAre(std::pair("realm", "b")));
  EXPECT_THAT(challenges[2].parameters, IsEmpty());
}

// Each byte on its own, so that the table of token characters is pinned.
TEST(ParseChallenges, KnowsWhichBytesMakeAToken) {
  const std::string tokens =
      "!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~";
  for (int byte = 0; byte < 256; ++byte) {
    const std::string header(1, static_cast<char>(byte));
    const bool is_token = tokens.find(header) != std::string::npos;
    EXPECT_EQ(ParseChallenges({header}).size(), is_token ? 1u : 0u) << "byte " << byte;
  }
}

TEST(ChallengesOf, LooksAt401Alone) {
  HttpResponseHead head;
  head.headers = {{"www-authenticate", "Basic realm=a"},
                  {"Other", "Digest"},
                  {"WWW-AUTHENTICATE", "Bearer realm=b"}};
  for (const int status : {200, 302, 400, 403, 407, 500}) {
    head.status = status;
    EXPECT_THAT(ChallengesOf(head), IsEmpty()) << status;
  }
  head.status = 401;
  EXPECT_EQ(ChallengesOf(head).size(), 2u);
}

// Security row 12: work and memory grow with the header alone.
TEST(SecurityRow12, HugeHeaderIsReadOnce) {
  std::string header = "Bearer ";
  for (int i = 0; i < 20000; ++i) absl::StrAppend(&header, "p", i, "=\"\\v\",");
  const auto challenges = ParseChallenges({header});
  ASSERT_EQ(challenges.size(), 1u);
  EXPECT_EQ(challenges[0].parameters.size(), 20000u);
  EXPECT_EQ(ParseChallenges({"Basic a=\"" + std::string(1 << 20, '\\')}).size(), 1u);
}

}  // namespace
}  // namespace registryd
