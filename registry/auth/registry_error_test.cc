#include "registry/auth/registry_error.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

using absl::StatusCode;

const absl::Time kNow =
    absl::FromCivil(absl::CivilSecond(2024, 2, 29, 12, 0, 0), absl::UTCTimeZone());

HttpResponseHead Head(int status, std::vector<HttpHeader> headers = {}) {
  HttpResponseHead head;
  head.status = status;
  head.headers = std::move(headers);
  return head;
}

HttpResponseHead JsonHead(int status) {
  return Head(status, {{"Content-Type", "application/json"}});
}

absl::Status ErrorOf(const HttpResponseHead& head, absl::string_view body = "") {
  return RegistryError("GET /v2/", head, body, kNow);
}

TEST(RegistryError, HasTheCodeAndReasonOfItsStatus) {
  const struct {
    int status;
    StatusCode code;
    Reason reason;
    std::string message;
  } kCases[] = {
      {204, StatusCode::kFailedPrecondition, Reason::kRegistryFailed, "204 No Content"},
      {302, StatusCode::kFailedPrecondition, Reason::kRegistryFailed, "302 Found"},
      {400, StatusCode::kFailedPrecondition, Reason::kRegistryFailed, "400 Bad Request"},
      {401, StatusCode::kUnauthenticated, Reason::kRegistryUnauthorized, "401 Unauthorized"},
      {403, StatusCode::kPermissionDenied, Reason::kRegistryDenied, "403 Forbidden"},
      {404, StatusCode::kNotFound, Reason::kRegistryNotFound, "404 Not Found"},
      {429, StatusCode::kResourceExhausted, Reason::kRegistryThrottled, "429 Too Many Requests"},
      {499, StatusCode::kFailedPrecondition, Reason::kRegistryFailed, "499"},
      {500, StatusCode::kUnavailable, Reason::kRegistryFailed, "500 Internal Server Error"},
      {503, StatusCode::kUnavailable, Reason::kRegistryFailed, "503 Service Unavailable"},
      {599, StatusCode::kUnavailable, Reason::kRegistryFailed, "599"},
      {600, StatusCode::kFailedPrecondition, Reason::kRegistryFailed, "600"},
  };
  for (const auto& c : kCases) {
    const absl::Status status = ErrorOf(Head(c.status));
    EXPECT_EQ(status.code(), c.code) << c.status;
    EXPECT_EQ(ReasonOf(status), c.reason) << c.status;
    EXPECT_EQ(status.message(), "GET /v2/ failed with status: " + c.message);
    EXPECT_EQ(RetryDelayOf(status), std::nullopt) << c.status;
  }
}

struct Case {
  std::string name;
  int status;
  std::string body;
  StatusCode code;
  std::string text;  // Of the server, as the message ends.
  std::string content_type = "application/json";
};

class RegistryErrorBody : public testing::TestWithParam<Case> {};

TEST_P(RegistryErrorBody, DecidesAndIsQuoted) {
  const Case& c = GetParam();
  std::vector<HttpHeader> headers;
  if (!c.content_type.empty()) headers.push_back({"content-type", c.content_type});
  const absl::Status status = ErrorOf(Head(c.status, headers), c.body);
  EXPECT_EQ(status.code(), c.code);
  const std::string plain(ErrorOf(Head(c.status)).message());
  EXPECT_EQ(status.message(), c.text.empty() ? plain : absl::StrCat(plain, ": ", c.text));
}

