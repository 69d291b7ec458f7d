#include "client/registryctl/registryctl.h"

#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/registryctl/run_for_test.h"
#include "client/testing/error_status.h"
#include "client/testing/temporary_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace registryd::registryctl {
namespace {

using ::grpc::health::v1::HealthCheckResponse;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(RegistryctlTest, Resolve) {
  v1::ResolveRepositoryResponse answer;
  answer.mutable_repository()->set_name("docker.io/library/ubuntu");
  answer.mutable_repository()->set_official(true);
  answer.mutable_repository()->mutable_index()->set_name("docker.io");
  answer.mutable_repository()->mutable_index()->set_secure(true);
  answer.mutable_repository()->mutable_index()->add_mirrors("https://a.example/");
  answer.mutable_repository()->mutable_index()->add_mirrors("https://b.example/");
  answer.set_config_version(3);
  server_.registry.resolve_repository.Answer(answer);

  const RunResult result = Run({"resolve", "ubuntu"});
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.out,
            "name            docker.io/library/ubuntu\n"
            "official        yes\n"
            "index           docker.io\n"
            "secure          yes\n"
            "mirrors         https://a.example/\n"
            "                https://b.example/\n"
            "config version  3\n");
  EXPECT_EQ(server_.registry.resolve_repository.requests().at(0).reference(), "ubuntu");
}

TEST_F(RegistryctlTest, ResolveByDefaults) {
  v1::ParseRepositoryInfoResponse answer;
  answer.mutable_repository()->set_name("docker.io/library/ubuntu");
  server_.registry.parse_repository_info.Answer(answer);
  const RunResult result = Run({"resolve", "--defaults", "ubuntu", "-o", "json"});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.out, HasSubstr("\"name\": \"docker.io/library/ubuntu\""));
  EXPECT_EQ(server_.registry.parse_repository_info.requests().at(0).reference(), "ubuntu");
}

TEST_F(RegistryctlTest, AReferenceMayLookLikeASubcommand) {
  EXPECT_EQ(Run({"resolve", "version"}).code, 0);
  EXPECT_EQ(server_.registry.resolve_repository.requests().at(0).reference(), "version");
}

TEST_F(RegistryctlTest, Parse) {
  v1::ParseReferenceResponse answer;
  answer.set_canonical("docker.io/library/ubuntu:22.04");
  answer.set_domain("docker.io");
  answer.set_tag("22.04");
  server_.registry.parse_reference.Answer(answer);
  const RunResult result = Run({"parse", "ubuntu:22.04"});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.out, HasSubstr("canonical  docker.io/library/ubuntu:22.04\n"));
  EXPECT_THAT(result.out, HasSubstr("tag        22.04\n"));
  EXPECT_THAT(result.out, HasSubstr("digest     -\n"));
}

v1::APIEndpoint Endpoint(const std::string& url, bool mirror, bool skip_verify) {
  v1::APIEndpoint endpoint;
  endpoint.set_url(url);
  endpoint.set_mirror(mirror);
  endpoint.mutable_tls_config()->set_insecure_skip_verify(skip_verify);
  return endpoint;
}

TEST_F(RegistryctlTest, LookupPull) {
  v1::LookupPullEndpointsResponse answer;
  *answer.add_endpoints() = Endpoint("https://mirror.example/", true, false);
  *answer.add_endpoints() = Endpoint("https://a", false, true);
  *answer.add_endpoints() = Endpoint("http://a", false, true);
  answer.mutable_endpoints(1)->set_allow_nondistributable_artifacts(true);
  server_.registry.lookup_pull_endpoints.Answer(answer);
  const RunResult result = Run({"lookup", "pull", "localhost:5000"});
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.out,
            "URL                      KIND      TLS           ROOTS  CLIENT CERTS  "
            "NON-DISTRIBUTABLE\n"
            "https://mirror.example/  mirror    verified      0      0             no\n"
            "https://a                registry  not verified  0      0             allowed\n"
            "http://a                 registry  none          0      0             no\n");
  EXPECT_EQ(server_.registry.lookup_pull_endpoints.requests().at(0).hostname(), "localhost:5000");
}

