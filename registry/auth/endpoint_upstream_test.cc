#include "registry/auth/endpoint_upstream.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "registry/net/dns_resolver.h"
#include "registry/tls/host_certificates.h"

namespace registryd {
namespace {

PlaintextHosts Allow(const std::string& entry) {
  const auto hosts = PlaintextHosts::Create({entry});
  EXPECT_TRUE(hosts.ok()) << hosts.status();
  return *hosts;
}

TEST(UpstreamOf, OriginAndPlaintext) {
  struct Case {
    std::string name;
    std::string url;
    std::string allowed;
    std::string origin;
    bool allow_plaintext_credentials;
  };
  const std::vector<Case> cases = {
      {"https", "https://reg:5000", "other", "https://reg:5000", false},
      {"https needs no allowance", "https://reg:5000", "reg:5000", "https://reg:5000", false},
      {"http", "http://reg:5000", "other", "http://reg:5000", false},
      {"http allowed", "http://reg:5000", "reg:5000", "http://reg:5000", true},
      {"http allowed on every port", "http://reg:5000", "reg", "http://reg:5000", true},
      {"a mirror's path is cut off", "http://m/a/b/", "m", "http://m", true},
      {"IPv6", "http://[::1]:5000", "[::1]:5000", "http://[::1]:5000", true},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    APIEndpoint endpoint;
    endpoint.url = c.url;
    const auto upstream = UpstreamOf(endpoint, Allow(c.allowed));
    ASSERT_TRUE(upstream.ok()) << upstream.status();
    EXPECT_EQ((*upstream)->origin, c.origin);
    EXPECT_EQ((*upstream)->allow_plaintext_credentials, c.allow_plaintext_credentials);
  }
}

TEST(UpstreamOf, TrustAndItsAddressesStayTogether) {
  APIEndpoint endpoint;
  endpoint.url = "https://reg:5000";
  endpoint.tls_config.insecure_skip_verify = true;
  endpoint.checked_addresses = AnswerLiteral("10.1.2.3");
  const auto upstream = UpstreamOf(endpoint, {});
  ASSERT_TRUE(upstream.ok()) << upstream.status();
  EXPECT_TRUE((*upstream)->tls.insecure_skip_verify);
  EXPECT_EQ((*upstream)->tls.certificates, endpoint.tls_config.certificates);
  EXPECT_EQ((*upstream)->checked_addresses, endpoint.checked_addresses);
}

TEST(UpstreamOf, NoUrl) {
  for (const char* url : {"https://a b", "https:", "https://reg:0"}) {
    APIEndpoint endpoint;
    endpoint.url = url;
    const absl::Status status = UpstreamOf(endpoint, {}).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_EQ(ReasonOf(status), Reason::kFieldInvalid);
  }
}

}  // namespace
}  // namespace registryd
