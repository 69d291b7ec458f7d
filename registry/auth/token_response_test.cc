#include "registry/auth/token_response.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

const absl::Time kNow =
    absl::FromCivil(absl::CivilSecond(2024, 2, 29, 12, 0, 0), absl::UTCTimeZone());

absl::StatusOr<Token> Get(absl::string_view body) {
  return ParseTokenResponse(body, TokenMethod::kGet, kNow);
}
absl::StatusOr<Token> Post(absl::string_view body) {
  return ParseTokenResponse(body, TokenMethod::kPost, kNow);
}

// "ACCESS/REFRESH", or the error's text.
std::string Tokens(const absl::StatusOr<Token>& token) {
  if (!token.ok()) return std::string(token.status().message());
  return absl::StrCat(token->access_token.Reveal(), "/", token->refresh_token.Reveal());
}

constexpr absl::string_view kNoToken =
    "authorization server did not include a token in the response";

TEST(ParseTokenResponse, FindsTheTokens) {
  const struct {
    std::string body;
    std::string get, post;
  } kCases[] = {
      {R"({"token": "a"})", "a/", "/"},
      {R"({"access_token": "a"})", "a/", "a/"},
      {R"({"access_token": "a", "token": "b"})", "a/", "a/"},
      {R"({"token": "b", "access_token": "a"})", "a/", "a/"},
      {R"({"token": "b", "access_token": ""})", "b/", "/"},
      {R"({"token": "b", "access_token": null})", "b/", "/"},
      {R"({"access_token": "a", "refresh_token": "r"})", "a/r", "a/r"},
      {R"({"access_token": "a", "refresh_token": null})", "a/", "a/"},
      {R"({"Access_Token": "a", "REFRESH_TOKEN": "r"})", "a/r", "a/r"},
      {R"({"access_token": "a", "other": {"token": ["x"]}})", "a/", "a/"},
      {R"({"access_token": "a"} trailing)", "a/", "a/"},
      {R"({"access_token": "a"}{"access_token": "b"})", "a/", "a/"},
      {"{}", std::string(kNoToken), "/"},
      {"null", std::string(kNoToken), "/"},
      {R"({"refresh_token": "r"})", std::string(kNoToken), "/r"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Tokens(Get(c.body)), c.get) << c.body;
    EXPECT_EQ(Tokens(Post(c.body)), c.post) << c.body;
  }
}

TEST(ParseTokenResponse, ShortTokenIsCopiedWholeWhateverItsLength) {
  for (const size_t size : {1, 15, 16, 22, 23, 5000}) {
    const std::string token(size, 't');
    EXPECT_EQ(Tokens(Get(absl::StrCat("{\"token\": \"", token, "\"}"))), token + "/");
  }
}

TEST(ParseTokenResponse, IsSpoiltByAWrongType) {
  const struct {
    std::string fields;
    std::string field;
  } kCases[] = {
      {R"("access_token": 1)", "access_token"},
      {R"("access_token": "a", "token": 1)", "token"},
      {R"("access_token": "a", "token": [])", "token"},
      {R"("access_token": "a", "refresh_token": {})", "refresh_token"},
      {R"("access_token": "a", "expires_in": "60")", "expires_in"},
      {R"("access_token": "a", "expires_in": 60.0)", "expires_in"},
      {R"("access_token": "a", "expires_in": 6e1)", "expires_in"},
      {R"("access_token": "a", "expires_in": true)", "expires_in"},
      {R"("access_token": "a", "expires_in": 9223372036854775808)", "expires_in"},
      {R"("access_token": "a", "issued_at": 1709208000)", "issued_at"},
  };
  for (const auto& c : kCases) {
    const auto token = Get("{" + c.fields + "}");
    EXPECT_EQ(ReasonOf(token.status()), Reason::kResponseInvalid) << c.fields;
    EXPECT_TRUE(absl::StrContains(token.status().message(), "`" + c.field + "`")) << token.status();
  }
  // Each method has a field that the other does not know.
  EXPECT_EQ(Tokens(Post(R"({"access_token": "a", "token": 1})")), "a/");
  EXPECT_EQ(Tokens(Get(R"({"access_token": "a", "scope": 1})")), "a/");
  EXPECT_FALSE(Post(R"({"access_token": "a", "scope": 1})").ok());
}

TEST(ParseTokenResponse, RefusesWhatIsNoObject) {
  for (const std::string body :
       {"", "<html>", "[]", "\"token\"", "1", "{\"token\": \"a\"", "\xff"}) {
    const absl::Status status = Get(body).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInternal) << body;
    EXPECT_EQ(ReasonOf(status), Reason::kResponseInvalid) << body;
    EXPECT_TRUE(absl::StartsWith(status.message(), "unable to decode token response: ")) << status;
  }
}

