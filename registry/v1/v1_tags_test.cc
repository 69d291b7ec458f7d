#include "registry/v1/v1_tags.h"

#include <map>
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
#include "registry/v1/v1_session_test_base.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::StartsWith;

class V1TagsTest : public V1SessionTestBase {
 protected:
  absl::StatusOr<std::string> Tag(const V1RepositoryAddress& address, absl::string_view tag = "t") {
    V1Outcome<std::string> outcome;
    GetRemoteTag(session_, address, tag, {}, outcome.Done());
    return outcome.Take();
  }

  absl::StatusOr<std::map<std::string, std::string>> Tags(const V1RepositoryAddress& address) {
    V1Outcome<std::map<std::string, std::string>> outcome;
    GetRemoteTags(session_, address, {}, outcome.Done());
    return outcome.Take();
  }

  const std::shared_ptr<V1Session> session_ = OpenHttp();
  const std::string host_ = "http://r.internal:5000/";
  const std::string tags_ = absl::StrCat(host_, "v1/repositories/foo/bar/tags");
  const V1RepositoryAddress foo_bar_ = {"r.internal:5000/foo/bar", {}};
};

TEST_F(V1TagsTest, AsksForATag) {
  Reply(absl::StrCat(tags_, "/t"), 200, "\"x\"");
  EXPECT_EQ(*Tag(foo_bar_), "x");
  EXPECT_THAT(SentSince(), ElementsAre(absl::StrCat("GET ", tags_, "/t")));
}

TEST_F(V1TagsTest, AsksForAllTags) {
  Reply(tags_, 200, R"({"latest":"a","1.0":"b"})");
  const auto tags = Tags(foo_bar_);
  ASSERT_TRUE(tags.ok()) << tags.status();
  EXPECT_THAT(*tags, ElementsAre(Pair("1.0", "b"), Pair("latest", "a")));
}

TEST_F(V1TagsTest, ANameOfOnePartIsInTheLibrary) {
  const std::string url = absl::StrCat(host_, "v1/repositories/library/solo/tags");
  Reply(absl::StrCat(url, "/latest"), 200, "\"x\"");
  EXPECT_TRUE(Tag({"r.internal:5000/solo", {}}, "latest").ok());
  Reply(url, 200, "{}");
  EXPECT_TRUE(Tags({"solo", {}}).ok());
}

TEST_F(V1TagsTest, PassesOverRegistriesThatFail) {
  Reply(absl::StrCat(host_, "one/repositories/foo/bar/tags/t"), 500, "");
  Reply("https://other.example/two/repositories/foo/bar/tags/t", 401, "");
  Reply(absl::StrCat(tags_, "/t"), 200, "\"x\"");
  const auto tag = Tag({"foo/bar",
                        {absl::StrCat(host_, "one/"), "https://other.example/two/",
                         absl::StrCat(host_, "v1/"), absl::StrCat(host_, "never/")}});
  EXPECT_EQ(Text(tag.status()), "OK");
  EXPECT_EQ(SentSince().size(), 3u);
}

TEST_F(V1TagsTest, A404EndsTheSearch) {
  Reply(absl::StrCat(host_, "one/repositories/foo/bar/tags"), 404, "");
  EXPECT_EQ(
      Text(Tags({"foo/bar", {absl::StrCat(host_, "one/"), absl::StrCat(host_, "v1/")}}).status()),
      "NOT_FOUND REGISTRY_NOT_FOUND : Repository not found");
  EXPECT_EQ(SentSince().size(), 1u);
}

TEST_F(V1TagsTest, ATransportErrorEndsTheSearch) {
  transport_.Reply("GET", absl::StrCat(host_, "one/repositories/foo/bar/tags"), Refused());
  EXPECT_EQ(
      Text(Tags({"foo/bar", {absl::StrCat(host_, "one/"), absl::StrCat(host_, "v1/")}}).status()),
      "UNAVAILABLE CONNECTION_FAILED : refused");
  EXPECT_EQ(SentSince().size(), 1u);
}

TEST_F(V1TagsTest, TheLastStatusSaysWhyNoneCouldBeReached) {
  Reply(absl::StrCat(tags_, "/t"), 503, "");
  EXPECT_EQ(Text(Tag(foo_bar_).status()),
            "UNAVAILABLE REGISTRY_FAILED : Could not reach any registry endpoint: the last one's "
            "status is 503");
  Reply(tags_, 401, "");
  EXPECT_EQ(Tags(foo_bar_).status().code(), absl::StatusCode::kUnauthenticated);
}

TEST_F(V1TagsTest, AnAnswerThatCannotBeReadIsAnError) {
  for (const char* const body : {R"(["x"])", "x", "", R"({"a":1})"}) {
    Reply(tags_, 200, body);
    EXPECT_THAT(Text(Tags(foo_bar_).status()), StartsWith("INTERNAL RESPONSE_INVALID")) << body;
  }
  Reply(absl::StrCat(tags_, "/t"), 200, "{}");
  EXPECT_THAT(Text(Tag(foo_bar_).status()), StartsWith("INTERNAL RESPONSE_INVALID"));
}

TEST_F(V1TagsTest, NothingIsAskedBeforeAllIsChecked) {
  EXPECT_EQ(FieldOf(Tag(foo_bar_, "a/b").status()), "tag");
  EXPECT_EQ(FieldOf(Tag(foo_bar_, "").status()), "tag");
  EXPECT_EQ(FieldOf(Tags({"", {}}).status()), "repository");
  EXPECT_EQ(FieldOf(Tags({"../x", {}}).status()), "repository");
  EXPECT_EQ(FieldOf(Tags({"foo/bar", {absl::StrCat(host_, "v1/"), "nonsense"}}).status()),
            "registries[1]");
  EXPECT_EQ(FieldOf(Tags({"foo/bar", std::vector<std::string>(101, host_)}).status()),
            "registries");
  EXPECT_THAT(SentSince(), IsEmpty());
}

}  // namespace
}  // namespace registryd
