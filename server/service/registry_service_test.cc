#include "server/service/registry_service.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "server/service/test_server.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Stub = api::RegistryService::Stub;

// Code, reason and field of a failure.
std::string Failure(const absl::Status& status) {
  return absl::StrCat(absl::StatusCodeToString(status.code()), " ", ReasonName(ReasonOf(status)),
                      " ", FieldOf(status));
}

TestServerOptions Configured() {
  TestServerOptions options;
  options.config.mirrors = {"https://mirror.example.com"};
  options.config.insecure_registries = {"10.0.0.0/8", "insecure.example.com:5000"};
  options.config.allow_nondistributable_artifacts = {"insecure.example.com:5000"};
  options.hosts = {{"inside.example.com", {"10.1.2.3"}},
                   {"outside.example.com", {"10.1.2.3", "8.8.8.8"}}};
  return options;
}

class RegistryServiceTest : public testing::Test {
 protected:
  RegistryServiceTest() : server_(Configured()) {}

  template <typename Response, typename Request>
  absl::StatusOr<Response> Ask(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                            Response*),
                               const Request& request) {
    return Call(server_.registry(), method, request);
  }

  TestServer server_;
};

TEST_F(RegistryServiceTest, ParseReferenceTakesApart) {
  api::ParseReferenceRequest request;
  request.set_reference("ubuntu:22.04");
  const auto response = Ask(&Stub::ParseReference, request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->domain(), "docker.io");
  EXPECT_EQ(response->path(), "library/ubuntu");
  EXPECT_EQ(response->name(), "docker.io/library/ubuntu");
  EXPECT_EQ(response->tag(), "22.04");
  EXPECT_EQ(response->digest(), "");
  EXPECT_EQ(response->familiar_name(), "ubuntu");
  EXPECT_EQ(response->familiar(), "ubuntu:22.04");
  EXPECT_EQ(response->canonical(), "docker.io/library/ubuntu:22.04");
  EXPECT_TRUE(response->official());
  EXPECT_EQ(response->index().name(), "docker.io");
  EXPECT_THAT(response->index().mirrors(), IsEmpty()) << "by Docker's defaults";
}

TEST_F(RegistryServiceTest, ResolveRepositoryKnowsTheConfiguration) {
  api::ResolveRepositoryRequest request;
  request.set_reference("ubuntu");
  const auto hub = Ask(&Stub::ResolveRepository, request);
  ASSERT_TRUE(hub.ok()) << hub.status();
  EXPECT_EQ(hub->repository().name(), "docker.io/library/ubuntu");
  EXPECT_TRUE(hub->repository().official());
  EXPECT_EQ(hub->repository().class_(), "");
  EXPECT_THAT(hub->repository().index().mirrors(), ElementsAre("https://mirror.example.com/"));
  EXPECT_EQ(hub->config_version(), 1);
  request.set_reference("insecure.example.com:5000/a");
  const auto insecure = Ask(&Stub::ResolveRepository, request);
  ASSERT_TRUE(insecure.ok()) << insecure.status();
  EXPECT_FALSE(insecure->repository().index().secure());
}

TEST_F(RegistryServiceTest, ParseRepositoryInfoDoesNot) {
  api::ParseRepositoryInfoRequest request;
  request.set_reference("insecure.example.com:5000/a");
  const auto response = Ask(&Stub::ParseRepositoryInfo, request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->repository().name(), "insecure.example.com:5000/a");
  EXPECT_TRUE(response->repository().index().secure());
  EXPECT_EQ(server_.resolver().fake().queries(), 0);
}

