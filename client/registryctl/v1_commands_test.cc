// v1 ping, tags, images, history, json, search, tag.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/registryctl/run_for_test.h"
#include "client/testing/error_status.h"
#include "client/testing/temporary_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace registryd::registryctl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class V1CommandsTest : public RegistryctlTest {
 protected:
  V1CommandsTest() { Open(/*standalone=*/true); }

  // Sessions are with a registry, or else with an index.
  void Open(bool standalone) {
    v1::CreateSessionResponse session;
    session.set_session_id("s1");
    session.set_endpoint("https://v1.example/v1/");
    session.set_standalone(standalone);
    service().create_session.Answer(session);
  }

  client::FakeV1SessionService& service() { return server_.v1_session; }

  // The one session that was asked for.
  v1::CreateSessionRequest Opened() {
    const auto requests = service().create_session.requests();
    EXPECT_THAT(requests, SizeIs(1));
    return requests.empty() ? v1::CreateSessionRequest() : requests[0];
  }
};

v1::V1Image Image(std::string id, std::string tag = "", std::string checksum = "") {
  v1::V1Image image;
  image.set_id(std::move(id));
  image.set_tag(std::move(tag));
  image.set_checksum(std::move(checksum));
  return image;
}

v1::GetRemoteTagsResponse Tags(const std::string& name, const std::string& image) {
  v1::GetRemoteTagsResponse answer;
  v1::V1Tag& tag = *answer.add_tags();
  tag.set_name(name);
  tag.set_image_id(image);
  return answer;
}

TEST_F(V1CommandsTest, EachCommandMakesAndDeletesItsSession) {
  const std::vector<std::vector<std::string>> kCases = {
      {"ping"},      {"tags", "a/b"}, {"images", "a/b"},        {"history", "i"},
      {"json", "i"}, {"search", "x"}, {"tag", "a/b", "1", "i"},
  };
  for (size_t i = 0; i < kCases.size(); ++i) {
    std::vector<std::string> args = {"v1", kCases[i][0], "v1.example"};
    args.insert(args.end(), kCases[i].begin() + 1, kCases[i].end());
    const RunResult result = Run(args);
    EXPECT_EQ(result.code, 0) << args[1] << ": " << result.err;
    ASSERT_THAT(service().create_session.requests(), SizeIs(i + 1)) << args[1];
    EXPECT_EQ(service().create_session.requests()[i].endpoint(), "v1.example") << args[1];
    ASSERT_THAT(service().delete_session.requests(), SizeIs(i + 1)) << args[1];
    EXPECT_EQ(service().delete_session.requests()[i].session_id(), "s1") << args[1];
  }
}

TEST_F(V1CommandsTest, AFailureDeletesTheSessionToo) {
  service().ping.Fail(client::ErrorStatus(
      {grpc::StatusCode::UNAVAILABLE, "no answer", "CONNECTION_FAILED", {}, ""}));
  const RunResult result = Run({"v1", "ping", "v1.example"});
  EXPECT_EQ(result.code, 7);
  EXPECT_THAT(result.err, HasSubstr("UNAVAILABLE CONNECTION_FAILED: no answer"));
  EXPECT_THAT(result.err, HasSubstr("remedy: "));
  EXPECT_THAT(service().delete_session.requests(), SizeIs(1));
}

TEST_F(V1CommandsTest, WithoutASessionNothingIsAsked) {
  service().create_session.Fail(client::ErrorStatus(
      {grpc::StatusCode::INVALID_ARGUMENT, "ends in /v2", "HOSTNAME_INVALID", {}, "endpoint"}));
  const RunResult result = Run({"v1", "ping", "v1.example/v2"});
  EXPECT_EQ(result.code, 3);
  EXPECT_THAT(result.err, HasSubstr("field: endpoint"));
  EXPECT_THAT(service().ping.requests(), IsEmpty());
  EXPECT_THAT(service().delete_session.requests(), IsEmpty());
}

