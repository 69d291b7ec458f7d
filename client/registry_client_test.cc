#include "client/registry_client.h"

#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "client/error_details.h"
#include "client/testing/error_status.h"
#include "client/testing/fake_server.h"
#include "client/testing/temporary_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace registryd::client {
namespace {

using ::testing::HasSubstr;

class RegistryClientTest : public ::testing::Test {
 protected:
  std::unique_ptr<RegistryClient> Connect() {
    ClientOptions options;
    options.address = server_.address();
    auto client = RegistryClient::Create(options);
    EXPECT_TRUE(client.ok()) << client.status();
    return *std::move(client);
  }

  FakeServer server_;
};

// Calls `method` and expects that it reached the script of its name.
#define EXPECT_CALLS(method, script)                                    \
  do {                                                                  \
    const auto response = client->method(v1::method##Request());        \
    EXPECT_TRUE(response.ok()) << #method << ": " << response.status(); \
    EXPECT_EQ(script.requests().size(), 1u) << #method;                 \
  } while (false)

TEST_F(RegistryClientTest, EachMethodMakesItsCall) {
  const auto client = Connect();
  FakeRegistryService& registry = server_.registry;
  EXPECT_CALLS(Auth, registry.auth);
  EXPECT_CALLS(PingV2Registry, registry.ping_v2_registry);
  EXPECT_CALLS(Search, registry.search);
  EXPECT_CALLS(ResolveAuthConfig, registry.resolve_auth_config);
  EXPECT_CALLS(GetAuthConfigKey, registry.get_auth_config_key);
  EXPECT_CALLS(ResolveRepository, registry.resolve_repository);
  EXPECT_CALLS(ParseRepositoryInfo, registry.parse_repository_info);
  EXPECT_CALLS(ParseReference, registry.parse_reference);
  EXPECT_CALLS(LookupPullEndpoints, registry.lookup_pull_endpoints);
  EXPECT_CALLS(LookupPushEndpoints, registry.lookup_push_endpoints);
  EXPECT_CALLS(BatchLookupPullEndpoints, registry.batch_lookup_pull_endpoints);
  EXPECT_CALLS(IsInsecureRegistry, registry.is_insecure_registry);
  EXPECT_CALLS(GetTLSConfig, registry.get_tls_config);
  EXPECT_CALLS(ParseSearchIndexInfo, registry.parse_search_index_info);
  EXPECT_CALLS(ValidateMirror, registry.validate_mirror);
  EXPECT_CALLS(ValidateIndexName, registry.validate_index_name);
  EXPECT_CALLS(ConvertToHostname, registry.convert_to_hostname);
  FakeConfigService& config = server_.config;
  EXPECT_CALLS(GetServiceConfig, config.get_service_config);
  EXPECT_CALLS(PrepareServiceConfig, config.prepare_service_config);
  EXPECT_CALLS(CommitServiceConfig, config.commit_service_config);
  EXPECT_CALLS(AbortServiceConfig, config.abort_service_config);
  EXPECT_CALLS(LoadMirrors, config.load_mirrors);
  EXPECT_CALLS(LoadInsecureRegistries, config.load_insecure_registries);
  EXPECT_CALLS(LoadAllowNondistributableArtifacts, config.load_allow_nondistributable_artifacts);
  EXPECT_TRUE(client->CheckHealth({}).ok());
  EXPECT_EQ(server_.health.check.requests().size(), 1u);
}

TEST_F(RegistryClientTest, CarriesRequestAndResponse) {
  v1::ConvertToHostnameResponse answer;
  answer.set_hostname("example.com");
  server_.registry.convert_to_hostname.Answer(answer);
  v1::ConvertToHostnameRequest request;
  request.set_url("https://example.com/v1/");
  const auto response = Connect()->ConvertToHostname(request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->hostname(), "example.com");
  ASSERT_EQ(server_.registry.convert_to_hostname.requests().size(), 1u);
  EXPECT_EQ(server_.registry.convert_to_hostname.requests()[0].url(), "https://example.com/v1/");
}

TEST_F(RegistryClientTest, CarriesErrorDetails) {
  server_.registry.parse_reference.Fail(ErrorStatus({grpc::StatusCode::INVALID_ARGUMENT,
                                                     "invalid reference format",
                                                     "REFERENCE_INVALID",
                                                     {},
                                                     "reference"}));
  const auto response = Connect()->ParseReference({});
  EXPECT_EQ(response.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(response.status().message(), "invalid reference format");
  const ErrorDetails details = DetailsOf(response.status());
  EXPECT_EQ(details.reason, "REFERENCE_INVALID");
  ASSERT_EQ(details.field_violations.size(), 1u);
  EXPECT_EQ(details.field_violations[0].field, "reference");
}

TEST_F(RegistryClientTest, RepeatsReadsThatFindNoService) {
  server_.registry.parse_reference.Fail(ErrorStatus({grpc::StatusCode::UNAVAILABLE, "gone"}));
  EXPECT_EQ(Connect()->ParseReference({}).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(server_.registry.parse_reference.requests().size(), 3u);
}

TEST_F(RegistryClientTest, NeverRepeatsAChange) {
  server_.config.load_mirrors.Fail(ErrorStatus({grpc::StatusCode::UNAVAILABLE, "gone"}));
  EXPECT_EQ(Connect()->LoadMirrors({}).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(server_.config.load_mirrors.requests().size(), 1u);
}

TEST_F(RegistryClientTest, NeverRepeatsWhatARegistryIsAsked) {
  const grpc::Status gone = ErrorStatus({grpc::StatusCode::UNAVAILABLE, "gone"});
  server_.registry.auth.Fail(gone);
  server_.registry.ping_v2_registry.Fail(gone);
  server_.registry.search.Fail(gone);
  const auto client = Connect();
  EXPECT_EQ(client->Auth({}).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(client->PingV2Registry({}).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(client->Search({}).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(server_.registry.auth.requests().size(), 1u);
  EXPECT_EQ(server_.registry.ping_v2_registry.requests().size(), 1u);
  EXPECT_EQ(server_.registry.search.requests().size(), 1u);
}

TEST_F(RegistryClientTest, ADeadlineThatPassedMakesNoCall) {
  const auto response = Connect()->ParseReference({}, absl::InfinitePast());
  EXPECT_EQ(response.status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(server_.registry.parse_reference.requests().size(), 0u);
}

TEST_F(RegistryClientTest, NoDeadlineIsADeadlineToo) {
  EXPECT_TRUE(Connect()->ParseReference({}, absl::InfiniteFuture()).ok());
}

v1::WatchServiceConfigResponse Version(uint64_t number) {
  v1::WatchServiceConfigResponse version;
  version.set_version(number);
  return version;
}

TEST_F(RegistryClientTest, WatchGivesOneVersionAfterAnother) {
  server_.config.versions = {Version(3), Version(7)};
  const auto watch = Connect()->WatchServiceConfig();
  for (const uint64_t expected : {3, 7}) {
    const auto version = watch->Next();
    ASSERT_TRUE(version.ok()) << version.status();
    EXPECT_EQ(version->version(), expected);
  }
  watch->Cancel();
  EXPECT_EQ(watch->Next().status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(watch->Next().status().code(), absl::StatusCode::kCancelled) << "from then on";
}

TEST_F(RegistryClientTest, AnUnreadWatchCanBeDropped) {
  server_.config.versions = {Version(3), Version(7)};
  const auto watch = Connect()->WatchServiceConfig();
  EXPECT_TRUE(watch->Next().ok());
}

TEST_F(RegistryClientTest, AWatchThatTheServiceEndsIsUnavailable) {
  server_.config.end_watch = true;
  EXPECT_EQ(Connect()->WatchServiceConfig()->Next().status().code(),
            absl::StatusCode::kUnavailable);
}

TEST_F(RegistryClientTest, AWatchReportsWhatTheServiceReports) {
  server_.config.end_watch = true;
  server_.config.watch_end =
      ErrorStatus({grpc::StatusCode::RESOURCE_EXHAUSTED, "enough", "TOO_MANY_WATCHERS"});
  const auto version = Connect()->WatchServiceConfig()->Next();
  EXPECT_EQ(version.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(DetailsOf(version.status()).reason, "TOO_MANY_WATCHERS");
}

TEST(RegistryClientWithoutServerTest, IsUnavailable) {
  const TemporaryFolder folder;
  ClientOptions options;
  options.address = "unix:" + folder.Path("x.sock");
  const auto client = RegistryClient::Create(options);
  ASSERT_TRUE(client.ok()) << client.status();
  EXPECT_EQ((*client)->ParseReference({}).status().code(), absl::StatusCode::kUnavailable);
}

struct BadOptionsCase {
  const char* name;
  ClientOptions options;
  const char* why;
};

ClientOptions WithTls(std::string address, TlsOptions tls) {
  ClientOptions options;
  options.address = std::move(address);
  options.tls = std::move(tls);
  return options;
}

ClientOptions WithTimeout(absl::Duration timeout) {
  ClientOptions options;
  options.address = "127.0.0.1:1";
  options.timeout = timeout;
  return options;
}

TEST(RegistryClientOptionsTest, RefusesWhatMakesNoSense) {
  const TemporaryFolder folder;
  const std::string text = folder.Write("text", "not PEM");
  const std::string missing = folder.Path("missing");
  const BadOptionsCase cases[] = {
      {"address", WithTls("nowhere", {}), "HOST:PORT"},
      {"TLS over a socket", WithTls("unix:/x", {}), "Unix socket"},
      {"certificate alone", WithTls("host:1", {"", text, "", ""}), "go together"},
      {"key alone", WithTls("host:1", {"", "", text, ""}), "go together"},
      {"missing file", WithTls("host:1", {missing, "", "", ""}), "No such file"},
      {"a folder", WithTls("host:1", {folder.Path(""), "", "", ""}), "ca_file"},
      {"no PEM", WithTls("host:1", {text, "", "", ""}), "ca_file"},
      {"no timeout", WithTimeout(absl::ZeroDuration()), "timeout"},
  };
  for (const BadOptionsCase& test : cases) {
    const auto client = RegistryClient::Create(test.options);
    EXPECT_EQ(client.status().code(), absl::StatusCode::kInvalidArgument) << test.name;
    EXPECT_THAT(std::string(client.status().message()), HasSubstr(test.why)) << test.name;
  }
}

}  // namespace
}  // namespace registryd::client
