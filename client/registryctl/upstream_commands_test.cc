// login, ping and search.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/registryctl/run_for_test.h"
#include "client/testing/error_status.h"
#include "client/testing/temporary_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace registryd::registryctl {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// ann:s3cret
constexpr char kFile[] =
    R"({"auths": {"registry.example": {"auth": "YW5uOnMzY3JldA=="}}, "credsStore": "pass"})";

class LoginCommandTest : public RegistryctlTest {
 protected:
  LoginCommandTest() {
    v1::AuthResponse answer;
    answer.set_status("Login Succeeded");
    answer.set_identity_token("CANARY");
    server_.registry.auth.Answer(answer);
  }

  // The one login that was asked for.
  v1::AuthRequest Asked() {
    const auto requests = server_.registry.auth.requests();
    EXPECT_THAT(requests, SizeIs(1));
    return requests.empty() ? v1::AuthRequest() : requests[0];
  }
};

TEST_F(LoginCommandTest, ReadsThePasswordFromStandardInput) {
  const RunResult result =
      Run({"login", "registry.example", "-u", "ann", "--password-stdin"}, " s3cret pass\r\n");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out,
            "status          Login Succeeded\n"
            "identity token  (hidden)\n");
  EXPECT_THAT(result.err, IsEmpty());
  const v1::AuthRequest request = Asked();
  EXPECT_EQ(request.auth_config().username(), "ann");
  EXPECT_EQ(request.auth_config().password(), " s3cret pass");
  EXPECT_EQ(request.auth_config().server_address(), "registry.example");
  EXPECT_FALSE(request.service_credentials());
}

TEST_F(LoginCommandTest, PasswordsKeepAllButTheEndOfTheirLine) {
  const struct {
    const char* input;
    const char* password;
  } kCases[] = {{"a", "a"},       {"a\n", "a"},   {"a\r\n", "a"},
                {"a\n\n", "a\n"}, {"a \n", "a "}, {"a\nb", "a\nb"}};
  for (const auto& c : kCases) {
    EXPECT_EQ(Run({"login", "-u", "ann", "--password-stdin"}, c.input).code, 0);
    EXPECT_EQ(server_.registry.auth.requests().back().auth_config().password(), c.password);
  }
}

TEST_F(LoginCommandTest, AnEmptyPasswordIsNotSent) {
  for (const char* const input : {"", "\n", "\r\n", "\xff\n"}) {
    EXPECT_EQ(Run({"login", "-u", "ann", "--password-stdin"}, input).code, 3);
  }
  EXPECT_THAT(server_.registry.auth.requests(), IsEmpty());
}

TEST_F(LoginCommandTest, APasswordAmongTheArgumentsIsWarnedOf) {
  const RunResult result = Run({"login", "-u", "ann", "--password", "s3cret"});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.err, HasSubstr("warning: "));
  EXPECT_THAT(result.err, Not(HasSubstr("s3cret")));
  EXPECT_EQ(Asked().auth_config().password(), "s3cret");
  EXPECT_EQ(Asked().auth_config().server_address(), "") << "Docker Hub";
}

TEST_F(LoginCommandTest, TakesAnIdentityToken) {
  EXPECT_EQ(Run({"login", "registry.example", "--identity-token-stdin"}, "token\n").code, 0);
  EXPECT_EQ(Asked().auth_config().identity_token(), "token");
  EXPECT_EQ(Asked().auth_config().username(), "");
}

