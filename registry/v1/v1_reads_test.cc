#include "registry/v1/v1_reads.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/cancellation.h"
#include "registry/base/error.h"
#include "registry/v1/v1_ping.h"
#include "registry/v1/v1_session_test_base.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class V1ReadsTest : public V1SessionTestBase {
 protected:
  absl::StatusOr<std::vector<std::string>> History(const V1ImageAddress& image) {
    V1Outcome<std::vector<std::string>> outcome;
    GetRemoteHistory(session_, image, {}, outcome.Done());
    return outcome.Take();
  }

  absl::StatusOr<V1ImageJson> Json(const V1ImageAddress& image) {
    V1Outcome<V1ImageJson> outcome;
    GetRemoteImageJson(session_, image, {}, outcome.Done());
    return outcome.Take();
  }

  absl::Status LookUp(const V1ImageAddress& image) {
    V1StatusOutcome outcome;
    LookupRemoteImage(session_, image, {}, outcome.Done());
    return outcome.Take();
  }

  const std::shared_ptr<V1Session> session_ = OpenHttp();
  const std::string base_ = "http://r.internal:5000/v1/";
  const std::string image_ = absl::StrCat(base_, "images/", kId);
};

TEST_F(V1ReadsTest, PingsTheEndpointWithoutCredentials) {
  Reply(absl::StrCat(base_, "_ping"), 500, R"({"version":"0.9","standalone":false})");
  V1Outcome<V1Ping> outcome;
  PingV1Session(session_, {}, outcome.Done());
  const absl::StatusOr<V1Ping> ping = outcome.Take();
  ASSERT_TRUE(ping.ok()) << ping.status();
  EXPECT_EQ(ping->version, "0.9");
  EXPECT_FALSE(ping->standalone);
  EXPECT_THAT(SentSince(), ElementsAre(absl::StrCat("GET ", base_, "_ping")));
}

TEST_F(V1ReadsTest, ReadsAHistory) {
  Reply(absl::StrCat(image_, "/ancestry"), 200, R"(["b","a"])");
  const auto history = History({kId, ""});
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_THAT(*history, ElementsAre("b", "a"));
  EXPECT_THAT(SentSince(), ElementsAre(absl::StrCat("GET ", image_, "/ancestry")));
}

TEST_F(V1ReadsTest, SaysWhyThereIsNoHistory) {
  const std::string url = absl::StrCat(image_, "/ancestry");
  Reply(url, 401, "");
  EXPECT_EQ(Text(History({kId, ""}).status()),
            "UNAUTHENTICATED REGISTRY_UNAUTHORIZED : unauthorized: authentication required");
  Reply(url, 404, "no rule");
  EXPECT_EQ(Text(History({kId, ""}).status()),
            absl::StrCat("NOT_FOUND REGISTRY_NOT_FOUND : Server error: 404 trying to fetch remote "
                         "history for ",
                         kId, ": no rule"));
  for (const char* const body : {"x", "", "{}", "[1]", "\"a\""}) {
    Reply(url, 200, body);
    EXPECT_THAT(Text(History({kId, ""}).status()), StartsWith("INTERNAL RESPONSE_INVALID")) << body;
  }
  Reply(url, 200, std::string(1024 * 1024 + 1, ' '));
  EXPECT_THAT(Text(History({kId, ""}).status()),
              StartsWith("RESOURCE_EXHAUSTED RESPONSE_TOO_LARGE"));
  transport_.Reply("GET", url, Refused());
  EXPECT_THAT(Text(History({kId, ""}).status()), StartsWith("UNAVAILABLE CONNECTION_FAILED"));
}

TEST_F(V1ReadsTest, LooksAnImageUpByItsStatusAlone) {
  const std::string url = absl::StrCat(image_, "/json");
  Reply(url, 200, std::string(2 * 1024 * 1024, 'x'));
  EXPECT_EQ(Text(LookUp({kId, ""})), "OK");
  Reply(url, 404, "");
  EXPECT_EQ(Text(LookUp({kId, ""})), "NOT_FOUND REGISTRY_NOT_FOUND : HTTP code 404");
  Reply(url, 204, "");
  EXPECT_EQ(Text(LookUp({kId, ""})), "FAILED_PRECONDITION REGISTRY_FAILED : HTTP code 204");
}

TEST_F(V1ReadsTest, ReadsAnImagesJsonToTheByte) {
  struct Case {
    std::vector<HttpHeader> headers;
    int64_t size;
  };
  const std::string json = "{\"id\" : \"x\"}\n\xff";
  for (const Case& c :
       {Case{{}, -1}, Case{{{"X-Docker-Size", ""}}, -1}, Case{{{"X-Docker-Size", "10240"}}, 10240},
        Case{{{"x-docker-size", "0"}}, 0}}) {
    Reply(absl::StrCat(image_, "/json"), 200, json, c.headers);
    const auto image = Json({kId, ""});
    ASSERT_TRUE(image.ok()) << image.status();
    EXPECT_EQ(image->json, json);
    EXPECT_EQ(image->size, c.size);
  }
}

TEST_F(V1ReadsTest, AnImagesJsonHasToBeWhole) {
  const std::string url = absl::StrCat(image_, "/json");
  for (const char* const size : {"x", "1.5", "9223372036854775808"}) {
    Reply(url, 200, "{}", {{"X-Docker-Size", size}});
    EXPECT_THAT(Text(Json({kId, ""}).status()), StartsWith("INTERNAL RESPONSE_INVALID")) << size;
  }
  Response cut{{200, {}}, {"{\"id\""}};
  cut.status = Error(absl::StatusCode::kUnavailable, Reason::kConnectionFailed, "cut");
  transport_.Reply("GET", url, cut);
  EXPECT_EQ(Text(Json({kId, ""}).status()), "UNAVAILABLE CONNECTION_FAILED : cut");
  Reply(url, 500, "");
  EXPECT_EQ(Text(Json({kId, ""}).status()), "UNAVAILABLE REGISTRY_FAILED : HTTP code 500");
}

TEST_F(V1ReadsTest, AsksTheRegistryThatIsNamed) {
  Reply("http://r.internal:5000/one/images/x/ancestry", 200, "[]");
  EXPECT_TRUE(History({"x", "http://r.internal:5000/one/"}).ok());
  Reply("https://other.example/v1/images/x/ancestry", 200, "[]");
  EXPECT_TRUE(History({"x", "https://other.example/v1"}).ok());
  EXPECT_EQ(FieldOf(History({"x", "other.example"}).status()), "registry");
}

TEST_F(V1ReadsTest, NoIdLeadsToAnotherPath) {
  for (const char* const id : {"", "../../v2/", "a/b", "a?b=c", "a#b", "..", "%2e%2e", "a\r\nb"}) {
    EXPECT_EQ(FieldOf(History({id, ""}).status()), "image_id") << id;
    EXPECT_EQ(FieldOf(LookUp({id, ""})), "image_id") << id;
    EXPECT_EQ(FieldOf(Json({id, ""}).status()), "image_id") << id;
  }
  EXPECT_THAT(SentSince(), IsEmpty());
}

}  // namespace
}  // namespace registryd
