#include "server/service/v1_read_calls.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/service/v1_session_fixture.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class V1ReadCallsTest : public V1SessionServiceTest {
 protected:
  template <typename Request>
  Request OfImage() {
    auto request = In<Request>(session_);
    request.set_image_id(kImage);
    return request;
  }

  api::GetRemoteTagRequest OfTag() {
    auto request = In<api::GetRemoteTagRequest>(session_);
    request.set_repository("r.internal:5000/a/b");
    request.set_tag("t");
    return request;
  }

  // Why the call that `ask` makes fails, when the registry answers `path` with `status`
  // and `body`.
  template <typename Response, typename Request>
  std::string Refused(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                      const Request& request, const std::string& path, int status,
                      const std::string& body = "") {
    Expect("GET", path, Answer(status, body));
    return Failure(Ask(method, request).status());
  }

  const std::string session_ = Open();
  const std::string image_ = absl::StrCat("images/", kImage);
};

TEST_F(V1ReadCallsTest, PingTellsWhatTheRegistryIs) {
  Expect("GET", "_ping",
         Answer(200, R"({"standalone": false})", {{"X-Docker-Registry-Version", "0.9\xff"}}));
  const auto ping = Ask(&Stub::Ping, In<api::PingRequest>(session_));
  ASSERT_TRUE(ping.ok()) << ping.status();
  EXPECT_EQ(ping->version(), "0.9\xef\xbf\xbd");
  EXPECT_FALSE(ping->standalone());
  Expect("GET", "_ping", Broken());
  EXPECT_EQ(Failure(Ask(&Stub::Ping, In<api::PingRequest>(session_)).status()),
            "UNAVAILABLE CONNECTION_FAILED ");
}

TEST_F(V1ReadCallsTest, HistoryIsTheImageAndItsAncestors) {
  Expect("GET", absl::StrCat(image_, "/ancestry"), Answer(200, R"(["c", "b", "a"])"));
  const auto history = Ask(&Stub::GetRemoteHistory, OfImage<api::GetRemoteHistoryRequest>());
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_THAT(history->image_ids(), ElementsAre("c", "b", "a"));
}

TEST_F(V1ReadCallsTest, LookupSucceedsIfThereIsTheImage) {
  Expect("GET", absl::StrCat(image_, "/json"), Answer(200, "{}"));
  EXPECT_TRUE(Ask(&Stub::LookupRemoteImage, OfImage<api::LookupRemoteImageRequest>()).ok());
}

TEST_F(V1ReadCallsTest, JsonComesToTheByteWithItsSize) {
  const auto request = OfImage<api::GetRemoteImageJSONRequest>();
  Expect("GET", absl::StrCat(image_, "/json"),
         Answer(200, "{ \"id\":\xff}\n", {{"X-Docker-Size", "10240"}}));
  const auto image = Ask(&Stub::GetRemoteImageJSON, request);
  ASSERT_TRUE(image.ok()) << image.status();
  EXPECT_EQ(image->json(), "{ \"id\":\xff}\n");
  EXPECT_EQ(image->size(), 10240);
  Expect("GET", absl::StrCat(image_, "/json"), Answer(200, "{}"));
  EXPECT_EQ(Ask(&Stub::GetRemoteImageJSON, request)->size(), -1);
  Expect("GET", absl::StrCat(image_, "/json"), Answer(200, "{}", {{"X-Docker-Size", "much"}}));
  EXPECT_EQ(Failure(Ask(&Stub::GetRemoteImageJSON, request).status()),
            "INTERNAL RESPONSE_INVALID ");
}