TEST_F(LoginCommandTest, TakesCredentialsFromAConfigFile) {
  const client::TemporaryFolder folder;
  v1::ConvertToHostnameResponse host;
  host.set_hostname("registry.example");
  server_.registry.convert_to_hostname.Answer(host);
  v1::ValidateIndexNameResponse index;
  index.set_name("registry.example");
  server_.registry.validate_index_name.Answer(index);
  v1::ResolveAuthConfigResponse found;
  found.set_matched_key("registry.example");
  found.mutable_auth_config()->set_username("ann");
  found.mutable_auth_config()->set_password("s3cret");
  server_.registry.resolve_auth_config.Answer(found);

  const RunResult result = Run({"login", "https://registry.example/v1/", "--docker-config",
                                folder.Write("config.json", kFile)});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("note: ")) << "of the credential store";
  const v1::ResolveAuthConfigRequest sent = server_.registry.resolve_auth_config.requests().at(0);
  EXPECT_EQ(sent.auth_configs().at("registry.example").password(), "s3cret");
  EXPECT_EQ(Asked().auth_config().username(), "ann");
  EXPECT_EQ(Asked().auth_config().password(), "s3cret");
  EXPECT_EQ(Asked().auth_config().server_address(), "https://registry.example/v1/");
}

TEST_F(LoginCommandTest, AConfigFileWithoutAnEntryIsAnError) {
  const RunResult result = Run({"login", "registry.example", "--docker-config", "-"}, kFile);
  EXPECT_EQ(result.code, 4);
  EXPECT_THAT(result.err, HasSubstr("holds no credentials for"));
  EXPECT_THAT(server_.registry.auth.requests(), IsEmpty());
}

TEST_F(LoginCommandTest, AsksForTheServicesOwnCredentials) {
  EXPECT_EQ(Run({"login", "registry.example", "--service-credentials"}).code, 0);
  EXPECT_TRUE(Asked().service_credentials());
  EXPECT_EQ(Asked().auth_config().server_address(), "registry.example");
}

TEST_F(LoginCommandTest, ShowsTheTokenOnlyWhereItWasAskedFor) {
  const std::vector<std::string> login = {"login", "-u", "ann", "--password-stdin"};
  EXPECT_THAT(Run(login, "x").out, Not(HasSubstr("CANARY")));
  std::vector<std::string> shown = login;
  shown.push_back("--show-token");
  EXPECT_THAT(Run(shown, "x").out, HasSubstr("identity token  CANARY\n"));
  std::vector<std::string> json = login;
  json.insert(json.end(), {"-o", "json"});
  EXPECT_THAT(Run(json, "x").out, HasSubstr("\"identityToken\": \"CANARY\""));
}

TEST_F(LoginCommandTest, OptionsThatContradictAreAUsageError) {
  const std::vector<std::vector<std::string>> kCases = {
      {},
      {"--password", "x"},
      {"--password-stdin"},
      {"-u", "ann", "--password", "x", "--password-stdin"},
      {"-u", "ann", "--password-stdin", "--identity-token-stdin"},
      {"-u", "ann", "--docker-config", "f"},
      {"-u", "ann", "--service-credentials"},
      {"--identity-token-stdin", "--docker-config", "f"},
      {"--service-credentials", "--docker-config", "f"},
  };
  for (const auto& options : kCases) {
    std::vector<std::string> args = {"login", "registry.example"};
    args.insert(args.end(), options.begin(), options.end());
    EXPECT_EQ(Run(args, "x").code, 2) << options.size();
  }
  EXPECT_THAT(server_.registry.auth.requests(), IsEmpty());
}

TEST_F(LoginCommandTest, ARefusalSaysWhatToDo) {
  server_.registry.auth.Fail(client::ErrorStatus(
      {grpc::StatusCode::UNAUTHENTICATED, "denied", "REGISTRY_UNAUTHORIZED", {}, ""}));
  const RunResult result = Run({"login", "-u", "ann", "--password-stdin"}, "CANARY");
  EXPECT_EQ(result.code, 5);
  EXPECT_THAT(result.err, HasSubstr("UNAUTHENTICATED REGISTRY_UNAUTHORIZED: denied"));
  EXPECT_THAT(result.err, HasSubstr("remedy: "));
  EXPECT_THAT(result.err, Not(HasSubstr("CANARY")));
}