TEST_F(V1CommandsTest, SessionsCarryCredentials) {
  EXPECT_EQ(Run({"v1", "ping", "v1.example", "-u", "ann", "--password-stdin"}, "s3cret\n").code, 0);
  EXPECT_EQ(Opened().auth_config().username(), "ann");
  EXPECT_EQ(Opened().auth_config().password(), "s3cret");
  EXPECT_FALSE(Opened().require_secure());
}

TEST_F(V1CommandsTest, CredentialsComeFromAConfigFile) {
  v1::ConvertToHostnameResponse host;
  host.set_hostname("v1.example");
  server_.registry.convert_to_hostname.Answer(host);
  v1::ResolveAuthConfigResponse found;
  found.set_matched_key("v1.example");
  found.mutable_auth_config()->set_username("ann");
  server_.registry.resolve_auth_config.Answer(found);
  const RunResult result = Run({"v1", "ping", "https://v1.example/v1/", "--docker-config", "-"},
                               R"({"auths": {"v1.example": {"auth": "YW5uOnMzY3JldA=="}}})");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(server_.registry.convert_to_hostname.requests().at(0).url(), "https://v1.example/v1/");
  EXPECT_EQ(Opened().auth_config().username(), "ann");
}

TEST_F(V1CommandsTest, AnonymousWithoutCredentials) {
  EXPECT_EQ(Run({"v1", "ping", "v1.example", "--require-secure"}).code, 0);
  EXPECT_FALSE(Opened().has_auth_config());
  EXPECT_TRUE(Opened().require_secure());
}

TEST_F(V1CommandsTest, DockerHubIsTheEmptyEndpoint) {
  EXPECT_EQ(Run({"v1", "ping", "docker.io"}).code, 0);
  EXPECT_EQ(Opened().endpoint(), "");
}

TEST_F(V1CommandsTest, WrongCommandLinesAskNothing) {
  const std::vector<std::vector<std::string>> kCases = {
      {},
      {"ping"},
      {"ping", "a", "b"},
      {"ping", "a", "--service-credentials"},
      {"ping", "a", "--repository", "b"},
      {"tags", "a"},
      {"images", "a", "b", "--registry", "c"},
      {"history", "a"},
      {"json", "a"},
      {"search", "a"},
      {"search", "a", "b", "--limit", "many"},
      {"tag", "a", "b", "c"},
      {"pull-layer", "a", "b"},
      {"push-layer", "a", "b"},
  };
  for (std::vector<std::string> args : kCases) {
    args.insert(args.begin(), "v1");
    EXPECT_EQ(Run(args).code, 2) << args.back() << " " << args.size();
  }
  EXPECT_THAT(service().create_session.requests(), IsEmpty());
}

TEST_F(V1CommandsTest, PingShowsTheRegistry) {
  v1::PingResponse answer;
  answer.set_version("0.9\x1b[2J");
  answer.set_standalone(true);
  service().ping.Answer(answer);
  EXPECT_EQ(Run({"v1", "ping", "v1.example"}).out,
            "endpoint    https://v1.example/v1/\n"
            "version     0.9\\x1b[2J\n"
            "standalone  yes\n");
  EXPECT_THAT(Run({"v1", "ping", "v1.example", "-o", "json"}).out,
              HasSubstr("\"standalone\": true"));
}