TEST_F(RegistryctlTest, AnAddressKeepsItsBrackets) {
  Run({"lookup", "pull", "[::1]"});
  Run({"lookup", "push", "[::1]"});
  Run({"insecure", "[::1]"});
  Run({"lookup", "pull", "[::1]", "[fd00::9]:5000", "[fd00::9]"});
  Run({"config", "load-insecure", "[fd00::1]", "[fd00::2]", "10.0.0.0/8"});
  EXPECT_EQ(server_.registry.lookup_pull_endpoints.requests().at(0).hostname(), "[::1]");
  EXPECT_EQ(server_.registry.lookup_push_endpoints.requests().at(0).hostname(), "[::1]");
  EXPECT_EQ(server_.registry.is_insecure_registry.requests().at(0).hostname(), "[::1]");
  const auto batch = server_.registry.batch_lookup_pull_endpoints.requests().at(0);
  ASSERT_EQ(batch.targets_size(), 3);
  EXPECT_EQ(batch.targets(2).hostname(), "[fd00::9]");
  EXPECT_THAT(server_.config.load_insecure_registries.requests().at(0).insecure_registries(),
              ElementsAre("[fd00::1]", "[fd00::2]", "10.0.0.0/8"));
}

TEST_F(RegistryctlTest, LookupTakesFlagsForTheTarget) {
  Run({"lookup", "pull", "docker.io"});
  Run({"lookup", "pull", "ubuntu"});
  Run({"lookup", "pull", "--reference", "docker.io"});
  Run({"lookup", "pull", "--host", "ubuntu"});
  const auto requests = server_.registry.lookup_pull_endpoints.requests();
  ASSERT_EQ(requests.size(), 4u);
  EXPECT_EQ(requests[0].hostname(), "docker.io");
  EXPECT_EQ(requests[1].reference(), "ubuntu");
  EXPECT_EQ(requests[2].reference(), "docker.io");
  EXPECT_EQ(requests[3].hostname(), "ubuntu");
}

TEST_F(RegistryctlTest, LookupPush) {
  EXPECT_EQ(Run({"lookup", "push", "docker.io"}).code, 0);
  EXPECT_EQ(server_.registry.lookup_push_endpoints.requests().at(0).hostname(), "docker.io");
  EXPECT_EQ(Run({"lookup", "push", "docker.io", "quay.io"}).code, 2);
}