TEST_F(V1ReadCallsTest, EachStatusOfARegistryHasItsMeaning) {
  const struct {
    int status;
    const char* want;
  } kCases[] = {
      {401, "UNAUTHENTICATED REGISTRY_UNAUTHORIZED "},
      {403, "PERMISSION_DENIED REGISTRY_DENIED "},
      {404, "NOT_FOUND REGISTRY_NOT_FOUND "},
      {429, "RESOURCE_EXHAUSTED REGISTRY_THROTTLED "},
      {500, "UNAVAILABLE REGISTRY_FAILED "},
      {503, "UNAVAILABLE REGISTRY_FAILED "},
      {418, "FAILED_PRECONDITION REGISTRY_FAILED "},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.status);
    EXPECT_EQ(Refused(&Stub::GetRemoteHistory, OfImage<api::GetRemoteHistoryRequest>(),
                      absl::StrCat(image_, "/ancestry"), c.status),
              c.want);
    EXPECT_EQ(Refused(&Stub::LookupRemoteImage, OfImage<api::LookupRemoteImageRequest>(),
                      absl::StrCat(image_, "/json"), c.status),
              c.want);
    EXPECT_EQ(Refused(&Stub::GetRemoteImageJSON, OfImage<api::GetRemoteImageJSONRequest>(),
                      absl::StrCat(image_, "/json"), c.status),
              c.want);
    EXPECT_EQ(Refused(&Stub::GetRemoteTag, OfTag(), "repositories/a/b/tags/t", c.status), c.want);
    auto tags = In<api::GetRemoteTagsRequest>(session_);
    tags.set_repository("a/b");
    EXPECT_EQ(Refused(&Stub::GetRemoteTags, tags, "repositories/a/b/tags", c.status), c.want);
    auto data = In<api::GetRepositoryDataRequest>(session_);
    data.set_repository("a/b");
    EXPECT_EQ(Refused(&Stub::GetRepositoryData, data, "repositories/a/b/images", c.status), c.want);
    auto search = In<api::SearchRepositoriesRequest>(session_);
    search.set_term("x");
    search.set_limit(1);
    EXPECT_EQ(Refused(&Stub::SearchRepositories, search, "search?q=x&n=1", c.status), c.want);
  }
}

TEST_F(V1ReadCallsTest, WhatIsNoSuchAnswerIsInvalid) {
  constexpr char kWant[] = "INTERNAL RESPONSE_INVALID ";
  EXPECT_EQ(Refused(&Stub::GetRemoteHistory, OfImage<api::GetRemoteHistoryRequest>(),
                    absl::StrCat(image_, "/ancestry"), 200, "<html>"),
            kWant);
  EXPECT_EQ(Refused(&Stub::GetRemoteTag, OfTag(), "repositories/a/b/tags/t", 200, "[]"), kWant);
  auto tags = In<api::GetRemoteTagsRequest>(session_);
  tags.set_repository("a/b");
  EXPECT_EQ(Refused(&Stub::GetRemoteTags, tags, "repositories/a/b/tags", 200, "[\"x\"]"), kWant);
  auto data = In<api::GetRepositoryDataRequest>(session_);
  data.set_repository("a/b");
  EXPECT_EQ(Refused(&Stub::GetRepositoryData, data, "repositories/a/b/images", 200, "{}"), kWant);
}

TEST_F(V1ReadCallsTest, WhatCannotBeAskedForIsRefused) {
  auto image = OfImage<api::GetRemoteImageJSONRequest>();
  image.set_image_id("");
  EXPECT_EQ(Failure(Ask(&Stub::GetRemoteImageJSON, image).status()),
            "INVALID_ARGUMENT FIELD_MISSING image_id");
  image.set_image_id("../x");
  EXPECT_EQ(Failure(Ask(&Stub::GetRemoteImageJSON, image).status()),
            "INVALID_ARGUMENT FIELD_INVALID image_id");
  image = OfImage<api::GetRemoteImageJSONRequest>();
  image.set_registry("http://r.example/v1/");
  EXPECT_EQ(Failure(Ask(&Stub::GetRemoteImageJSON, image).status()),
            "INVALID_ARGUMENT FIELD_INVALID registry");
  EXPECT_EQ(Observed().registry, "r.example");
  image.set_registry("file:///etc/passwd");
  EXPECT_EQ(Failure(Ask(&Stub::GetRemoteImageJSON, image).status()),
            "INVALID_ARGUMENT FIELD_INVALID registry");
  EXPECT_EQ(Observed().registry, "(invalid)");
  auto tag = OfTag();
  tag.set_repository("");
  EXPECT_EQ(Failure(Ask(&Stub::GetRemoteTag, tag).status()),
            "INVALID_ARGUMENT FIELD_MISSING repository");
  tag = OfTag();
  tag.set_tag("a/b");
  EXPECT_EQ(Failure(Ask(&Stub::GetRemoteTag, tag).status()), "INVALID_ARGUMENT FIELD_INVALID tag");
  tag = OfTag();
  tag.add_registries(kV1);
  tag.add_registries("r.internal");
  EXPECT_EQ(Failure(Ask(&Stub::GetRemoteTag, tag).status()),
            "INVALID_ARGUMENT FIELD_INVALID registries[1]");
  EXPECT_THAT(Sent(), IsEmpty());
}

