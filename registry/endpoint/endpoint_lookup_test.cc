#include "registry/endpoint/endpoint_lookup.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/cancellation.h"
#include "registry/base/error.h"
#include "registry/config/index_info.h"
#include "registry/config/service_config.h"
#include "registry/net/dns_resolver.h"
#include "registry/net/fake_dns_resolver.h"
#include "registry/net/ip_address.h"
#include "registry/reference/reference.h"
#include "registry/tls/fake_certificate_store.h"
#include "registry/tls/host_certificates.h"

namespace registryd {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsNull;
using ::testing::NotNull;
using ::testing::SizeIs;

constexpr InsecureMatch kStrict = InsecureMatch::kStrict;
constexpr InsecureMatch kCompatible = InsecureMatch::kCompatible;

using Endpoints = std::vector<APIEndpoint>;

// "https://reg:5000 mirror insecure": an endpoint and what is set of its flags.
std::string Text(const APIEndpoint& endpoint) {
  return absl::StrCat(std::string(endpoint.url), endpoint.mirror ? " mirror" : "",
                      endpoint.official ? " official" : "", endpoint.trim_hostname ? " trim" : "",
                      endpoint.allow_nondistributable_artifacts ? " nondistributable" : "",
                      endpoint.tls_config.insecure_skip_verify ? " insecure" : "",
                      endpoint.tls_config.certificates->roots.empty() ? "" : " roots");
}

std::vector<std::string> Texts(const Endpoints& endpoints) {
  std::vector<std::string> texts;
  for (const APIEndpoint& endpoint : endpoints) texts.push_back(Text(endpoint));
  return texts;
}

HostCertificates OneRoot() { return {{{"ca.crt", "pem"}}, {}}; }

class EndpointLookupTest : public ::testing::Test {
 protected:
  static EndpointLookup::Config Config(ServiceOptions options, InsecureMatch match = kStrict) {
    auto config = ServiceConfig::Create(std::move(options), match);
    EXPECT_TRUE(config.ok()) << config.status();
    return *std::move(config);
  }

  // The answer to be; set when `done` was called, which must be once.
  template <typename T>
  struct Answer {
    std::optional<absl::StatusOr<T>> value;
    EndpointLookup::Callback<T> Done() {
      return [this](absl::StatusOr<T> result) {
        EXPECT_FALSE(value.has_value()) << "called twice";
        value = std::move(result);
      };
    }
  };

  // The endpoints, which must come at once.
  absl::StatusOr<Endpoints> Pull(const EndpointLookup::Config& config, absl::string_view host) {
    Answer<Endpoints> answer;
    lookup_.Pull(config, host, {}, answer.Done());
    return answer.value.value_or(absl::UnknownError("no answer"));
  }
  absl::StatusOr<Endpoints> Push(const EndpointLookup::Config& config, absl::string_view host) {
    Answer<Endpoints> answer;
    lookup_.Push(config, host, {}, answer.Done());
    return answer.value.value_or(absl::UnknownError("no answer"));
  }
  InsecureVerdict IsInsecure(const EndpointLookup::Config& config, absl::string_view host) {
    Answer<InsecureVerdict> answer;
    lookup_.IsInsecure(config, host, {}, answer.Done());
    return *answer.value.value();
  }

