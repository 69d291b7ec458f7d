#include "registry/v1/v1_error.h"

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "registry/v1/v1_requests.h"

namespace registryd {
namespace {

V1Answer Answer(int status, std::string body = "") {
  return {{status, {}}, std::move(body), absl::OkStatus()};
}

TEST(V1ErrorTest, TheStatusDecidesAndTheWordsAreDockers) {
  struct Case {
    int status;
    absl::StatusCode code;
    Reason reason;
  };
  for (const Case& c :
       {Case{201, absl::StatusCode::kFailedPrecondition, Reason::kRegistryFailed},
        Case{400, absl::StatusCode::kFailedPrecondition, Reason::kRegistryFailed},
        Case{401, absl::StatusCode::kUnauthenticated, Reason::kRegistryUnauthorized},
        Case{403, absl::StatusCode::kPermissionDenied, Reason::kRegistryDenied},
        Case{404, absl::StatusCode::kNotFound, Reason::kRegistryNotFound},
        Case{429, absl::StatusCode::kResourceExhausted, Reason::kRegistryThrottled},
        Case{503, absl::StatusCode::kUnavailable, Reason::kRegistryFailed}}) {
    const absl::Status status = V1Error("some words", Answer(c.status), absl::UnixEpoch());
    EXPECT_EQ(status.code(), c.code) << c.status;
    EXPECT_EQ(ReasonOf(status), c.reason) << c.status;
    EXPECT_EQ(status.message(), "some words");
  }
}

TEST(V1ErrorTest, NoCodeOfTheBodyOrTheChallengeChangesThat) {
  V1Answer answer = Answer(404, R"({"errors":[{"code":"UNAUTHORIZED","message":"who"}]})");
  answer.head.headers = {{"Content-Type", "application/json"}};
  const absl::Status missing = V1Error("Repository not found", answer, absl::UnixEpoch());
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(missing.message(), "Repository not found: unauthorized: who");

  answer = Answer(401);
  answer.head.headers = {{"WWW-Authenticate", R"(Bearer realm="r",error="insufficient_scope")"}};
  EXPECT_EQ(V1Error("words", answer, absl::UnixEpoch()).code(), absl::StatusCode::kUnauthenticated);
}

TEST(V1ErrorTest, AddsWhatTheRegistrySaysAndWhenToComeBack) {
  V1Answer answer = Answer(503, "down\r\nfor now");
  answer.head.headers = {{"Retry-After", "7"}};
  const absl::Status status = V1Error("HTTP code 503", answer, absl::UnixEpoch());
  EXPECT_EQ(status.message(), "HTTP code 503: down for now");
  EXPECT_EQ(RetryDelayOf(status), absl::Seconds(7));
}

TEST(V1ErrorTest, AnImageExistsOnlyByTheExactWords) {
  const absl::Status status =
      CheckAlreadyExists(Answer(409, R"({"error":"Image already exists"})"));
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(status.message(), "Image already exists");
  for (const char* const body : {R"({"error":"Image already exists","detail":"x"})",
                                 R"({"error":"Image already exists","detail":null})"}) {
    EXPECT_FALSE(CheckAlreadyExists(Answer(409, body)).ok()) << body;
  }
  for (const char* const body :
       {"", "Image already exists", R"({"error":"image already exists"})",
        R"({"Error":"Image already exists"})", R"(["Image already exists"])",
        R"({"error":{"error":"Image already exists"}})", R"({"error":null})",
        R"({"error":"Image already exists","detail":7})",
        R"({"error":"Image already exists","detail":[]})"}) {
    EXPECT_TRUE(CheckAlreadyExists(Answer(409, body)).ok()) << body;
  }
}

}  // namespace
}  // namespace registryd