class PingCommandTest : public RegistryctlTest {
 protected:
  PingCommandTest() {
    v1::PingV2RegistryResponse answer;
    answer.set_endpoint_url("https://registry.example");
    answer.set_answered_url("https://registry.example/v2/");
    answer.set_status_code(401);
    answer.add_api_versions("registry/2.0");
    v1::Challenge& challenge = *answer.add_challenges();
    challenge.set_scheme("bearer");
    (*challenge.mutable_parameters())["service"] = "a\x1b[2J";
    (*challenge.mutable_parameters())["realm"] = "https://auth.example/token";
    answer.add_challenges()->set_scheme("basic");
    answer.mutable_elapsed()->set_nanos(12'345'678);
    server_.registry.ping_v2_registry.Answer(answer);
  }
};

TEST_F(PingCommandTest, ShowsTheAnswer) {
  const RunResult result = Run({"ping", "registry.example"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out,
            "endpoint      https://registry.example\n"
            "status        401\n"
            "API versions  registry/2.0\n"
            "challenges    bearer realm=\"https://auth.example/token\" service=\"a\\x1b[2J\"\n"
            "              basic\n"
            "time          12.3 ms\n");
}

TEST_F(PingCommandTest, SaysWhereRedirectsLed) {
  v1::PingV2RegistryResponse answer;
  answer.set_endpoint_url("https://registry.example/prefix/");
  answer.set_answered_url("https://registry.example/prefix/v2/");
  server_.registry.ping_v2_registry.Answer(answer);
  EXPECT_THAT(Run({"ping", "x"}).out, Not(HasSubstr("redirected")));
  answer.set_answered_url("https://other.example/v2/");
  server_.registry.ping_v2_registry.Answer(answer);
  EXPECT_THAT(Run({"ping", "x"}).out, HasSubstr("redirected to  https://other.example/v2/\n"));
}

TEST_F(PingCommandTest, TellsUrlsFromHosts) {
  for (const char* const host : {"registry.example", "localhost:5000", "[::1]:5000"}) {
    Run({"ping", host});
    EXPECT_EQ(server_.registry.ping_v2_registry.requests().back().hostname(), host);
  }
  Run({"ping", "http://registry.example/prefix/"});
  EXPECT_EQ(server_.registry.ping_v2_registry.requests().back().endpoint_url(),
            "http://registry.example/prefix/");
}

class SearchCommandTest : public RegistryctlTest {
 protected:
  // Makes the index find one repository.
  void Find(const std::string& name, const std::string& description) {
    v1::SearchResponse answer;
    v1::SearchResult& result = *answer.add_results();
    result.set_name(name);
    result.set_description(description);
    result.set_star_count(12);
    result.set_is_official(true);
    server_.registry.search.Answer(answer);
  }

  // The one search that was asked for.
  v1::SearchRequest Asked() {
    const auto requests = server_.registry.search.requests();
    EXPECT_THAT(requests, SizeIs(1));
    return requests.empty() ? v1::SearchRequest() : requests[0];
  }
};

TEST_F(SearchCommandTest, PrintsATableLikeDockers) {
  Find("nginx", "Official build of Nginx.");
  const RunResult result = Run({"search", "nginx"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out,
            "NAME   DESCRIPTION               STARS  OFFICIAL\n"
            "nginx  Official build of Nginx.  12     [OK]\n");
  EXPECT_EQ(Asked().term(), "nginx");
  EXPECT_FALSE(Asked().has_auth_config());
}

TEST_F(SearchCommandTest, CutsDescriptions) {
  const struct {
    const char* name;
    std::string description;
    std::string shown;
  } kCases[] = {
      {"fits", std::string(45, 'a'), std::string(45, 'a')},
      {"too long", std::string(46, 'a'), absl::StrCat(std::string(44, 'a'), "…")},
      {"characters, not bytes", absl::StrCat(std::string(44, 'a'), "öb"),
       absl::StrCat(std::string(44, 'a'), "…")},
      {"wide characters fit", absl::StrCat(std::string(44, 'a'), "ö"),
       absl::StrCat(std::string(44, 'a'), "ö")},
      {"lines", "a\r\nb\nc\rd", "a b c d"},
      {"control characters", "a\x1b[2Jb\xe2\x80\xae", "a\\x1b[2Jb\\u202e"},
  };
  for (const auto& c : kCases) {
    Find("x", c.description);
    EXPECT_THAT(Run({"search", "x"}).out, HasSubstr(absl::StrCat("x     ", c.shown, "  ")))
        << c.name;
  }
  Find("x", std::string(46, 'a'));
  EXPECT_THAT(Run({"search", "x", "--no-trunc"}).out, HasSubstr(std::string(46, 'a')));
}

TEST_F(SearchCommandTest, SendsFiltersAndLimit) {
  EXPECT_EQ(
      Run({"search", "-f", "stars=3", "x", "--filter", "is-official=a=b", "--limit", "7"}).code, 0);
  const v1::SearchRequest request = Asked();
  ASSERT_THAT(request.filters(), SizeIs(2));
  EXPECT_EQ(request.filters(0).name(), "stars");
  EXPECT_EQ(request.filters(0).value(), "3");
  EXPECT_EQ(request.filters(1).name(), "is-official");
  EXPECT_EQ(request.filters(1).value(), "a=b");
  EXPECT_EQ(request.limit(), 7);
  EXPECT_EQ(request.term(), "x");
}

TEST_F(SearchCommandTest, AFilterNeedsAValue) {
  EXPECT_EQ(Run({"search", "x", "--filter", "stars"}).code, 2);
  EXPECT_EQ(Run({"search", "x", "--limit", "many"}).code, 2);
  EXPECT_EQ(Run({"search"}).code, 2);
}

TEST_F(SearchCommandTest, SendsCredentials) {
  EXPECT_EQ(Run({"search", "x", "-u", "ann", "--password-stdin"}, "s3cret\n").code, 0);
  EXPECT_EQ(Asked().auth_config().username(), "ann");
  EXPECT_EQ(Asked().auth_config().password(), "s3cret");
}

TEST_F(SearchCommandTest, SendsAnIdentityTokenWithItsUser) {
  EXPECT_EQ(Run({"search", "x", "-u", "ann", "--identity-token-stdin"}, "token\n").code, 0);
  EXPECT_EQ(Asked().auth_config().username(), "ann");
  EXPECT_EQ(Asked().auth_config().identity_token(), "token");
  EXPECT_EQ(Asked().auth_config().password(), "");
}

TEST_F(SearchCommandTest, TakesCredentialsFromAConfigFile) {
  v1::ParseSearchIndexInfoResponse index;
  index.mutable_index()->set_name("registry.example");
  server_.registry.parse_search_index_info.Answer(index);
  v1::ResolveAuthConfigResponse found;
  found.set_matched_key("registry.example");
  found.mutable_auth_config()->set_username("ann");
  server_.registry.resolve_auth_config.Answer(found);
  EXPECT_EQ(Run({"search", "registry.example/x", "--docker-config", "-"}, kFile).code, 0);
  EXPECT_EQ(server_.registry.parse_search_index_info.requests().at(0).name(), "registry.example/x");
  EXPECT_EQ(server_.registry.resolve_auth_config.requests().at(0).index().name(),
            "registry.example");
  EXPECT_EQ(Asked().auth_config().username(), "ann");
}

TEST_F(SearchCommandTest, AsksForTheServicesOwnCredentials) {
  EXPECT_EQ(Run({"search", "x", "--service-credentials"}).code, 0);
  EXPECT_TRUE(Asked().service_credentials());
  EXPECT_FALSE(Asked().has_auth_config());
}

TEST_F(SearchCommandTest, NothingFoundIsATableToo) {
  EXPECT_EQ(Run({"search", "x"}).out, "NAME  DESCRIPTION  STARS  OFFICIAL\n");
}

}  // namespace
}  // namespace registryd::registryctl