  FakeDnsResolver resolver_{{{"localhost", {"127.0.0.1", "::1"}},
                             {"reg.internal", {"10.1.2.3"}},
                             {"dual.internal", {"10.9.9.9", "fd00::9"}},
                             {"rebind.evil", {"127.0.0.1", "8.8.8.8"}}}};
  FakeCertificateStore certificates_;
  EndpointLookup lookup_{resolver_, certificates_};
};

TEST_F(EndpointLookupTest, SecureHostHasOneEndpointWithItsCertificates) {
  certificates_.Set("reg.example.com:5000", OneRoot());
  for (const auto& endpoints :
       {Pull(Config({}), "reg.example.com:5000"), Push(Config({}), "reg.example.com:5000")}) {
    ASSERT_TRUE(endpoints.ok()) << endpoints.status();
    EXPECT_THAT(Texts(*endpoints), ElementsAre("https://reg.example.com:5000 trim roots"));
    EXPECT_THAT(endpoints->front().checked_addresses, IsNull());
  }
}

TEST_F(EndpointLookupTest, InsecureHostHasHttpToo) {
  certificates_.Set("reg:5000", OneRoot());
  const auto config = Config({{"reg:5000"}, {}, {"reg:5000"}});
  EXPECT_THAT(Texts(*Pull(config, "reg:5000")),
              ElementsAre("https://reg:5000 trim nondistributable insecure",
                          "http://reg:5000 trim nondistributable insecure"));
  // certs.d is not read for an insecure host.
  EXPECT_THAT(certificates_.asked(), IsEmpty());
}

TEST_F(EndpointLookupTest, TrustByAddressIsPinnedToTheAddressesChecked) {
  const auto endpoints = *Pull(Config({{}, {}, {"10.0.0.0/8"}}), "reg.internal:5000");
  EXPECT_THAT(Texts(endpoints), ElementsAre("https://reg.internal:5000 trim insecure",
                                            "http://reg.internal:5000 trim insecure"));
  for (const APIEndpoint& endpoint : endpoints) {
    ASSERT_THAT(endpoint.checked_addresses, NotNull());
    EXPECT_THAT(*endpoint.checked_addresses, ElementsAre(*IpAddress::Parse("10.1.2.3")));
  }
  // One question, so that no second answer can differ.
  EXPECT_EQ(resolver_.queries("reg.internal"), 1);
}

// A name with one loopback and one public address is secure, and gets no http.
TEST_F(EndpointLookupTest, LoopbackAddressOfANameDoesNotMakeItInsecure) {
  EXPECT_THAT(Texts(*Pull(Config({}), "rebind.evil")), ElementsAre("https://rebind.evil trim"));
  EXPECT_THAT(Texts(*Pull(Config({{}, {}, {"127.0.0.0/8"}}), "rebind.evil")),
              ElementsAre("https://rebind.evil trim"));
  EXPECT_THAT(Texts(*Pull(Config({}, kCompatible), "rebind.evil")), SizeIs(2));
}

TEST_F(EndpointLookupTest, DockerHubComesAfterItsMirrors) {
  certificates_.Set("mirror:5000", OneRoot());
  certificates_.Set("docker.io", OneRoot());
  certificates_.Set("registry-1.docker.io", OneRoot());
  const auto config = Config(
      {{"docker.io"}, {"https://mirror:5000/a b", "http://127.0.0.1", "http:"}, {"docker.io"}});
  for (const char* host : {"docker.io", "index.docker.io"}) {
    const std::string official =
        absl::StrCat("https://registry-1.docker.io official trim",
                     host == std::string("docker.io") ? " nondistributable" : "");
    EXPECT_THAT(Texts(*Pull(config, host)),
                ElementsAre("https://mirror:5000/a%20b/ mirror trim roots",
                            "http://127.0.0.1/ mirror trim insecure", "https://http:/ mirror trim",
                            official));
    EXPECT_THAT(Texts(*Push(config, host)), ElementsAre(official));
  }
  EXPECT_THAT(Texts(*Pull(config, "registry-1.docker.io")),
              ElementsAre("https://registry-1.docker.io trim roots"));
}

TEST_F(EndpointLookupTest, PushAsksNothingOfMirrors) {
  certificates_.SetError("mirror", absl::InvalidArgumentError("missing key"));
  const auto config = Config({{}, {"https://mirror"}, {"10.0.0.0/8"}});
  EXPECT_EQ(Pull(config, "docker.io").status(), absl::InvalidArgumentError("missing key"));
  const int queries = resolver_.queries();
  EXPECT_TRUE(Push(config, "docker.io").ok());
  EXPECT_EQ(resolver_.queries(), queries);
}

TEST_F(EndpointLookupTest, MirrorWhoseHostNamesNoFolderHasNoCertificates) {
  const std::string long_name(256, 'a');
  const absl::Status refusal =
      Error(absl::StatusCode::kInvalidArgument, Reason::kHostnameInvalid, "");
  certificates_.SetError("..", refusal);
  certificates_.SetError(long_name, refusal);
  const auto config = Config({{}, {"https://..", absl::StrCat("https://", long_name)}, {}});
  EXPECT_THAT(
      Texts(*Pull(config, "docker.io")),
      ElementsAre("https://../ mirror trim", absl::StrCat("https://", long_name, "/ mirror trim"),
                  "https://registry-1.docker.io official trim"));
  EXPECT_TRUE(Push(config, "docker.io").ok());
}

TEST_F(EndpointLookupTest, MirrorThatCannotBeUsedFailsDockerHubAlone) {
  const auto config = Config({{}, {"https://mirror", "https:opaque"}, {}});
  for (const auto& endpoints : {Pull(config, "docker.io"), Push(config, "index.docker.io")}) {
    EXPECT_EQ(ReasonOf(endpoints.status()), Reason::kMirrorInvalid);
    EXPECT_EQ(FieldOf(endpoints.status()), "mirrors[1]");
  }
  EXPECT_TRUE(Pull(config, "reg").ok());
}

TEST_F(EndpointLookupTest, NondistributableByAddress) {
  const auto config = Config({{"10.0.0.0/8"}, {}, {}});
  EXPECT_THAT(Texts(*Push(config, "dual.internal")),
              ElementsAre("https://dual.internal trim nondistributable"));
  EXPECT_THAT(Texts(*Push(config, "10.0.0.1")),
              ElementsAre("https://10.0.0.1 trim nondistributable"));
  EXPECT_THAT(Texts(*Push(config, "unknown")), ElementsAre("https://unknown trim"));
}

TEST_F(EndpointLookupTest, HostnamesOfAllShapes) {
  const struct {
    const char* hostname;
    const char* url;
  } kCases[] = {
      {"", "https:"},
      {"::1", "https://::1"},
      {"[::1]:5000", "https://[::1]:5000"},
      {"host:", "https://host:"},
      {"host:abc", "https://host:abc"},
      {"EXAMPLE.com", "https://EXAMPLE.com"},
      {"my_reg.example.com", "https://my_reg.example.com"},
  };
  for (const auto& test : kCases) {
    const auto endpoints = Pull(Config({}), test.hostname);
    ASSERT_TRUE(endpoints.ok()) << test.hostname << ": " << endpoints.status();
    ASSERT_THAT(*endpoints, SizeIs(1)) << test.hostname;
    EXPECT_EQ(endpoints->front().url, test.url);
  }
}

// Row 10 of docs/security.md: what could lead out of certs.d is refused before
// anything is asked about it, whether certs.d would be read or not.
TEST_F(EndpointLookupTest, Row10HostileHostnamesAreRefused) {
  for (const std::string& hostname :
       {std::string(".."), std::string("."), std::string("../x"), std::string("a/../../b"),
        std::string("a\\b"), std::string("..%2fx"), std::string("%2e%2e"), std::string("a\0b", 3),
        std::string("a\r\nb"), std::string("127.0.0.1:/../x"), std::string(256, 'a')}) {
    const auto config = Config({{"10.0.0.0/8"}, {}, {"0.0.0.0/0"}});
    Answer<TlsConfig> tls;
    lookup_.GetTlsConfig(config, hostname, {}, tls.Done());
    for (const absl::Status& status :
         {Pull(config, hostname).status(), Push(config, hostname).status(), tls.value->status()}) {
      EXPECT_TRUE(absl::IsInvalidArgument(status)) << hostname;
      EXPECT_EQ(ReasonOf(status), Reason::kHostnameInvalid) << hostname;
      EXPECT_EQ(FieldOf(status), "hostname") << hostname;
    }
  }
  EXPECT_THAT(certificates_.asked(), IsEmpty());
  EXPECT_EQ(resolver_.queries(), 0);
}

TEST_F(EndpointLookupTest, IsInsecureTellsTheRule) {
  const auto config = Config({{}, {}, {"reg:5000", "10.0.0.0/8"}});
  EXPECT_EQ(IsInsecure(config, "reg:5000").rule, "configured index");
  EXPECT_EQ(IsInsecure(config, "127.0.0.1").rule, "loopback address");
  EXPECT_EQ(IsInsecure(config, "localhost").rule, "localhost");
  EXPECT_EQ(IsInsecure(config, "10.1.1.1").rule, "address in an insecure CIDR");
  EXPECT_EQ(IsInsecure(config, "reg.internal").rule, "all addresses in insecure CIDRs");
  EXPECT_TRUE(IsInsecure(config, "reg.internal").insecure);
  EXPECT_EQ(IsInsecure(config, "dual.internal").rule, "no rule matches");
  EXPECT_FALSE(IsInsecure(config, "dual.internal").insecure);
  EXPECT_THAT(*IsInsecure(config, "dual.internal").checked_addresses, SizeIs(2));
  EXPECT_FALSE(IsInsecure(config, "unknown").insecure);
  EXPECT_FALSE(IsInsecure(config, "../x").insecure);
}

TEST_F(EndpointLookupTest, FailedDnsMeansSecure) {
  resolver_.SetError("broken", absl::UnavailableError("server failure"));
  for (const InsecureMatch match : {kStrict, kCompatible}) {
    const auto config = Config({{"0.0.0.0/0"}, {}, {"0.0.0.0/0"}}, match);
    for (const char* host : {"unknown", "broken"}) {
      EXPECT_THAT(Texts(*Pull(config, host)), ElementsAre(absl::StrCat("https://", host, " trim")));
    }
  }
}

TEST_F(EndpointLookupTest, KnownFailureNeedsNoQuery) {
  resolver_.MakeCached();
  EXPECT_FALSE(IsInsecure(Config({{}, {}, {"0.0.0.0/0"}}), "unknown").insecure);
  EXPECT_EQ(resolver_.queries(), 0);
}

TEST_F(EndpointLookupTest, LookupThatWasNotMadeIsAnError) {
  const auto config = Config({{}, {}, {"10.0.0.0/8"}});
  const absl::Status kErrors[] = {
      Error(absl::StatusCode::kUnavailable, Reason::kOverloaded, "too many"),
      Error(absl::StatusCode::kDeadlineExceeded, Reason::kDeadlineExceeded, "late"),
      Error(absl::StatusCode::kCancelled, Reason::kCancelled, "never mind"),
  };
  for (const absl::Status& error : kErrors) {
    resolver_.SetError("reg.internal", error);
    EXPECT_EQ(Pull(config, "reg.internal").status(), error);
    Answer<InsecureVerdict> verdict;
    lookup_.IsInsecure(config, "reg.internal", {}, verdict.Done());
    EXPECT_EQ(verdict.value->status(), error);
  }
}

TEST_F(EndpointLookupTest, GetTlsConfig) {
  certificates_.Set("reg.example.com", OneRoot());
  const auto config = Config({{}, {}, {"reg:5000"}});
  Answer<TlsConfig> secure, insecure, unnamed;
  lookup_.GetTlsConfig(config, "reg.example.com", {}, secure.Done());
  EXPECT_FALSE((*secure.value)->insecure_skip_verify);
  EXPECT_THAT((*secure.value)->certificates->roots, SizeIs(1));
  lookup_.GetTlsConfig(config, "reg:5000", {}, insecure.Done());
  EXPECT_TRUE((*insecure.value)->insecure_skip_verify);
  EXPECT_THAT((*insecure.value)->certificates, NotNull());
  lookup_.GetTlsConfig(config, "", {}, unnamed.Done());
  EXPECT_THAT((*unnamed.value)->certificates, NotNull());
}

TEST_F(EndpointLookupTest, CertificatesInErrorAreAnError) {
  const absl::Status error =
      Error(absl::StatusCode::kInvalidArgument, Reason::kCertificatesInvalid, "missing key");
  certificates_.SetError("reg", error);
  EXPECT_EQ(Pull(Config({}), "reg").status(), error);
  certificates_.Hold();
  Answer<Endpoints> later;
  lookup_.Pull(Config({}), "reg", {}, later.Done());
  EXPECT_FALSE(later.value.has_value());
  certificates_.Release();
  EXPECT_EQ(later.value->status(), error);
}

TEST_F(EndpointLookupTest, ResolvesIndexes) {
  const auto config = Config({{}, {"https://mirror"}, {"reg:5000", "10.0.0.0/8"}});
  const struct {
    const char* name;
    IndexInfo want;
  } kCases[] = {
      {"docker.io", {"docker.io", {absl::Cord("https://mirror/")}, true, true}},
      {"index.docker.io", {"docker.io", {absl::Cord("https://mirror/")}, true, true}},
      {"reg:5000", {"reg:5000", {}, false, false}},
      {"reg.internal", {"reg.internal", {}, false, false}},
      {"registry-1.docker.io", {"registry-1.docker.io", {}, true, false}},
      {"127.0.0.1:80", {"127.0.0.1:80", {}, false, false}},
  };
  for (const auto& test : kCases) {
    Answer<IndexInfo> answer;
    lookup_.ResolveIndex(config, test.name, {}, answer.Done());
    ASSERT_TRUE(answer.value->ok()) << test.name;
    EXPECT_EQ(**answer.value, test.want) << test.name;
  }
  Answer<IndexInfo> refused;
  lookup_.ResolveIndex(config, "-reg", {}, refused.Done());
  EXPECT_EQ(ReasonOf(refused.value->status()), Reason::kIndexNameInvalid);
}

TEST_F(EndpointLookupTest, ResolvesRepositories) {
  const struct {
    const char* reference;
    const char* index;
    bool official;
  } kCases[] = {
      {"ubuntu:24.04", "docker.io", true},
      {"team/app", "docker.io", false},
      {"reg.internal:5000/ubuntu", "reg.internal:5000", false},
  };
  for (const auto& test : kCases) {
    Answer<RepositoryInfo> answer;
    lookup_.ResolveRepository(Config({}), *Reference::Parse(test.reference), {}, answer.Done());
    ASSERT_TRUE(answer.value->ok()) << test.reference;
    EXPECT_EQ((*answer.value)->index.name, test.index);
    EXPECT_EQ((*answer.value)->official, test.official) << test.reference;
    EXPECT_EQ((*answer.value)->reference.familiar(), test.reference);
  }
}

// Everything that is not known is asked for at once, and the answer comes when the
// last is there.
TEST_F(EndpointLookupTest, WaitsForAllThatIsMissing) {
  resolver_.Hold();
  certificates_.Hold();
  const auto config =
      Config({{}, {"https://reg.internal", "https://dual.internal"}, {"10.0.0.0/8"}});
  Answer<Endpoints> answer;
  lookup_.Pull(config, "docker.io", {}, answer.Done());
  EXPECT_EQ(resolver_.queries("reg.internal"), 1);
  EXPECT_EQ(resolver_.queries("dual.internal"), 1);
  EXPECT_FALSE(answer.value.has_value());
  resolver_.Release();
  EXPECT_FALSE(answer.value.has_value());
  EXPECT_THAT(certificates_.asked(), Contains("dual.internal"));
  certificates_.Release();
  ASSERT_TRUE(answer.value.has_value());
  EXPECT_THAT(Texts(**answer.value), ElementsAre("https://reg.internal/ mirror trim insecure",
                                                 "https://dual.internal/ mirror trim",
                                                 "https://registry-1.docker.io official trim"));
  EXPECT_EQ(resolver_.queries(), 2);
}

TEST_F(EndpointLookupTest, SlowCallsKeepTheirConfiguration) {
  resolver_.Hold();
  Answer<Endpoints> answer;
  {
    std::string host = "reg.internal";
    lookup_.Pull(Config({{}, {}, {"10.0.0.0/8"}}), host, {}, answer.Done());
    host.assign(host.size(), 'x');
  }
  resolver_.Release();
  EXPECT_THAT(Texts(**answer.value), ElementsAre("https://reg.internal trim insecure",
                                                 "http://reg.internal trim insecure"));
}

TEST_F(EndpointLookupTest, CancelledCallsEnd) {
  const auto config = Config({{}, {}, {"10.0.0.0/8"}});
  const auto cancellation = std::make_shared<Cancellation>();
  resolver_.Hold();
  Answer<Endpoints> by_name;
  lookup_.Pull(config, "reg.internal", {absl::InfiniteFuture(), cancellation}, by_name.Done());
  certificates_.Hold();
  Answer<Endpoints> by_address;
  lookup_.Pull(config, "8.8.8.8", {absl::InfiniteFuture(), cancellation}, by_address.Done());
  EXPECT_FALSE(by_name.value.has_value());
  EXPECT_FALSE(by_address.value.has_value());
  cancellation->Cancel();
  EXPECT_TRUE(absl::IsCancelled(by_name.value->status()));
  EXPECT_TRUE(absl::IsCancelled(by_address.value->status()));
  certificates_.Release();
  resolver_.Release();
}

TEST_F(EndpointLookupTest, LateCallsEnd) {
  resolver_.Hold();
  Answer<InsecureVerdict> verdict;
  lookup_.IsInsecure(Config({{}, {}, {"10.0.0.0/8"}}), "reg.internal",
                     {absl::InfinitePast(), nullptr}, verdict.Done());
  EXPECT_TRUE(absl::IsDeadlineExceeded(verdict.value->status()));
  // What is known needs no time.
  Answer<InsecureVerdict> known;
  lookup_.IsInsecure(Config({}), "reg.internal", {absl::InfinitePast(), nullptr}, known.Done());
  EXPECT_TRUE(known.value->ok());
}

TEST_F(EndpointLookupTest, ManyCallsAtOnce) {
  resolver_.Hold();
  constexpr int kCalls = 10'000;
  const auto config = Config({{}, {}, {"10.0.0.0/8"}});
  int insecure = 0;
  for (int i = 0; i < kCalls; ++i) {
    lookup_.IsInsecure(config, i % 2 == 0 ? "reg.internal" : "dual.internal", {},
                       [&](absl::StatusOr<InsecureVerdict> verdict) {
                         if (verdict->insecure) ++insecure;
                       });
  }
  EXPECT_EQ(insecure, 0);
  resolver_.Release();
  EXPECT_EQ(insecure, kCalls / 2);
}

}  // namespace
}  // namespace registryd