TEST_F(RegistryServiceTest, LookupPullEndpointsPutsMirrorsFirst) {
  api::LookupPullEndpointsRequest request;
  request.set_reference("ubuntu");
  const auto response = Ask(&Stub::LookupPullEndpoints, request);
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->endpoints_size(), 2);
  const api::APIEndpoint& mirror = response->endpoints(0);
  EXPECT_EQ(mirror.url(), "https://mirror.example.com/");
  EXPECT_TRUE(mirror.mirror());
  EXPECT_FALSE(mirror.official());
  EXPECT_TRUE(mirror.trim_hostname());
  EXPECT_EQ(mirror.version(), api::API_VERSION_V2);
  EXPECT_EQ(mirror.tls_config().min_version(), api::TLS_VERSION_1_2);
  EXPECT_FALSE(mirror.tls_config().insecure_skip_verify());
  EXPECT_EQ(response->endpoints(1).url(), "https://registry-1.docker.io");
  EXPECT_TRUE(response->endpoints(1).official());
  EXPECT_EQ(response->config_version(), 1);
}

TEST_F(RegistryServiceTest, LookupPushEndpointsHasNoMirrors) {
  api::LookupPushEndpointsRequest request;
  request.set_hostname("docker.io");
  const auto response = Ask(&Stub::LookupPushEndpoints, request);
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->endpoints_size(), 1);
  EXPECT_EQ(response->endpoints(0).url(), "https://registry-1.docker.io");
  EXPECT_EQ(response->config_version(), 1);
}

TEST_F(RegistryServiceTest, LookupsTryAnInsecureRegistryWithoutTlsToo) {
  api::LookupPushEndpointsRequest request;
  request.set_reference("insecure.example.com:5000/a");
  const auto response = Ask(&Stub::LookupPushEndpoints, request);
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->endpoints_size(), 2);
  EXPECT_EQ(response->endpoints(0).url(), "https://insecure.example.com:5000");
  EXPECT_TRUE(response->endpoints(0).tls_config().insecure_skip_verify());
  EXPECT_TRUE(response->endpoints(0).allow_nondistributable_artifacts());
  EXPECT_EQ(response->endpoints(1).url(), "http://insecure.example.com:5000");
}