TEST_F(V1ReadCallsTest, RegistriesAreAskedInTurn) {
  auto request = OfTag();
  request.add_registries("http://r.internal:5000/one/");
  request.add_registries(kV1);
  registry().Reply("GET", "http://r.internal:5000/one/repositories/a/b/tags/t", Answer(500));
  Expect("GET", "repositories/a/b/tags/t", Answer(200, absl::StrCat("\"", kImage, "\"")));
  const auto tag = Ask(&Stub::GetRemoteTag, request);
  ASSERT_TRUE(tag.ok()) << tag.status();
  EXPECT_EQ(tag->image_id(), kImage);
}

TEST_F(V1ReadCallsTest, TagsComeSortedAndInPages) {
  auto request = In<api::GetRemoteTagsRequest>(session_);
  request.set_repository("solo");
  request.set_page_size(2);
  std::vector<std::string> tags;
  for (int page = 0; page < 3; ++page) {
    Expect("GET", "repositories/library/solo/tags",
           Answer(200, R"({"e": "5", "a": "1", "d": "4", "b": "2", "c": "3"})"));
    const auto response = Ask(&Stub::GetRemoteTags, request);
    ASSERT_TRUE(response.ok()) << response.status();
    for (const api::V1Tag& tag : response->tags()) {
      tags.push_back(absl::StrCat(tag.name(), "=", tag.image_id()));
    }
    request.set_page_token(response->next_page_token());
  }
  EXPECT_THAT(tags, ElementsAre("a=1", "b=2", "c=3", "d=4", "e=5"));
  EXPECT_EQ(request.page_token(), "");
  request.set_page_token("x");
  EXPECT_EQ(Failure(Ask(&Stub::GetRemoteTags, request).status()),
            "INVALID_ARGUMENT FIELD_INVALID page_token");
  EXPECT_THAT(Sent(), SizeIs(3));
}

TEST_F(V1ReadCallsTest, RepositoryDataComesInPagesEachWithTheEndpoints) {
  auto request = In<api::GetRepositoryDataRequest>(session_);
  request.set_repository("r.internal:5000/a/b");
  request.set_page_size(1);
  for (const char* const want : {"a/sum/latest", "b//"}) {
    Expect("GET", "repositories/a/b/images",
           Answer(200, R"([{"id": "b"}, {"id": "a", "checksum": "sum", "Tag": "latest"}])",
                  {{"X-Docker-Endpoints", "one.example, two.example:5000"}}));
    const auto response = Ask(&Stub::GetRepositoryData, request);
    ASSERT_TRUE(response.ok()) << response.status();
    ASSERT_THAT(response->images(), SizeIs(1));
    const api::V1Image& image = response->images(0);
    EXPECT_EQ(absl::StrCat(image.id(), "/", image.checksum(), "/", image.tag()), want);
    EXPECT_THAT(response->endpoints(),
                ElementsAre("http://one.example/v1/", "http://two.example:5000/v1/"));
    request.set_page_token(response->next_page_token());
  }
  EXPECT_EQ(request.page_token(), "");
  EXPECT_EQ(Find(requests().back(), "X-Docker-Token"), "true");
  request.set_page_size(-1);
  EXPECT_EQ(Failure(Ask(&Stub::GetRepositoryData, request).status()),
            "INVALID_ARGUMENT FIELD_INVALID page_size");
}

