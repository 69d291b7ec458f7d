#include "registry/v1/v1_index.h"

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
#include "registry/search/search_results.h"
#include "registry/v1/v1_documents.h"
#include "registry/v1/v1_reads.h"
#include "registry/v1/v1_session_test_base.h"

namespace registryd {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

class V1IndexTest : public V1SessionTestBase {
 protected:
  absl::StatusOr<V1RepositoryData> Data(absl::string_view repository = "foo/bar") {
    V1Outcome<V1RepositoryData> outcome;
    GetRepositoryData(session_, repository, {}, outcome.Done());
    return outcome.Take();
  }

  absl::StatusOr<std::vector<std::string>> Push(const V1ImageList& list) {
    V1Outcome<std::vector<std::string>> outcome;
    PushImageJsonIndex(session_, list, {}, outcome.Done());
    return outcome.Take();
  }

  absl::StatusOr<SearchResults> Search(absl::string_view term, int64_t limit) {
    V1Outcome<SearchResults> outcome;
    SearchRepositories(session_, term, limit, {}, outcome.Done());
    return outcome.Take();
  }

  static V1ImageList List(bool validate) {
    V1ImageList list;
    list.repository = "r.internal:5000/foo/bar";
    list.images = {{"a", "c1", ""}, {"b", "", ""}};
    list.validate = validate;
    return list;
  }

  const std::shared_ptr<V1Session> session_ = OpenHttp(Ann());
  const std::string base_ = "http://r.internal:5000/v1/";
  const std::string images_ = absl::StrCat(base_, "repositories/foo/bar/images");
  const std::string list_ = absl::StrCat(base_, "repositories/foo/bar/");
  const std::string asks_ = absl::StrCat(" X-Docker-Token:true", kBasic);
};

TEST_F(V1IndexTest, ReadsARepositorysImagesAndRegistries) {
  Reply(images_, 200, R"([{"id":"b"},{"id":"a","checksum":"c","Tag":"t"}])",
        {{"X-Docker-Endpoints", "r1.example, r2.example:5000"},
         {"X-Docker-Endpoints", "r3.example"}});
  const auto data = Data("r.internal:5000/foo/bar");
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_THAT(data->endpoints, ElementsAre("http://r1.example/v1/", "http://r2.example:5000/v1/",
                                           "http://r3.example/v1/"));
  ASSERT_THAT(data->images, SizeIs(2));
  EXPECT_EQ(data->images.at("a").checksum, "c");
  EXPECT_EQ(data->images.at("a").tag, "t");
  EXPECT_THAT(SentSince(), ElementsAre(absl::StrCat("GET ", images_, asks_)));
}

TEST_F(V1IndexTest, WithoutRegistriesTheIndexIsTheRegistry) {
  for (const std::vector<HttpHeader>& headers :
       {std::vector<HttpHeader>{}, std::vector<HttpHeader>{{"X-Docker-Endpoints", ""}}}) {
    Reply(images_, 200, "[]", headers);
    const auto data = Data();
    ASSERT_TRUE(data.ok()) << data.status();
    EXPECT_THAT(data->endpoints, ElementsAre("http://r.internal:5000/v1/"));
    EXPECT_THAT(data->images, IsEmpty());
  }
}

TEST_F(V1IndexTest, AListOfRegistriesNamesOne) {
  constexpr char kNone[] =
      "INTERNAL RESPONSE_INVALID : Index response didn't contain any endpoints";
  for (const char* const value : {",", " , ", ",,\t,"}) {
    Reply(images_, 200, "[]", {{"X-Docker-Endpoints", value}});
    EXPECT_EQ(Text(Data().status()), kNone) << value;
    ReplyTo("PUT", list_, 200, "", {{"X-Docker-Endpoints", value}});
    EXPECT_EQ(Text(Push(List(/*validate=*/false)).status()), kNone) << value;
  }
  const std::vector<HttpHeader> headers = {{"X-Docker-Endpoints", ","},
                                           {"X-Docker-Endpoints", ",r1.example"}};
  Reply(images_, 200, "[]", headers);
  const auto data = Data();
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_THAT(data->endpoints, ElementsAre("http://r1.example/v1/"));
  ReplyTo("PUT", list_, 200, "", headers);
  const auto endpoints = Push(List(/*validate=*/false));
  ASSERT_TRUE(endpoints.ok()) << endpoints.status();
  EXPECT_THAT(*endpoints, ElementsAre("http://r1.example/v1/"));
}

TEST_F(V1IndexTest, SaysWhyThereIsNoRepositoryData) {
  Reply(images_, 401, "");
  EXPECT_EQ(Text(Data().status()),
            "UNAUTHENTICATED REGISTRY_UNAUTHORIZED : unauthorized: authentication required");
  Reply(images_, 404, "");
  EXPECT_EQ(Text(Data().status()), "NOT_FOUND REGISTRY_NOT_FOUND : HTTP code: 404");
  Reply(images_, 500, "oops");
  EXPECT_EQ(Text(Data().status()),
            "UNAVAILABLE REGISTRY_FAILED : Error: Status 500 trying to pull repository foo/bar: "
            "oops");
  Reply(images_, 200, "{}");
  EXPECT_THAT(Text(Data().status()), StartsWith("INTERNAL RESPONSE_INVALID"));
  Reply(images_, 200, "[]", {{"X-Docker-Endpoints", "r1.example/../x?y"}});
  EXPECT_THAT(Text(Data().status()), StartsWith("INTERNAL RESPONSE_INVALID"));
  EXPECT_EQ(FieldOf(Data("").status()), "repository");
}

TEST_F(V1IndexTest, ATimeoutSaysSoInWords) {
  Response stalls;
  stalls.stalls = true;
  transport_.Reply("GET", images_, stalls);
  clock_.Advance(-absl::Hours(1));  // The limit has passed at the transport's clock.
  const absl::Status status = Data().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()),
              StartsWith(absl::StrCat("network timed out while trying to connect to ", images_)));
}