TEST(ParseTokenResponse, CountsFromWhenItWasIssued) {
  const struct {
    std::string fields;
    absl::Duration lifetime;  // From kNow.
  } kCases[] = {
      {"", absl::Seconds(60)},
      {R"(, "expires_in": null)", absl::Seconds(60)},
      {R"(, "expires_in": 0)", absl::Seconds(60)},
      {R"(, "expires_in": -5)", absl::Seconds(60)},
      {R"(, "expires_in": -9223372036854775808)", absl::Seconds(60)},
      {R"(, "expires_in": 59)", absl::Seconds(60)},
      {R"(, "expires_in": 60)", absl::Seconds(60)},
      {R"(, "expires_in": 61)", absl::Seconds(61)},
      {R"(, "Expires_In": 300)", absl::Seconds(300)},
      {R"(, "expires_in": 300, "issued_at": null)", absl::Seconds(300)},
      {R"(, "expires_in": 300, "issued_at": "0001-01-01T00:00:00Z")", absl::Seconds(300)},
      {R"(, "expires_in": 300, "issued_at": "2024-02-29T12:00:00Z")", absl::Seconds(300)},
      {R"(, "expires_in": 300, "issued_at": "2024-02-29T11:59:00Z")", absl::Seconds(240)},
      {R"(, "expires_in": 300, "issued_at": "2024-02-29T11:59:59.5Z")", absl::Milliseconds(299500)},
      {R"(, "expires_in": 300, "issued_at": "2024-02-29T13:59:00+02:00")", absl::Seconds(240)},
      {R"(, "expires_in": 300, "issued_at": "2024-02-29T06:29:00-05:30")", absl::Seconds(240)},
      {R"(, "issued_at": "2024-02-29T11:00:00Z")", absl::Minutes(-59)},
      // Another clock that is fast makes no token last longer.
      {R"(, "expires_in": 300, "issued_at": "2024-02-29T12:10:00Z")", absl::Seconds(300)},
      {R"(, "expires_in": 300, "issued_at": "9999-12-31T23:59:59Z")", absl::Seconds(300)},
  };
  for (const auto& c : kCases) {
    const auto token = Get(absl::StrCat("{\"token\": \"a\"", c.fields, "}"));
    ASSERT_TRUE(token.ok()) << token.status() << c.fields;
    EXPECT_EQ(token->expires - kNow, c.lifetime) << c.fields;
  }
  EXPECT_EQ(Get(R"({"token": "a", "expires_in": 9223372036854775807})")->expires,
            kNow + absl::Seconds(9223372036854775807));
}

TEST(ParseTokenResponse, RefusesOtherTimesThanRfc3339) {
  for (const std::string time : {"", "now", "2024-02-29", "2024-02-30T12:00:00Z"}) {
    EXPECT_FALSE(Get(absl::StrCat(R"({"token": "a", "issued_at": ")", time, "\"}")).ok()) << time;
  }
}

TEST(SecurityRow11, TokenThatBreaksAHeaderIsRefused) {
  for (const std::string token :
       {R"(a\r\nX: y)", R"(a\nb)", R"(a\u0000b)", R"(a\u007f)", R"(\t)"}) {
    const auto result = Get(absl::StrCat(R"({"token": ")", token, "\"}"));
    EXPECT_EQ(ReasonOf(result.status()), Reason::kResponseInvalid) << token;
  }
}

TEST(SecurityRow20, ErrorsQuoteNothing) {
  for (const std::string body :
       {R"({"token": "canary", "expires_in": "canary"})", R"({"token": "canary\n"})",
        R"({"token": "canary)", R"({"canary": "canary"})",
        R"({"token": "a", "issued_at": "canary"})"}) {
    const absl::Status status = Get(body).status();
    ASSERT_FALSE(status.ok()) << body;
    EXPECT_FALSE(absl::StrContains(status.ToString(), "canary")) << status;
  }
}

TEST(SecurityRow12, DeepTokenResponseIsRefused) {
  EXPECT_FALSE(Get("{\"token\": \"a\", \"x\": " + std::string(100000, '[')).ok());
}

TEST(SecurityRow12, TokenResponseOfTooManyValuesIsTooLarge) {
  std::string body = R"({"token": "a", "x": [1)";
  for (int i = 0; i < 200'000; ++i) body += ",1";
  const absl::Status status = Get(body + "]}").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(status), Reason::kResponseTooLarge);
}

}  // namespace
}  // namespace registryd
