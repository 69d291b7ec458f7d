#include "registry/v1/v1_documents.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

template <typename T>
void ExpectInvalid(const absl::StatusOr<T>& result, absl::string_view body) {
  EXPECT_EQ(result.status().code(), absl::StatusCode::kInternal) << body;
  EXPECT_EQ(ReasonOf(result.status()), Reason::kResponseInvalid) << body;
  EXPECT_FALSE(absl::StrContains(result.status().message(), "canary")) << body;
}

TEST(V1History, IsAListOfIds) {
  EXPECT_THAT(*ParseV1History(R"(["c", "b", null, "a"])"), ElementsAre("c", "b", "", "a"));
  EXPECT_THAT(*ParseV1History("[]"), IsEmpty());
  EXPECT_THAT(*ParseV1History("null"), IsEmpty());
  for (const char* body : {"", "canary", "{}", "\"canary\"", "[1]", "[[\"canary\"]]", "[\"a\""}) {
    ExpectInvalid(ParseV1History(body), body);
  }
}

TEST(V1Tag, IsAnId) {
  EXPECT_EQ(*ParseV1Tag("\"abc\""), "abc");
  EXPECT_EQ(*ParseV1Tag("\"abc\"\n<!-- x -->"), "abc");
  EXPECT_EQ(*ParseV1Tag("null"), "");
  for (const char* body : {"", "canary", "{}", "[\"canary\"]", "1", "true"}) {
    ExpectInvalid(ParseV1Tag(body), body);
  }
}

TEST(V1Tags, AreIdsByName) {
  EXPECT_THAT(
      *ParseV1Tags(R"({"v1": "a", "latest": "b", "Latest": "c", "none": null})"),
      ElementsAre(Pair("Latest", "c"), Pair("latest", "b"), Pair("none", ""), Pair("v1", "a")));
  EXPECT_THAT(*ParseV1Tags("{}"), IsEmpty());
  EXPECT_THAT(*ParseV1Tags("null"), IsEmpty());
  for (const char* body : {"", "canary", R"(["canary"])", R"({"v1": 1})", R"({"v1": {}})"}) {
    ExpectInvalid(ParseV1Tags(body), body);
  }
}

TEST(SecurityRow12, DocumentsOfTooManyValuesAreTooLarge) {
  std::string list = "[{}";
  std::string object = R"({"v1": "a")";
  for (int i = 0; i < 200'000; ++i) {
    list += ",{}";
    object += R"(,"v1": "a")";
  }
  for (const absl::Status& status :
       {ParseV1Images(list + "]").status(), ParseV1Tags(object + "}").status()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
    EXPECT_EQ(ReasonOf(status), Reason::kResponseTooLarge);
  }
}

TEST(V1Images, AreKeptById) {
  const auto images = ParseV1Images(R"([{"id": "b", "checksum": "c", "Tag": "t", "x": 1},
                                        {"id": "a", "tag": "u"}, {"id": "b"}, {}])");
  ASSERT_TRUE(images.ok()) << images.status();
  std::vector<std::string> texts;
  for (const auto& [id, image] : *images) {
    texts.push_back(absl::StrCat(id, "|", image.id, "|", image.checksum, "|", image.tag));
  }
  EXPECT_THAT(texts, ElementsAre("|||", "a|a||u", "b|b||"));
  EXPECT_THAT(*ParseV1Images("null"), IsEmpty());
  for (const char* body : {"", "canary", "{}", "[null]", "[\"canary\"]", R"([{"id": 1}])",
                           R"([{"checksum": []}])", R"([{"Tag": {}}])"}) {
    ExpectInvalid(ParseV1Images(body), body);
  }
}

TEST(V1Endpoints, HaveTheIndexsScheme) {
  const HttpResponseHead head{200,
                              {{"X-Docker-Endpoints", "r1.example.com, r2.example.com:5000"},
                               {"x-docker-endpoints", "\tr3.example.com "}}};
  EXPECT_THAT(*V1EndpointsOf(head, *V1Endpoint::Parse("http://i.example")),
              ElementsAre("http://r1.example.com/v1/", "http://r2.example.com:5000/v1/",
                          "http://r3.example.com/v1/"));
  EXPECT_THAT(*V1EndpointsOf({200, {{"X-Docker-Endpoints", "r"}}}, *V1Endpoint::Parse("i.example")),
              ElementsAre("https://r/v1/"));
  EXPECT_THAT(*V1EndpointsOf({}, *V1Endpoint::Parse("i.example")), IsEmpty());
}

TEST(V1Endpoints, PassOverWhatIsEmpty) {
  const V1Endpoint index = *V1Endpoint::Parse("i.example");
  EXPECT_THAT(*V1EndpointsOf({200, {{"X-Docker-Endpoints", ""}}}, index), IsEmpty());
  EXPECT_THAT(*V1EndpointsOf({200, {{"X-Docker-Endpoints", ",a,, b ,"}}}, index),
              ElementsAre("https://a/v1/", "https://b/v1/"));
}

TEST(V1Endpoints, AreHosts) {
  for (const char* value : {"ann:canary@r", "r?x", "r#x", "r#", "r:port", "r\x01x"}) {
    ExpectInvalid(V1EndpointsOf({200, {{"X-Docker-Endpoints", value}}}, *V1Endpoint::Parse("i")),
                  value);
  }
}

}  // namespace
}  // namespace registryd