TEST_F(V1CommandsTest, TagsAreReadToTheLastPage) {
  v1::GetRemoteTagsResponse last = Tags("latest", "i2");
  service().get_remote_tags.Answer(last);
  v1::GetRemoteTagsResponse first = Tags("1\n", "i1");
  first.set_next_page_token("more");
  service().get_remote_tags.AnswerOnce(first);
  const RunResult result = Run({"v1", "tags", "v1.example", "team/app"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out,
            "TAG     IMAGE\n"
            "1\\n     i1\n"
            "latest  i2\n");
  const auto requests = service().get_remote_tags.requests();
  ASSERT_THAT(requests, SizeIs(2));
  EXPECT_EQ(requests[0].session_id(), "s1");
  EXPECT_EQ(requests[0].repository(), "team/app");
  EXPECT_THAT(requests[0].registries(), IsEmpty()) << "the endpoint is a registry";
  EXPECT_EQ(requests[1].page_token(), "more");
  EXPECT_THAT(service().get_repository_data.requests(), IsEmpty());
}

TEST_F(V1CommandsTest, TagsAsJsonAreOneAnswer) {
  service().get_remote_tags.Answer(Tags("latest", "i2"));
  v1::GetRemoteTagsResponse first = Tags("1", "i1");
  first.set_next_page_token("more");
  service().get_remote_tags.AnswerOnce(first);
  const std::string out = Run({"v1", "tags", "v1.example", "team/app", "-o", "json"}).out;
  EXPECT_THAT(out, HasSubstr("\"imageId\": \"i1\""));
  EXPECT_THAT(out, HasSubstr("\"imageId\": \"i2\""));
  EXPECT_THAT(out, HasSubstr("\"nextPageToken\": \"\""));
}

TEST_F(V1CommandsTest, AFailedPageIsAFailure) {
  v1::GetRemoteTagsResponse first = Tags("1", "i1");
  first.set_next_page_token("more");
  service().get_remote_tags.AnswerOnce(first);
  service().get_remote_tags.Fail({grpc::StatusCode::NOT_FOUND, "gone"});
  const RunResult result = Run({"v1", "tags", "v1.example", "team/app"});
  EXPECT_EQ(result.code, 4);
  EXPECT_THAT(result.out, IsEmpty());
}

TEST_F(V1CommandsTest, AnIndexNamesTheRegistriesToRead) {
  Open(/*standalone=*/false);
  v1::GetRepositoryDataResponse repository;
  repository.add_endpoints("https://one.example/v1/");
  repository.add_endpoints("https://two.example/v1/");
  service().get_repository_data.Answer(repository);
  EXPECT_EQ(Run({"v1", "tags", "v1.example", "team/app"}).code, 0);
  EXPECT_EQ(service().get_repository_data.requests().at(0).repository(), "team/app");
  EXPECT_THAT(service().get_remote_tags.requests().at(0).registries(),
              ElementsAre("https://one.example/v1/", "https://two.example/v1/"));
  EXPECT_EQ(Run({"v1", "history", "v1.example", "i", "--repository", "team/app"}).code, 0);
  EXPECT_EQ(service().get_remote_history.requests().at(0).registry(), "https://one.example/v1/");
  EXPECT_EQ(Run({"v1", "json", "v1.example", "i", "--repository", "team/app", "--registry",
                 "https://three.example/v1/"})
                .code,
            0);
  EXPECT_THAT(service().get_repository_data.requests(), SizeIs(3)) << "for the right to read";
  EXPECT_EQ(service().get_remote_image_json.requests().at(0).registry(),
            "https://three.example/v1/");
}

TEST_F(V1CommandsTest, AnIndexHoldsNoImages) {
  Open(/*standalone=*/false);
  const RunResult result = Run({"v1", "history", "v1.example", "i"});
  EXPECT_EQ(result.code, 3);
  EXPECT_THAT(result.err, HasSubstr("https://v1.example/v1/ is an index"));
  EXPECT_THAT(result.err, HasSubstr("--repository"));
  EXPECT_THAT(service().get_remote_history.requests(), IsEmpty());
  EXPECT_EQ(Run({"v1", "history", "v1.example", "i", "--registry", "https://a.example/v1/"}).code,
            0);
}

TEST_F(V1CommandsTest, ImagesAreReadToTheLastPage) {
  v1::GetRepositoryDataResponse last;
  *last.add_images() = Image("i2");
  last.add_endpoints("https://one.example/v1/");
  service().get_repository_data.Answer(last);
  v1::GetRepositoryDataResponse first;
  *first.add_images() = Image("i1", "latest", "tarsum+sha256:1");
  first.add_endpoints("https://one.example/v1/");
  first.set_next_page_token("more");
  service().get_repository_data.AnswerOnce(first);
  EXPECT_EQ(Run({"v1", "images", "v1.example", "team/app"}).out,
            "IMAGE  TAG     CHECKSUM\n"
            "i1     latest  tarsum+sha256:1\n"
            "i2     -       -\n"
            "\n"
            "registries  https://one.example/v1/\n");
}

TEST_F(V1CommandsTest, HistoryIsAnIdALine) {
  v1::GetRemoteHistoryResponse answer;
  answer.add_image_ids("i2");
  answer.add_image_ids("i1\x1b");
  service().get_remote_history.Answer(answer);
  EXPECT_EQ(Run({"v1", "history", "v1.example", "i2"}).out, "i2\ni1\\x1b\n");
  EXPECT_EQ(service().get_remote_history.requests().at(0).image_id(), "i2");
}

TEST_F(V1CommandsTest, JsonIsExactButOnATerminal) {
  v1::GetRemoteImageJSONResponse answer;
  answer.set_json("{\"a\":\n\"\x1b[2J\"}");
  answer.set_size(7);
  service().get_remote_image_json.Answer(answer);
  EXPECT_EQ(Run({"v1", "json", "v1.example", "i"}).out, answer.json());
  Terminals terminals;
  terminals.out = true;
  EXPECT_EQ(Run({"v1", "json", "v1.example", "i"}, "", terminals).out, "{\"a\":\n\"\\x1b[2J\"}\n");
  EXPECT_THAT(Run({"v1", "json", "v1.example", "i", "-o", "json"}).out,
              HasSubstr("\"size\": \"7\""));
}

TEST_F(V1CommandsTest, SearchPrintsATableLikeDockers) {
  v1::SearchRepositoriesResponse answer;
  v1::SearchResult& result = *answer.mutable_search_results()->add_results();
  result.set_name("nginx");
  result.set_star_count(3);
  service().search_repositories.Answer(answer);
  EXPECT_EQ(Run({"v1", "search", "v1.example", "nginx"}).out,
            "NAME   DESCRIPTION  STARS  OFFICIAL\n"
            "nginx               3\n");
  EXPECT_EQ(service().search_repositories.requests().at(0).term(), "nginx");
  EXPECT_EQ(service().search_repositories.requests().at(0).limit(), 25);
}

TEST_F(V1CommandsTest, TagIsSetAtTheRegistry) {
  EXPECT_EQ(Run({"v1", "tag", "v1.example", "team/app", "latest", "i1"}).out, "tagged\n");
  const v1::PushRegistryTagRequest request = service().push_registry_tag.requests().at(0);
  EXPECT_EQ(request.session_id(), "s1");
  EXPECT_EQ(request.repository(), "team/app");
  EXPECT_EQ(request.tag(), "latest");
  EXPECT_EQ(request.revision(), "i1");
  EXPECT_EQ(request.registry(), "");
  EXPECT_THAT(service().push_image_json_index.requests(), IsEmpty());
}

TEST_F(V1CommandsTest, AnIndexIsToldOfATagFirst) {
  Open(/*standalone=*/false);
  v1::PushImageJSONIndexResponse answer;
  answer.add_endpoints("https://one.example/v1/");
  service().push_image_json_index.Answer(answer);
  EXPECT_EQ(Run({"v1", "tag", "v1.example", "team/app", "latest", "i1"}).code, 0);
  const v1::PushImageJSONIndexRequest told = service().push_image_json_index.requests().at(0);
  EXPECT_EQ(told.repository(), "team/app");
  EXPECT_EQ(told.images(0).id(), "i1");
  EXPECT_EQ(told.images(0).tag(), "latest");
  EXPECT_FALSE(told.validate());
  EXPECT_EQ(service().push_registry_tag.requests().at(0).registry(), "https://one.example/v1/");
}

TEST_F(V1CommandsTest, HelpTeaches) {
  for (const char* const name :
       {"ping", "tags", "images", "history", "json", "search", "pull-layer", "push-layer", "tag"}) {
    const RunResult result = RunAlone({"v1", name, "--help"});
    EXPECT_EQ(result.code, 0) << name;
    EXPECT_THAT(result.out, HasSubstr(absl::StrCat("registryctl v1 ", name))) << name;
    EXPECT_THAT(result.out, HasSubstr("ENDPOINT")) << name;
    EXPECT_THAT(result.out, Not(HasSubstr("--service-credentials"))) << name;
  }
}

}  // namespace
}  // namespace registryd::registryctl