TEST_F(RegistryctlTest, LookupOfSeveralIsABatch) {
  v1::BatchLookupPullEndpointsResponse answer;
  *answer.add_results()->add_endpoints() = Endpoint("https://registry-1.docker.io", false, false);
  v1::Error* const error = answer.add_results()->mutable_error();
  error->set_code(3);
  error->set_reason("REFERENCE_INVALID");
  error->set_message("invalid reference format");
  server_.registry.batch_lookup_pull_endpoints.Answer(answer);

  const RunResult result = Run({"lookup", "pull", "ubuntu", "UPPER/x"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.out, HasSubstr("TARGET  URL "));
  EXPECT_THAT(result.out, HasSubstr("ubuntu  https://registry-1.docker.io  registry"));
  EXPECT_EQ(result.err,
            "registryctl: UPPER/x: INVALID_ARGUMENT REFERENCE_INVALID: invalid reference format\n");
  const auto requests = server_.registry.batch_lookup_pull_endpoints.requests();
  ASSERT_EQ(requests.at(0).targets_size(), 2);
  EXPECT_EQ(requests[0].targets(0).reference(), "ubuntu");
}

TEST_F(RegistryctlTest, Insecure) {
  v1::IsInsecureRegistryResponse answer;
  answer.set_insecure(true);
  answer.set_rule("127.0.0.1 lies in 127.0.0.0/8");
  server_.registry.is_insecure_registry.Answer(answer);
  const RunResult result = Run({"insecure", "127.0.0.1"});
  EXPECT_EQ(result.code, 0) << "both answers are answers";
  EXPECT_THAT(result.out, HasSubstr("insecure        yes\n"));
  EXPECT_THAT(result.out, HasSubstr("rule            127.0.0.1 lies in 127.0.0.0/8\n"));
}

TEST_F(RegistryctlTest, TlsShowsPrivateKeysOnlyIfAsked) {
  v1::GetTLSConfigResponse answer;
  answer.mutable_tls_config()->set_min_version(v1::TLS_VERSION_1_2);
  answer.mutable_tls_config()->add_root_certificates()->set_file("ca.crt");
  auto* const certificate = answer.mutable_tls_config()->add_client_certificates();
  certificate->set_certificate_file("client.cert");
  certificate->set_key_file("client.key");
  server_.registry.get_tls_config.Answer(answer);
  EXPECT_EQ(Run({"tls", "example.com"}).out,
            "verified             yes\n"
            "TLS from             1.2\n"
            "roots                the system's\n"
            "                     ca.crt\n"
            "client certificates  client.cert with client.key\n");
  certificate->set_private_key_pem("-----BEGIN\nx\n");
  server_.registry.get_tls_config.Answer(answer);
  EXPECT_THAT(Run({"tls", "example.com", "--private-keys"}).out, HasSubstr("-----BEGIN\nx\n"));
  const auto requests = server_.registry.get_tls_config.requests();
  EXPECT_FALSE(requests.at(0).include_private_keys());
  EXPECT_TRUE(requests.at(1).include_private_keys());
}

TEST_F(RegistryctlTest, ValidatePrintsTheValueAsKept) {
  v1::ValidateMirrorResponse mirror;
  mirror.set_mirror("https://a/");
  server_.registry.validate_mirror.Answer(mirror);
  v1::ValidateIndexNameResponse index;
  index.set_name("docker.io");
  server_.registry.validate_index_name.Answer(index);
  v1::ParseReferenceResponse reference;
  reference.set_canonical("docker.io/library/a");
  server_.registry.parse_reference.Answer(reference);
  EXPECT_EQ(Run({"validate", "mirror", "https://a"}).out, "https://a/\n");
  EXPECT_EQ(Run({"validate", "index-name", "--", "-x"}).out, "docker.io\n");
  EXPECT_EQ(Run({"validate", "reference", "a"}).out, "docker.io/library/a\n");
  EXPECT_EQ(server_.registry.validate_index_name.requests().at(0).name(), "-x");
}

TEST_F(RegistryctlTest, SearchIndexAndHostname) {
  v1::ParseSearchIndexInfoResponse index;
  index.mutable_index()->set_name("example.com");
  server_.registry.parse_search_index_info.Answer(index);
  EXPECT_THAT(Run({"search-index", "example.com/a"}).out, HasSubstr("index     example.com\n"));
  v1::ConvertToHostnameResponse hostname;
  hostname.set_hostname("example.com");
  server_.registry.convert_to_hostname.Answer(hostname);
  EXPECT_EQ(Run({"hostname", "https://example.com/v1/"}).out, "example.com\n");
}

TEST_F(RegistryctlTest, HealthTellsByExitCodeToo) {
  HealthCheckResponse answer;
  answer.set_status(HealthCheckResponse::SERVING);
  server_.health.check.Answer(answer);
  RunResult result = Run({"health", "registry.v1.RegistryService"});
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.out, "SERVING\n");
  EXPECT_EQ(server_.health.check.requests().at(0).service(), "registry.v1.RegistryService");
  answer.set_status(HealthCheckResponse::NOT_SERVING);
  server_.health.check.Answer(answer);
  result = Run({"health"});
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.out, "NOT_SERVING\n");
}

TEST_F(RegistryctlTest, FailuresTellReasonFieldAndRemedy) {
  server_.registry.resolve_repository.Fail(client::ErrorStatus({grpc::StatusCode::INVALID_ARGUMENT,
                                                                "invalid reference format",
                                                                "REFERENCE_INVALID",
                                                                {},
                                                                "reference"}));
  const RunResult result = Run({"resolve", "UPPER"});
  EXPECT_EQ(result.code, 3);
  EXPECT_THAT(result.out, IsEmpty());
  EXPECT_TRUE(
      absl::StartsWith(result.err,
                       "registryctl: INVALID_ARGUMENT REFERENCE_INVALID: invalid reference format\n"
                       "  field: reference\n  remedy: "))
      << result.err;
}

TEST_F(RegistryctlTest, TextFromTheServiceIsEscaped) {
  v1::ConvertToHostnameResponse answer;
  answer.set_hostname("\x1b[2Jx\ny");
  server_.registry.convert_to_hostname.Answer(answer);
  EXPECT_EQ(Run({"hostname", "x"}).out, "\\x1b[2Jx\\ny\n");
}

TEST_F(RegistryctlTest, OutputThatCannotBeWrittenIsAnError) {
  std::istringstream in;
  std::ostream out(nullptr);
  std::ostringstream err;
  EXPECT_EQ(RunRegistryctl({"--address", server_.address(), "config", "get"}, in, out, err), 9);
  EXPECT_THAT(err.str(), HasSubstr("cannot be written"));
}