TEST_F(RegistryServiceTest, LookupsAnswerForAnEmptyHostname) {
  api::LookupPullEndpointsRequest request;
  request.set_hostname("");
  const auto response = Ask(&Stub::LookupPullEndpoints, request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_THAT(response->endpoints(), SizeIs(1));
}

TEST_F(RegistryServiceTest, ABatchIsNotMadeOfCertificatesWithoutAnEnd) {
  HostCertificates certificates;
  certificates.roots.push_back({"ca.crt", std::string(size_t{1} << 20, 'x')});
  server_.certificates().Set("reg.example.com", std::move(certificates));
  api::BatchLookupPullEndpointsRequest request;
  for (int i = 0; i < 100; ++i) request.add_targets()->set_hostname("reg.example.com");
  request.add_targets()->set_hostname("other.example.com");
  const auto response = Ask(&Stub::BatchLookupPullEndpoints, request);
  ASSERT_TRUE(response.ok()) << response.status();
  int answered = 0;
  for (const api::PullEndpointsResult& result : response->results()) {
    if (!result.has_error()) {
      ++answered;
      continue;
    }
    EXPECT_EQ(result.error().code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
    EXPECT_EQ(result.error().reason(), "RESPONSE_TOO_LARGE");
  }
  EXPECT_GE(answered, 32);
  EXPECT_LE(answered, 34);
  EXPECT_FALSE(response->results(100).has_error());
}

TEST_F(RegistryServiceTest, BatchAnswersEachTargetByItself) {
  api::BatchLookupPullEndpointsRequest request;
  request.add_targets()->set_reference("ubuntu");
  request.add_targets()->set_reference("UPPER");
  request.add_targets()->set_hostname("inside.example.com");
  request.add_targets();
  request.add_targets()->set_hostname("a/b");
  request.add_targets()->set_reference("ubuntu");
  const auto response = Ask(&Stub::BatchLookupPullEndpoints, request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->config_version(), 1);
  ASSERT_EQ(response->results_size(), 6);
  EXPECT_THAT(response->results(0).endpoints(), SizeIs(2));
  EXPECT_FALSE(response->results(0).has_error());
  const api::Error& bad_reference = response->results(1).error();
  EXPECT_EQ(bad_reference.code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(bad_reference.reason(), "REFERENCE_INVALID");
  EXPECT_EQ(bad_reference.field(), "targets[1].reference");
  EXPECT_NE(bad_reference.message(), "");
  EXPECT_THAT(response->results(1).endpoints(), IsEmpty());
  EXPECT_TRUE(response->results(2).endpoints(0).tls_config().insecure_skip_verify());
  EXPECT_EQ(response->results(3).error().reason(), "FIELD_MISSING");
  EXPECT_EQ(response->results(3).error().field(), "targets[3].target");
  EXPECT_EQ(response->results(4).error().reason(), "HOSTNAME_INVALID");
  EXPECT_EQ(response->results(4).error().field(), "targets[4].hostname");
  EXPECT_THAT(response->results(5).endpoints(), SizeIs(2));
}

TEST_F(RegistryServiceTest, BatchHasLimits) {
  api::BatchLookupPullEndpointsRequest request;
  auto response = Ask(&Stub::BatchLookupPullEndpoints, request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_THAT(response->results(), IsEmpty());
  EXPECT_EQ(response->config_version(), 1);
  for (int i = 0; i < 1000; ++i) {
    request.add_targets()->set_reference(absl::StrCat("outside.example.com/image", i, ":1"));
  }
  response = Ask(&Stub::BatchLookupPullEndpoints, request);
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->results_size(), 1000);
  for (const api::PullEndpointsResult& result : response->results()) {
    EXPECT_THAT(result.endpoints(), SizeIs(1));
  }
  request.add_targets()->set_hostname("one.too.many");
  EXPECT_EQ(Failure(Ask(&Stub::BatchLookupPullEndpoints, request).status()),
            "INVALID_ARGUMENT FIELD_INVALID targets");
}

TEST_F(RegistryServiceTest, IsInsecureRegistrySaysWhy) {
  const struct {
    const char* hostname;
    bool insecure;
  } kCases[] = {{"docker.io", false},
                {"insecure.example.com:5000", true},
                {"inside.example.com", true},
                {"outside.example.com", false},
                {"unknown.example.com", false},
                {"127.0.0.1:5000", true},
                {"", false},
                {"../x", false},
                {"a b\n", false}};
  for (const auto& c : kCases) {
    api::IsInsecureRegistryRequest request;
    request.set_hostname(c.hostname);
    const auto response = Ask(&Stub::IsInsecureRegistry, request);
    ASSERT_TRUE(response.ok()) << c.hostname << ": " << response.status();
    EXPECT_EQ(response->insecure(), c.insecure) << c.hostname;
    EXPECT_NE(response->rule(), "") << c.hostname;
    EXPECT_EQ(response->config_version(), 1);
  }
}

TEST_F(RegistryServiceTest, ResolveAuthConfigFindsWholeEntries) {
  api::ResolveAuthConfigRequest request;
  api::AuthConfig& legacy = (*request.mutable_auth_configs())["https://h.example.com/v1/"];
  legacy.set_username("user");
  legacy.set_password("password");
  legacy.set_auth("auth");
  legacy.set_server_address("h.example.com");
  legacy.set_identity_token("identity");
  legacy.set_registry_token("registry");
  legacy.set_email("e@example.com");
  (*request.mutable_auth_configs())["other.example.com"].set_username("other");
  request.mutable_index()->set_name("h.example.com");
  const auto response = Ask(&Stub::ResolveAuthConfig, request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->key(), "h.example.com");
  EXPECT_EQ(response->matched_key(), "https://h.example.com/v1/");
  EXPECT_EQ(response->auth_config().SerializeAsString(), legacy.SerializeAsString());
}

TEST_F(RegistryServiceTest, ResolveAuthConfigFindsNothing) {
  api::ResolveAuthConfigRequest request;
  request.mutable_index()->set_official(true);
  const auto response = Ask(&Stub::ResolveAuthConfig, request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->key(), "https://index.docker.io/v1/");
  EXPECT_EQ(response->matched_key(), "");
  EXPECT_TRUE(response->has_auth_config());
  EXPECT_EQ(response->auth_config().ByteSizeLong(), 0);
}

TEST_F(RegistryServiceTest, GetAuthConfigKeyNamesTheIndex) {
  api::GetAuthConfigKeyRequest request;
  request.mutable_index()->set_name("h.example.com:5000");
  EXPECT_EQ(Ask(&Stub::GetAuthConfigKey, request)->key(), "h.example.com:5000");
  request.mutable_index()->set_official(true);
  EXPECT_EQ(Ask(&Stub::GetAuthConfigKey, request)->key(), "https://index.docker.io/v1/");
}

TEST_F(RegistryServiceTest, ValidatorsNormalise) {
  api::ValidateMirrorRequest mirror;
  mirror.set_mirror("https://mirror.example.com");
  EXPECT_EQ(Ask(&Stub::ValidateMirror, mirror)->mirror(), "https://mirror.example.com/");
  api::ValidateIndexNameRequest index;
  index.set_name("index.docker.io");
  EXPECT_EQ(Ask(&Stub::ValidateIndexName, index)->name(), "docker.io");
  api::ConvertToHostnameRequest url;
  url.set_url("https://h.example.com:5000/v1/");
  EXPECT_EQ(Ask(&Stub::ConvertToHostname, url)->hostname(), "h.example.com:5000");
  api::ParseSearchIndexInfoRequest term;
  term.set_name("insecure.example.com:5000/nginx");
  const auto info = Ask(&Stub::ParseSearchIndexInfo, term);
  EXPECT_EQ(info->index().name(), "insecure.example.com:5000");
  EXPECT_TRUE(info->index().secure()) << "by Docker's defaults";
}

TEST_F(RegistryServiceTest, FailuresNameReasonAndField) {
  const auto failure = [this](auto method, const auto& request) {
    return Failure(Ask(method, request).status());
  };
  api::ParseReferenceRequest reference;
  EXPECT_EQ(failure(&Stub::ParseReference, reference),
            "INVALID_ARGUMENT REFERENCE_INVALID reference");
  api::ResolveRepositoryRequest resolve;
  resolve.set_reference("UPPER");
  EXPECT_EQ(failure(&Stub::ResolveRepository, resolve),
            "INVALID_ARGUMENT REFERENCE_INVALID reference");
  resolve.set_reference("-h.example.com/a");
  EXPECT_EQ(failure(&Stub::ResolveRepository, resolve),
            "INVALID_ARGUMENT REFERENCE_INVALID reference");
  api::ParseRepositoryInfoRequest info;
  EXPECT_EQ(failure(&Stub::ParseRepositoryInfo, info),
            "INVALID_ARGUMENT REFERENCE_INVALID reference");
  api::LookupPullEndpointsRequest pull;
  EXPECT_EQ(failure(&Stub::LookupPullEndpoints, pull), "INVALID_ARGUMENT FIELD_MISSING target");
  pull.set_hostname("a/b");
  EXPECT_EQ(failure(&Stub::LookupPullEndpoints, pull),
            "INVALID_ARGUMENT HOSTNAME_INVALID hostname");
  api::LookupPushEndpointsRequest push;
  EXPECT_EQ(failure(&Stub::LookupPushEndpoints, push), "INVALID_ARGUMENT FIELD_MISSING target");
  push.set_reference("a:b:c");
  EXPECT_EQ(failure(&Stub::LookupPushEndpoints, push),
            "INVALID_ARGUMENT REFERENCE_INVALID reference");
  EXPECT_EQ(failure(&Stub::GetTLSConfig, api::GetTLSConfigRequest()),
            "INVALID_ARGUMENT FIELD_MISSING hostname");
  EXPECT_EQ(failure(&Stub::ResolveAuthConfig, api::ResolveAuthConfigRequest()),
            "INVALID_ARGUMENT FIELD_MISSING index");
  EXPECT_EQ(failure(&Stub::GetAuthConfigKey, api::GetAuthConfigKeyRequest()),
            "INVALID_ARGUMENT FIELD_MISSING index");
  api::ValidateMirrorRequest mirror;
  mirror.set_mirror("ftp://mirror.example.com");
  EXPECT_EQ(failure(&Stub::ValidateMirror, mirror), "INVALID_ARGUMENT MIRROR_INVALID mirror");
  api::ValidateIndexNameRequest name;
  name.set_name("-a");
  EXPECT_EQ(failure(&Stub::ValidateIndexName, name), "INVALID_ARGUMENT INDEX_NAME_INVALID name");
  api::ParseSearchIndexInfoRequest term;
  term.set_name("-a.example.com/b");
  EXPECT_EQ(failure(&Stub::ParseSearchIndexInfo, term), "INVALID_ARGUMENT INDEX_NAME_INVALID name");
}

TEST_F(RegistryServiceTest, ALongErrorReachesARemoteClient) {
  const auto stub = api::RegistryService::NewStub(server_.LoopbackChannel());
  std::string mirror = "ftp://";
  while (mirror.size() < 50'000) mirror += "\u20AC";
  api::ValidateMirrorRequest request;
  request.set_mirror(mirror);
  const auto response = Call(*stub, &Stub::ValidateMirror, request);
  EXPECT_EQ(Failure(response.status()), "INVALID_ARGUMENT MIRROR_INVALID mirror");
}

TEST_F(RegistryServiceTest, AMirrorsPasswordIsMasked) {
  api::ValidateMirrorRequest request;
  request.set_mirror("https://user:canary@mirror.example.com");
  const absl::Status status = Ask(&Stub::ValidateMirror, request).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.ToString().find("canary"), std::string::npos);
}

TEST_F(RegistryServiceTest, CallsAreObserved) {
  (void)Ask(&Stub::GetAuthConfigKey, api::GetAuthConfigKeyRequest());
  api::IsInsecureRegistryRequest request;
  request.set_hostname("inside.example.com");
  (void)Ask(&Stub::IsInsecureRegistry, request);
  const auto calls = server_.observer().calls();
  ASSERT_THAT(calls, SizeIs(2));
  EXPECT_EQ(calls[0].method, "registry.v1.RegistryService/GetAuthConfigKey");
  EXPECT_EQ(ReasonOf(calls[0].status), Reason::kFieldMissing);
  EXPECT_EQ(calls[1].method, "registry.v1.RegistryService/IsInsecureRegistry");
  EXPECT_TRUE(calls[1].status.ok());
  EXPECT_GE(calls[1].elapsed, absl::ZeroDuration());
}

// Certificates of a secure host, and who may see their keys.
class GetTlsConfigTest : public RegistryServiceTest {
 protected:
  static constexpr char kHost[] = "secure.example.com:5000";

  GetTlsConfigTest() {
    HostCertificates certificates;
    certificates.roots.push_back({"ca.crt", "root"});
    certificates.client_certificates.push_back(
        {"client.cert", "client.key", "certificate", Secret(absl::string_view("canary"))});
    server_.certificates().Set(kHost, std::move(certificates));
  }

  absl::StatusOr<api::GetTLSConfigResponse> Get(bool include_private_keys) {
    api::GetTLSConfigRequest request;
    request.set_hostname(kHost);
    request.set_include_private_keys(include_private_keys);
    return Ask(&Stub::GetTLSConfig, request);
  }
};

TEST_F(GetTlsConfigTest, ReportsCertificates) {
  const auto response = Get(false);
  ASSERT_TRUE(response.ok()) << response.status();
  const api::TLSConfig& config = response->tls_config();
  EXPECT_EQ(response->config_version(), 1);
  EXPECT_FALSE(config.insecure_skip_verify());
  EXPECT_EQ(config.min_version(), api::TLS_VERSION_1_2);
  ASSERT_EQ(config.root_certificates_size(), 1);
  EXPECT_EQ(config.root_certificates(0).file(), "ca.crt");
  EXPECT_EQ(config.root_certificates(0).pem(), "root");
  ASSERT_EQ(config.client_certificates_size(), 1);
  EXPECT_EQ(config.client_certificates(0).certificate_file(), "client.cert");
  EXPECT_EQ(config.client_certificates(0).key_file(), "client.key");
  EXPECT_EQ(config.client_certificates(0).certificate_pem(), "certificate");
  EXPECT_EQ(config.client_certificates(0).private_key_pem(), "");
}

// A file may be in DER, or have a comment in Latin-1; a message that holds such bytes as text
// could be read by nobody.
TEST_F(GetTlsConfigTest, FilesThatAreNotTextAreReportedTooAndReadable) {
  HostCertificates certificates;
  certificates.roots.push_back({"caf\xe9.crt", "\x30\x82\xff"});
  certificates.client_certificates.push_back(
      {"\xff.cert", "\xff.key", "\xe9 certificate", Secret(absl::string_view("\xe9 key"))});
  server_.certificates().Set(kHost, std::move(certificates));
  server_.SetCaller(Role::kAdmin, /*channel_private=*/true);
  const auto response = Get(true);
  ASSERT_TRUE(response.ok()) << response.status();
  const api::TLSConfig& config = response->tls_config();
  EXPECT_EQ(config.root_certificates(0).file(), "caf\xef\xbf\xbd.crt");
  EXPECT_EQ(config.root_certificates(0).pem(), "0\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(config.client_certificates(0).certificate_file(), "\xef\xbf\xbd.cert");
  EXPECT_EQ(config.client_certificates(0).key_file(), "\xef\xbf\xbd.key");
  EXPECT_EQ(config.client_certificates(0).certificate_pem(), "\xef\xbf\xbd certificate");
  EXPECT_EQ(config.client_certificates(0).private_key_pem(), "\xef\xbf\xbd key");
}

TEST_F(GetTlsConfigTest, PrivateKeysAreForAdminsOnPrivateChannels) {
  const struct {
    const char* name;
    Role role;
    bool channel_private;
    const char* failure;
  } kCases[] = {
      {"reader", Role::kReader, false, "PERMISSION_DENIED ADMIN_REQUIRED "},
      {"reader on a private channel", Role::kReader, true, "PERMISSION_DENIED ADMIN_REQUIRED "},
      {"admin", Role::kAdmin, false, "PERMISSION_DENIED CHANNEL_NOT_PRIVATE "},
      {"admin on a private channel", Role::kAdmin, true, nullptr},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    server_.SetCaller(c.role, c.channel_private);
    const auto without = Get(false);
    ASSERT_TRUE(without.ok()) << without.status();
    EXPECT_EQ(without->tls_config().client_certificates(0).private_key_pem(), "");
    const auto with = Get(true);
    if (c.failure != nullptr) {
      EXPECT_EQ(Failure(with.status()), c.failure);
    } else {
      ASSERT_TRUE(with.ok()) << with.status();
      EXPECT_EQ(with->tls_config().client_certificates(0).private_key_pem(), "canary");
    }
  }
}

TEST_F(GetTlsConfigTest, LookupsNeverHoldPrivateKeys) {
  server_.SetCaller(Role::kAdmin, true);
  api::LookupPullEndpointsRequest request;
  request.set_hostname(kHost);
  const auto response = Ask(&Stub::LookupPullEndpoints, request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_THAT(response->endpoints(0).tls_config().client_certificates(), SizeIs(1));
  EXPECT_EQ(response->SerializeAsString().find("canary"), std::string::npos);
}

TEST_F(GetTlsConfigTest, UnusableCertificatesNameTheRequestsField) {
  server_.certificates().SetError(
      kHost, Error(absl::StatusCode::kInvalidArgument, Reason::kCertificatesInvalid,
                   "missing key client.key for client certificate client.cert"));
  const absl::Status status = Get(false).status();
  EXPECT_EQ(Failure(status), "INVALID_ARGUMENT CERTIFICATES_INVALID hostname");
  EXPECT_THAT(std::string(status.message()), HasSubstr("missing key client.key"));
  api::LookupPullEndpointsRequest request;
  request.set_reference(absl::StrCat(kHost, "/a"));
  EXPECT_EQ(Failure(Ask(&Stub::LookupPullEndpoints, request).status()),
            "INVALID_ARGUMENT CERTIFICATES_INVALID reference");
}

}  // namespace
}  // namespace registryd