INSTANTIATE_TEST_SUITE_P(
    Bodies, RegistryErrorBody,
    testing::ValuesIn<Case>({
        {"Details", 401, R"({"details": "incorrect username or password"})",
         StatusCode::kUnauthenticated, "incorrect username or password"},
        {"DetailsBeforeErrors", 401, R"({"errors": [{"code": "DENIED"}], "details": "x"})",
         StatusCode::kUnauthenticated, "x"},
        {"EmptyDetails", 401, R"({"details": "", "errors": [{"code": "DENIED"}]})",
         StatusCode::kPermissionDenied, "denied"},
        {"Errors", 401,
         R"({"errors": [{"code": "UNAUTHORIZED", "message": "log in", "detail": 1}]})",
         StatusCode::kUnauthenticated, "unauthorized: log in"},
        {"CapitalErrors", 400, R"({"Errors": [{"Code": "UNAUTHORIZED"}]})",
         StatusCode::kUnauthenticated, "unauthorized"},
        {"Denied", 400, R"({"errors": [{"code": "DENIED", "message": "no"}]})",
         StatusCode::kPermissionDenied, "denied: no"},
        {"TooManyRequests", 400, R"({"errors": [{"code": "TOOMANYREQUESTS", "message": "slow"}]})",
         StatusCode::kResourceExhausted, "toomanyrequests: slow"},
        {"OtherCode", 404, R"({"errors": [{"code": "NAME_UNKNOWN", "message": "who?"}]})",
         StatusCode::kNotFound, "name unknown: who?"},
        {"FirstKnownCode", 400,
         R"({"errors": [{"code": "X"}, {"code": "DENIED"}, {"code": "UNAUTHORIZED"}]})",
         StatusCode::kPermissionDenied, "x; denied; unauthorized"},
        {"MessageAlone", 403, R"({"errors": [{"message": "no"}]})", StatusCode::kPermissionDenied,
         "no"},
        {"LowerCaseCodeMeansNothing", 400, R"({"errors": [{"code": "denied"}]})",
         StatusCode::kFailedPrecondition, "denied"},
        {"ErrorsOfWrongTypes", 401, R"({"errors": [1, null, {"code": 2}, []]})",
         StatusCode::kUnauthenticated, ""},
        {"ErrorsIsAnObject", 401, R"({"errors": {"code": "DENIED"}})", StatusCode::kUnauthenticated,
         ""},
        {"NoErrors", 401, R"({"errors": []})", StatusCode::kUnauthenticated, ""},
        {"NoObject", 401, "[]", StatusCode::kUnauthenticated, ""},
        {"InvalidGrant", 400, R"({"error": "invalid_grant"})", StatusCode::kUnauthenticated,
         "invalid_grant"},
        {"InvalidClient", 400, R"({"error": "invalid_client", "error_description": "who?"})",
         StatusCode::kUnauthenticated, "invalid_client: who?"},
        {"UnauthorizedClient", 400, R"({"error": "unauthorized_client"})",
         StatusCode::kUnauthenticated, "unauthorized_client"},
        {"AccessDenied", 400, R"({"error": "access_denied"})", StatusCode::kPermissionDenied,
         "access_denied"},
        {"InvalidScope", 400, R"({"error": "invalid_scope"})", StatusCode::kFailedPrecondition,
         "invalid_scope"},
        {"AccessDeniedBy401", 401, R"({"error": "access_denied"})", StatusCode::kUnauthenticated,
         "access_denied"},
        {"Message", 404, R"({"message": "gone"})", StatusCode::kNotFound, "gone"},
        {"ServerErrorStays", 503, R"({"errors": [{"code": "UNAUTHORIZED"}]})",
         StatusCode::kUnavailable, "unauthorized"},
        {"OtherJsonType", 400, R"({"errors": [{"code": "DENIED"}]})", StatusCode::kPermissionDenied,
         "denied", "Application/VND.api+json ; charset=utf-8"},
        {"TextMeansNothing", 401, R"({"errors": [{"code": "DENIED"}]})",
         StatusCode::kUnauthenticated, R"({"errors": [{"code": "DENIED"}]})", "text/plain"},
        {"NoType", 401, "go away\n", StatusCode::kUnauthenticated, "go away", ""},
        {"NotTheJsonItClaims", 401, "go away", StatusCode::kUnauthenticated, "go away"},
        {"Html", 502, "\n<html><body>Bad gateway", StatusCode::kUnavailable, "", "text/html"},
        {"ControlCharacters", 403, R"({"details": "a\u001b[2J\r\nb\u0000c"})",
         StatusCode::kPermissionDenied, "a [2J b c"},
        {"NoUtf8", 403, "{\"details\": \"a\xff\"}", StatusCode::kPermissionDenied, "a\xef\xbf\xbd"},
    }),
    [](const testing::TestParamInfo<Case>& info) { return info.param.name; });

TEST(RegistryError, ReadsABearerChallengeFirst) {
  const struct {
    std::string challenge;
    StatusCode code;
    std::string text;
  } kCases[] = {
      {R"(Bearer error="invalid_token")", StatusCode::kUnauthenticated, ": invalid token; denied"},
      {R"(Bearer error="insufficient_scope",error_description="more")",
       StatusCode::kPermissionDenied, ": insufficient scope: more; denied"},
      {R"(Bearer error="invalid_request")", StatusCode::kPermissionDenied, ": denied"},
      {R"(Basic error="insufficient_scope")", StatusCode::kPermissionDenied, ": denied"},
      {R"(Bearer realm="x")", StatusCode::kPermissionDenied, ": denied"},
  };
  for (const auto& c : kCases) {
    HttpResponseHead head = JsonHead(401);
    head.headers.push_back({"WWW-Authenticate", c.challenge});
    const absl::Status status = ErrorOf(head, R"({"errors": [{"code": "DENIED"}]})");
    EXPECT_EQ(status.code(), c.code) << c.challenge;
    EXPECT_TRUE(absl::EndsWith(status.message(), "401 Unauthorized" + c.text)) << status;
  }
}

TEST(RegistryError, QuotesNoMoreThanIsOfUse) {
  const std::string prefix = "GET /v2/ failed with status: 400 Bad Request: ";
  EXPECT_EQ(ErrorOf(Head(400), std::string(512, 'x')).message(), prefix + std::string(512, 'x'));
  EXPECT_EQ(ErrorOf(Head(400), std::string(513, 'x')).message(),
            prefix + std::string(509, 'x') + "...");
}

TEST(SecurityRow12, ErrorBodiesOfAnyShapeAreSurvived) {
  for (const std::string& body :
       {std::string(1 << 20, '['), "{\"errors\":" + std::string(1 << 20, '['),
        "{\"errors\":[" + std::string(1 << 20, '{'), std::string(1 << 20, '\xff')}) {
    const absl::Status status = ErrorOf(JsonHead(401), body);
    EXPECT_EQ(status.code(), StatusCode::kUnauthenticated);
    EXPECT_LT(status.message().size(), 600u);
  }
  std::string many = "{\"errors\":[{\"code\":\"A\"}";
  for (int i = 0; i < 50000; ++i) many += ",{\"code\":\"B\"}";
  EXPECT_TRUE(absl::EndsWith(ErrorOf(JsonHead(400), many + "]}").message(),
                             "a; b; b; b; b; b; b; b; b; b; b; b; b; b; b; b"));
}

TEST(SecurityRow14, RetryAfterIsBounded) {
  const struct {
    std::string value;
    std::optional<absl::Duration> delay;
  } kCases[] = {
      {"0", absl::ZeroDuration()},
      {"1", absl::Seconds(1)},
      {" 120 ", absl::Minutes(2)},
      {"3600", absl::Hours(1)},
      {"3601", absl::Hours(1)},
      {"9223372036854775807", absl::Hours(1)},
      {"9223372036854775808", absl::Hours(1)},
      {std::string(5000, '9'), absl::Hours(1)},
      {"-1", absl::ZeroDuration()},
      {"-9999999999999999999999", absl::ZeroDuration()},
      {"Thu, 29 Feb 2024 12:00:30 GMT", absl::Seconds(30)},
      {"Thu, 29 Feb 2024 12:00:00 GMT", absl::ZeroDuration()},
      {"Thu, 29 Feb 2024 11:00:00 GMT", absl::ZeroDuration()},
      {"Fri, 31 Dec 9999 23:59:59 GMT", absl::Hours(1)},
      {"Thu, 01 Jan 1970 00:00:00 GMT", absl::ZeroDuration()},
      {"Thursday, 29-Feb-24 12:01:00 GMT", absl::Minutes(1)},
      {"Thu Feb 29 12:01:00 2024", absl::Minutes(1)},
      {"", std::nullopt},
      {"soon", std::nullopt},
      {"1.5", std::nullopt},
      {"1s", std::nullopt},
      {"+1", std::nullopt},
      {"--1", std::nullopt},
      {"-", std::nullopt},
      {"0x10", std::nullopt},
      {"1e9", std::nullopt},
      {"Thu, 31 Feb 2024 12:00:00 GMT", std::nullopt},
      {"infinite-future", std::nullopt},
      {std::string("1\0", 2), std::nullopt},
  };
  for (const auto& c : kCases) {
    const HttpResponseHead head = Head(429, {{"retry-after", c.value}});
    EXPECT_EQ(RetryAfter(head, kNow), c.delay) << c.value;
    EXPECT_EQ(RetryDelayOf(ErrorOf(head)), c.delay) << c.value;
  }
}

TEST(SecurityRow14, FirstRetryAfterThatMakesSenseCounts) {
  const HttpResponseHead head =
      Head(503, {{"Retry-After", "soon"}, {"Retry-After", "7"}, {"Retry-After", "8"}});
  EXPECT_EQ(RetryAfter(head, kNow), absl::Seconds(7));
  EXPECT_EQ(RetryAfter(Head(503), kNow), std::nullopt);
}

TEST(SecurityRow14, OnlyErrorsToComeBackFromCarryADelay) {
  for (int status = 300; status < 600; ++status) {
    const absl::Status error = ErrorOf(Head(status, {{"Retry-After", "7"}}));
    EXPECT_EQ(RetryDelayOf(error).has_value(), status == 429 || status >= 500) << status;
  }
}

}  // namespace
}  // namespace registryd
