#include "registry/v1/v1_endpoint.h"

#include <string>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "registry/auth/auth_config.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

struct Case {
  const char* name;
  const char* address;
  const char* want;
};

class V1EndpointTest : public ::testing::TestWithParam<Case> {};

TEST_P(V1EndpointTest, Prints) {
  const auto endpoint = V1Endpoint::Parse(GetParam().address);
  ASSERT_TRUE(endpoint.ok()) << endpoint.status();
  EXPECT_EQ(endpoint->ToString(), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Table, V1EndpointTest,
    ::testing::Values(Case{"Host", "r.example", "https://r.example/v1/"},
                      Case{"HostPort", "r.example:5000", "https://r.example:5000/v1/"},
                      Case{"Slash", "r.example/", "https://r.example/v1/"},
                      Case{"Version", "r.example/v1", "https://r.example/v1/"},
                      Case{"VersionSlash", "r.example/v1/", "https://r.example/v1/"},
                      Case{"TwoSlashes", "https://r.example/v1//", "https://r.example/v1//v1/"},
                      Case{"TwiceVersion", "r.example/v1/v1/", "https://r.example/v1/v1/"},
                      Case{"Http", "http://r.example/v1/", "http://r.example/v1/"},
                      Case{"Https", "https://r.example", "https://r.example/v1/"},
                      Case{"Prefix", "https://r.example/a/b/", "https://r.example/a/b/v1/"},
                      Case{"V2Within", "https://r.example/v2/a", "https://r.example/v2/a/v1/"},
                      Case{"Version10", "r.example/v10", "https://r.example/v10/v1/"},
                      Case{"NotAVersion", "r.example/xv1", "https://r.example/xv1/v1/"},
                      Case{"V2AsHost", "v2", "https://v2/v1/"},
                      Case{"Ipv6", "[::1]:5000", "https://[::1]:5000/v1/"},
                      Case{"IndexServer", "https://index.docker.io/v1/",
                           "https://index.docker.io/v1/"}),
    [](const auto& info) { return info.param.name; });

struct Refused {
  const char* name;
  const char* address;
  const char* message;
};

class V1EndpointRefusesTest : public ::testing::TestWithParam<Refused> {};

TEST_P(V1EndpointRefusesTest, Says) {
  const absl::Status status = V1Endpoint::Parse(GetParam().address).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(status), Reason::kHostnameInvalid);
  EXPECT_EQ(FieldOf(status), "endpoint");
  EXPECT_TRUE(absl::StrContains(status.message(), GetParam().message)) << status;
  EXPECT_FALSE(absl::StrContains(status.message(), "canary")) << status;
}

INSTANTIATE_TEST_SUITE_P(
    Table, V1EndpointRefusesTest,
    ::testing::Values(
        Refused{"V2", "r.example/v2", "search is not supported on v2 endpoints: r.example/v2"},
        Refused{"V2Slash", "https://r.example/v2/", "v2 endpoints: https://r.example/v2/"},
        Refused{"Empty", "", "invalid registry endpoint \"\""},
        Refused{"OnlyScheme", "https://", "invalid registry endpoint"},
        Refused{"OnlyPath", "/v1/", "invalid registry endpoint"},
        Refused{"OtherScheme", "ftp://r.example", "invalid registry endpoint"},
        Refused{"UpperCaseScheme", "HTTP://r.example", "invalid registry endpoint"},
        Refused{"User", "ann@r.example", "invalid registry endpoint"},
        Refused{"Password", "https://ann:canary@r.example/", "invalid registry endpoint"},
        Refused{"PasswordAtV2", "https://ann:canary@r.example/v2", "v2 endpoints"},
        Refused{"Query", "r.example?x=1", "invalid registry endpoint"},
        Refused{"EmptyQuery", "r.example?", "invalid registry endpoint"},
        Refused{"Fragment", "r.example#x", "invalid registry endpoint"},
        Refused{"FragmentBeforeV1", "https://r.example#/v1/", "invalid registry endpoint"},
        Refused{"EmptyFragment", "r.example#", "invalid registry endpoint"},
        Refused{"Port", "r.example:x", "invalid port"},
        Refused{"LineFeed", "r.example\nx", "invalid"}, Refused{"Space", "r example", "invalid"}),
    [](const auto& info) { return info.param.name; });

TEST(V1Endpoint, Parts) {
  const V1Endpoint endpoint = *V1Endpoint::Parse("http://r.example:5000/a/v1/");
  EXPECT_EQ(endpoint.scheme(), "http");
  EXPECT_EQ(endpoint.host(), "r.example:5000");
  EXPECT_EQ(endpoint.origin(), "http://r.example:5000");
  EXPECT_EQ(endpoint.root(), "http://r.example:5000/a");
  EXPECT_EQ(endpoint.Path("_ping"), "http://r.example:5000/a/v1/_ping");
  EXPECT_EQ(endpoint.WithScheme("https").ToString(), "https://r.example:5000/a/v1/");
}

TEST(V1Endpoint, IndexServerIsOneAddress) {
  EXPECT_TRUE(V1Endpoint::Parse(kIndexServer)->is_index_server());
  EXPECT_TRUE(V1Endpoint::Parse("index.docker.io")->is_index_server());
  for (const char* address : {"http://index.docker.io/v1/", "https://index.docker.io:443/v1/",
                              "https://index.docker.io/x/v1/", "docker.io"}) {
    EXPECT_FALSE(V1Endpoint::Parse(address)->is_index_server()) << address;
  }
}

TEST(V1Endpoint, OfAnIndex) {
  struct Case {
    const char* index;
    absl::string_view want;
  };
  for (const Case& c :
       {Case{"", kIndexServer}, Case{"docker.io", kIndexServer},
        Case{"index.docker.io", kIndexServer}, Case{kIndexServer.data(), kIndexServer},
        Case{"https://docker.io", "https://docker.io/v1/"},
        Case{"docker.io:443", "https://docker.io:443/v1/"},
        Case{"a-b:5000", "https://a-b:5000/v1/"},
        Case{"http://r.example/a-", "http://r.example/a-/v1/"}}) {
    const auto endpoint = V1Endpoint::OfIndex(c.index);
    ASSERT_TRUE(endpoint.ok()) << endpoint.status();
    EXPECT_EQ(endpoint->ToString(), c.want) << c.index;
  }
  for (const char* index : {"-a.b", "a.b-", "-"}) {
    const absl::Status status = V1Endpoint::OfIndex(index).status();
    EXPECT_EQ(ReasonOf(status), Reason::kIndexNameInvalid) << index;
    EXPECT_EQ(FieldOf(status), "endpoint") << index;
  }
  for (const char* index : {"r.example/v2", "r.example:99999", "https://r.example:0/v1/", ":80"}) {
    const absl::Status status = V1Endpoint::OfIndex(index).status();
    EXPECT_EQ(ReasonOf(status), Reason::kHostnameInvalid) << index;
    EXPECT_EQ(FieldOf(status), "endpoint") << index;
  }
}

}  // namespace
}  // namespace registryd