TEST_F(V1ReadCallsTest, SearchResultsAreTheIndexsWordInPages) {
  auto request = In<api::SearchRepositoriesRequest>(session_);
  request.set_term("foo");
  request.set_limit(100);
  request.set_page_size(2);
  std::vector<std::string> names;
  for (int page = 0; page < 2; ++page) {
    Expect("GET", "search?q=foo&n=100", Answer(200, R"({"query": "foo", "num_results": 5000000000,
        "results": [{"name": "b", "is_automated": true}, {"name": "a"}, {"name": "c"}]})"));
    const auto response = Ask(&Stub::SearchRepositories, request);
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->search_results().query(), "foo");
    EXPECT_EQ(response->search_results().num_results(), 2147483647);
    for (const api::SearchResult& result : response->search_results().results()) {
      names.push_back(absl::StrCat(result.name(), result.is_automated() ? "*" : ""));
    }
    request.set_page_token(response->next_page_token());
  }
  EXPECT_THAT(names, ElementsAre("b*", "a", "c"));
  EXPECT_EQ(request.page_token(), "");
}

TEST_F(V1ReadCallsTest, SearchesOutOfBoundsAreNotSent) {
  auto request = In<api::SearchRepositoriesRequest>(session_);
  request.set_term("foo");
  for (const int limit : {-1, 0, 101}) {
    request.set_limit(limit);
    EXPECT_EQ(Failure(Ask(&Stub::SearchRepositories, request).status()),
              "INVALID_ARGUMENT FIELD_INVALID limit");
  }
  request.set_limit(1);
  request.set_page_size(-1);
  EXPECT_EQ(Failure(Ask(&Stub::SearchRepositories, request).status()),
            "INVALID_ARGUMENT FIELD_INVALID page_size");
  request.set_page_size(0);
  request.set_term("");
  EXPECT_EQ(Failure(Ask(&Stub::SearchRepositories, request).status()),
            "INVALID_ARGUMENT FIELD_MISSING term");
  EXPECT_THAT(Sent(), IsEmpty());
}

TEST_F(V1ReadCallsTest, NoErrorHoldsASecret) {
  api::CreateSessionRequest create = CreateRequest();
  create.mutable_auth_config()->set_username("ann");
  create.mutable_auth_config()->set_password("CANARY");
  create.add_headers()->set_name("X-Meta");
  create.mutable_headers(0)->set_value("CANARY");
  auto request = In<api::GetRepositoryDataRequest>(Open(create));
  request.set_repository("a/b");
  for (const int status : {401, 403, 404, 500}) {
    Expect("GET", "repositories/a/b/images",
           Answer(status, "", {{"X-Docker-Token", "CANARY"}, {"Set-Cookie", "s=CANARY"}}));
    const absl::Status refused = Ask(&Stub::GetRepositoryData, request).status();
    EXPECT_FALSE(refused.ok());
    EXPECT_THAT(refused.ToString(), Not(HasSubstr("CANARY")));
    EXPECT_THAT(refused.ToString(), Not(HasSubstr("YW5uOkNBTkFSWQ==")));
    EXPECT_THAT(Observed().status.ToString(), Not(HasSubstr("CANARY")));
  }
  auto image = In<api::LookupRemoteImageRequest>(request.session_id());
  image.set_image_id("x");
  image.set_registry("http://ann:CANARY@r.internal:5000/v1/");
  const absl::Status refused = Ask(&Stub::LookupRemoteImage, image).status();
  EXPECT_EQ(Failure(refused), "INVALID_ARGUMENT FIELD_INVALID registry");
  EXPECT_THAT(refused.ToString(), Not(HasSubstr("CANARY")));
  EXPECT_THAT(Observed().registry, Not(HasSubstr("CANARY")));
}

}  // namespace
}  // namespace registryd