TEST(RegistryctlAloneTest, WithoutAServiceIsUnavailable) {
  const client::TemporaryFolder folder;
  const std::string address = "unix:" + folder.Path("x.sock");
  const RunResult result = RunAlone({"config", "get", "--address", address});
  EXPECT_EQ(result.code, 7);
  EXPECT_THAT(result.err, HasSubstr("registryctl: UNAVAILABLE"));
  EXPECT_THAT(result.err, HasSubstr("address: " + address));
  EXPECT_THAT(result.err, HasSubstr("remedy: "));
}

TEST(RegistryctlAloneTest, RefusesWrongCommandLines) {
  const std::vector<std::string> cases[] = {
      {},
      {"nonsense"},
      {"resolve"},
      {"resolve", "a", "b"},
      {"config"},
      {"resolve", "a", "--nonsense"},
      {"resolve", "a", "-o", "yaml"},
      {"resolve", "a", "--timeout", "0"},
      {"resolve", "a", "--timeout", "-1s"},
      {"resolve", "a", "--timeout", "5"},
      {"resolve", "a", "--timeout", "inf"},
      {"resolve", "a", "--address", "nowhere"},
      {"resolve", "a", "--tls-cert", "x"},
      {"resolve", "a", "--address", "127.0.0.1:1", "--tls-ca", "/missing"},
      {"resolve", "\xff"},
      {"lookup", "pull", "a", "--host", "--reference"},
      {"completion", "csh"},
      {"config", "watch", "--count", "0"},
      {"config", "watch", "--timeout", "5s"},
      {"--timeout", "5s", "config", "watch"},
  };
  for (const auto& args : cases) {
    const RunResult result = RunAlone(args);
    EXPECT_EQ(result.code, 2) << ::testing::PrintToString(args) << result.err;
    EXPECT_TRUE(absl::StartsWith(result.err, "registryctl: ")) << result.err;
    EXPECT_EQ(result.out, "") << ::testing::PrintToString(args);
  }
}

TEST(RegistryctlAloneTest, NamesTheWordThatIsUnknown) {
  const struct {
    std::vector<std::string> args;
    const char* complaint;
  } cases[] = {
      {{"prase", "ubuntu"}, "unknown subcommand \"prase\""},
      {{"config", "gte"}, "unknown subcommand \"gte\""},
      {{"--adress", "x"}, "unknown option \"--adress\""},
      {{"resolve", "--default"}, "unknown option \"--default\""},
      {{"config", "set", "--mirrors"}, "unknown option \"--mirrors\""},
      {{"config", "set", "a"}, "unknown argument \"a\""},
      {{"config"}, "A subcommand is required"},
  };
  for (const auto& test : cases) {
    const RunResult result = RunAlone(test.args);
    EXPECT_EQ(result.code, 2) << test.complaint;
    EXPECT_TRUE(absl::StartsWith(result.err, absl::StrCat("registryctl: ", test.complaint, "\n")))
        << result.err;
  }
}

TEST_F(RegistryctlTest, TakesDurations) {
  for (const char* const timeout : {"500ms", "2m", "1m30s", "1.5s"}) {
    EXPECT_EQ(Run({"resolve", "a", "--timeout", timeout}).code, 0) << timeout;
  }
}

TEST(RegistryctlAloneTest, HelpTeaches) {
  const RunResult result = RunAlone({"--help"});
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.err, "");
  for (const char* const part : {"Examples:", "Environment:", "REGISTRYD_ADDRESS",
                                 "Exit codes:", "resolve", "completion", "--tls-ca"}) {
    EXPECT_THAT(result.out, HasSubstr(part));
  }
  const RunResult subcommand = RunAlone({"config", "prepare", "--help"});
  EXPECT_EQ(subcommand.code, 0);
  EXPECT_THAT(subcommand.out, HasSubstr("registryctl config prepare --file"));
}

TEST(RegistryctlAloneTest, TellsItsVersion) {
  const RunResult option = RunAlone({"--version"});
  EXPECT_EQ(option.code, 0);
  EXPECT_THAT(option.out, HasSubstr("registryctl 0."));
  EXPECT_EQ(RunAlone({"version"}).out, option.out);
}

TEST(RegistryctlAloneTest, PrintsCompletions) {
  EXPECT_THAT(RunAlone({"completion", "bash"}).out, HasSubstr("complete -F _registryctl"));
  EXPECT_THAT(RunAlone({"completion", "zsh"}).out, HasSubstr("#compdef registryctl"));
  EXPECT_THAT(RunAlone({"completion", "fish"}).out, HasSubstr("complete -c registryctl"));
}

}  // namespace
}  // namespace registryd::registryctl