TEST_F(V1IndexTest, TheTokenAnIndexGivesIsReplayed) {
  Reply(images_, 200, "[]", {{"X-Docker-Token", "t1"}, {"X-Docker-Token", "t2"}});
  ASSERT_TRUE(Data().ok());
  Reply(absl::StrCat(base_, "images/x/json"), 200, "{}");
  V1StatusOutcome outcome;
  LookupRemoteImage(session_, {"x", ""}, {}, outcome.Done());
  EXPECT_THAT(SentSince().back(), HasSubstr(" Authorization:Token t1,t2"));
}

TEST_F(V1IndexTest, ListsTheImagesToBePushed) {
  for (const int status : {200, 201}) {
    ReplyTo("PUT", list_, status, "", {{"X-Docker-Endpoints", "r1.example"}});
    V1ImageList list = List(/*validate=*/false);
    list.registries = {"not looked at"};
    const auto endpoints = Push(list);
    ASSERT_TRUE(endpoints.ok()) << endpoints.status();
    EXPECT_THAT(*endpoints, ElementsAre("http://r1.example/v1/"));
    EXPECT_EQ(LastBody(), R"([{"id":"a","checksum":"c1"},{"id":"b"}])");
  }
  EXPECT_EQ(SentSince()[0], absl::StrCat("PUT ", list_, " Content-Type:application/json", asks_));
}

TEST_F(V1IndexTest, ValidatesTheImagesWithAChecksum) {
  ReplyTo("PUT", images_, 204, "");
  V1ImageList list = List(/*validate=*/true);
  list.registries = {base_, "https://r1.example/v1/"};
  const auto endpoints = Push(list);
  ASSERT_TRUE(endpoints.ok()) << endpoints.status();
  EXPECT_THAT(*endpoints, IsEmpty());
  EXPECT_EQ(LastBody(), R"([{"id":"a","checksum":"c1"}])");
  EXPECT_THAT(SentSince(),
              ElementsAre(absl::StrCat("PUT ", images_, " Content-Type:application/json",
                                       " X-Docker-Endpoints:", base_,
                                       " X-Docker-Endpoints:https://r1.example/v1/", asks_)));
}

TEST_F(V1IndexTest, SaysWhyAListWasNotTaken) {
  ReplyTo("PUT", list_, 401, "", {{"X-Docker-Endpoints", "r1.example"}});
  EXPECT_EQ(Text(Push(List(false)).status()),
            "UNAUTHENTICATED REGISTRY_UNAUTHORIZED : unauthorized: authentication required");
  ReplyTo("PUT", list_, 201, "");
  EXPECT_EQ(Text(Push(List(false)).status()),
            "INTERNAL RESPONSE_INVALID : Index response didn't contain any endpoints");
  ReplyTo("PUT", list_, 204, "", {{"X-Docker-Endpoints", "r1.example"}});
  EXPECT_EQ(Text(Push(List(false)).status()),
            "FAILED_PRECONDITION REGISTRY_FAILED : Error: Status 204 trying to push repository "
            "foo/bar");
  ReplyTo("PUT", images_, 200, "");
  EXPECT_EQ(Text(Push(List(true)).status()),
            "FAILED_PRECONDITION REGISTRY_FAILED : Error: Status 200 trying to push checksums "
            "foo/bar");
}

TEST_F(V1IndexTest, ChecksAListBeforeItIsSent) {
  V1ImageList without_id = List(false);
  without_id.images[1].id = "";
  EXPECT_EQ(FieldOf(Push(without_id).status()), "images[1].id");
  V1ImageList bad_registry = List(true);
  bad_registry.registries = {base_, "https://r1.example/\r\nX-Evil: 1"};
  EXPECT_EQ(FieldOf(Push(bad_registry).status()), "registries[1]");
  EXPECT_THAT(SentSince(), IsEmpty());
}

TEST_F(V1IndexTest, FollowsRedirectsThatClientsDoNot) {
  ReplyTo("PUT", list_, 300, "", {{"Location", absl::StrCat(base_, "there")}});
  ReplyTo("PUT", absl::StrCat(base_, "there"), 305, "", {{"Location", absl::StrCat(base_, "on")}});
  ReplyTo("PUT", absl::StrCat(base_, "on"), 200, "", {{"X-Docker-Endpoints", "r1.example"}});
  ASSERT_TRUE(Push(List(false)).ok());
  EXPECT_THAT(SentSince(), SizeIs(3));
  EXPECT_THAT(SentSince(), Each(HasSubstr(kBasic)));
  EXPECT_EQ(LastBody(), R"([{"id":"a","checksum":"c1"},{"id":"b"}])");
}

TEST_F(V1IndexTest, ARedirectElsewhereGetsNoCredentials) {
  ReplyTo("PUT", list_, 300, "", {{"Location", "http://other.example/there"}});
  ReplyTo("PUT", "http://other.example/there", 200, "", {{"X-Docker-Endpoints", "r1.example"}});
  ASSERT_TRUE(Push(List(false)).ok());
  EXPECT_EQ(SentSince()[1], "PUT http://other.example/there Content-Type:application/json");
}

TEST_F(V1IndexTest, ARedirectElsewhereAndBackGetsNoCredentialsEither) {
  const std::string back = absl::StrCat(base_, "back");
  ReplyTo("PUT", list_, 300, "", {{"Location", "http://other.example/there"}});
  ReplyTo("PUT", "http://other.example/there", 300, "", {{"Location", back}});
  ReplyTo("PUT", back, 200, "", {{"X-Docker-Endpoints", "r1.example"}});
  ASSERT_TRUE(Push(List(false)).ok());
  ASSERT_THAT(SentSince(), SizeIs(3));
  EXPECT_THAT(SentSince()[0], HasSubstr(kBasic));
  EXPECT_THAT(SentSince()[2], HasSubstr(back));
  EXPECT_THAT(SentSince()[2], Not(HasSubstr(kBasic)));
}

TEST_F(V1IndexTest, ARedirectThatClientsFollowKeepsTheListOnlyByItsStatus) {
  ReplyTo("PUT", list_, 307, "", {{"Location", absl::StrCat(base_, "there")}});
  ReplyTo("PUT", absl::StrCat(base_, "there"), 200, "", {{"X-Docker-Endpoints", "r1.example"}});
  EXPECT_TRUE(Push(List(false)).ok());
  EXPECT_EQ(LastBody(), R"([{"id":"a","checksum":"c1"},{"id":"b"}])");
  ReplyTo("PUT", list_, 302, "", {{"Location", absl::StrCat(base_, "there")}});
  Reply(absl::StrCat(base_, "there"), 200, "", {{"X-Docker-Endpoints", "r1.example"}});
  EXPECT_TRUE(Push(List(false)).ok());
  EXPECT_EQ(LastBody(), "");
}

TEST_F(V1IndexTest, RefusesRedirectsWithoutEndOrTarget) {
  for (int i = 0; i < 11; ++i) ReplyTo("PUT", list_, 300, "", {{"Location", list_}});
  EXPECT_EQ(Text(Push(List(false)).status()),
            "FAILED_PRECONDITION REDIRECT_REFUSED : stopped after 10 redirects");
  EXPECT_THAT(SentSince(), SizeIs(11));
  for (const char* const location : {"", "/there", "ftp://r.example/", "http://a@r.example/"}) {
    ReplyTo("PUT", list_, 300, "", {{"Location", location}});
    EXPECT_THAT(Text(Push(List(false)).status()),
                StartsWith("FAILED_PRECONDITION REDIRECT_REFUSED"))
        << location;
  }
  ReplyTo("PUT", list_, 304, "");
  EXPECT_THAT(Text(Push(List(false)).status()), StartsWith("FAILED_PRECONDITION REDIRECT_REFUSED"));
  EXPECT_EQ(transport_.replies_left(), 0u);
}

TEST_F(V1IndexTest, SearchesByTheSharedCode) {
  Reply(absl::StrCat(base_, "search?q=foo&n=100"), 200, R"({"results":[{"name":"foo"}]})");
  const auto results = Search("foo", 100);
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_EQ(results->results.at(0).name, "foo");
  EXPECT_THAT(SentSince(), ElementsAre(absl::StrCat("GET ", base_, "search?q=foo&n=100", asks_)));
}

TEST_F(V1IndexTest, ASearchNeedsATermAndALimit) {
  EXPECT_EQ(Text(Search("", 1).status()), "INVALID_ARGUMENT FIELD_MISSING term: term is missing");
  for (const int64_t limit : {0, -1, 101}) {
    const absl::Status status = Search("foo", limit).status();
    EXPECT_EQ(FieldOf(status), "limit");
    EXPECT_THAT(std::string(status.message()),
                HasSubstr(absl::StrCat(limit, " is outside the range of [1, 100]")));
  }
  EXPECT_THAT(SentSince(), IsEmpty());
}

}  // namespace
}  // namespace registryd
