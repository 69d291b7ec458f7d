#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "registry/base/error.h"
#include "registry/net/http_client.h"
#include "registry/net/http_client_test_base.h"
#include "registry/net/http_transport.h"
#include "registry/net/ip_address.h"
#include "registry/net/proxy_rules.h"

namespace registryd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class HttpClientProxyTest : public HttpClientTestBase {
 protected:
  HttpClientProxyTest() {
    ProxyOptions options;
    options.https_proxy = "http://user:canary@proxy.internal:3128";
    options.no_proxy = "direct.example";
    proxies_ = ProxyRules::Create(options).value();
    resolver_.SetAddresses("proxy.internal", {"10.0.0.8", "10.0.0.9"});
  }
};

TEST_F(HttpClientProxyTest, TheProxyIsDialledAndResolvesNames) {
  Answer("https://registry.example/v2/");
  upstream_->checked_addresses = Addresses({"10.1.1.1"});
  ASSERT_TRUE(Fetch(Call()).ok());
  const HttpOptions options = transport_.requests()[0].options;
  EXPECT_THAT(options.addresses, IsEmpty());
  ASSERT_TRUE(options.proxy.has_value());
  EXPECT_EQ(options.proxy->url, "http://proxy.internal:3128");
  EXPECT_EQ(options.proxy->authorization.Reveal(), "Basic dXNlcjpjYW5hcnk=");
  EXPECT_EQ(options.proxy->addresses,
            std::vector<IpAddress>({*IpAddress::Parse("10.0.0.8"), *IpAddress::Parse("10.0.0.9")}));
  EXPECT_EQ(resolver_.queries("registry.example"), 0);
}

TEST_F(HttpClientProxyTest, EachHopHasItsOwnWay) {
  resolver_.SetAddresses("direct.example", {std::string(kPublicAddress)});
  Redirect("https://registry.example/v2/", "https://direct.example/a");
  Redirect("https://direct.example/a", "https://cdn.example/b");
  Answer("https://cdn.example/b");
  ASSERT_TRUE(Fetch(Call()).ok());
  const auto requests = transport_.requests();
  EXPECT_TRUE(requests[0].options.proxy.has_value());
  EXPECT_FALSE(requests[1].options.proxy.has_value());
  EXPECT_TRUE(requests[2].options.proxy.has_value());
  EXPECT_THAT(Dialled(), ElementsAre("", kPublicAddress, ""));
  EXPECT_EQ(resolver_.queries("cdn.example"), 0);
}

TEST_F(HttpClientProxyTest, SecurityRow2LiteralsAndFormsAreChecked) {
  upstream_->checked_addresses = Addresses({"10.1.1.1"});
  for (const char* const target :
       {"https://10.0.0.8/", "https://[fd00::9]/", "https://2130706433/", "https://0x7f.1/"}) {
    Redirect("https://registry.example/v2/", target);
    EXPECT_EQ(ReasonOf(Fetch(Call()).status()), Reason::kAddressRefused) << target;
  }
  EXPECT_THAT(Sent(), SizeIs(4));
  for (const char* const target : {"https://93.184.216.34/", "https://10.1.1.1:444/"}) {
    Redirect("https://registry.example/v2/", target);
    Answer(target);
    EXPECT_TRUE(Fetch(Call()).ok()) << target;
  }
  // Public or not, it is the proxy that is dialled.
  for (const std::string& dialled : Dialled()) EXPECT_EQ(dialled, "");
}

TEST_F(HttpClientProxyTest, AProxyThatDoesNotResolveEndsTheCall) {
  resolver_.SetError("proxy.internal",
                     Error(absl::StatusCode::kNotFound, Reason::kDnsFailed, "no proxy"));
  const absl::Status status = Fetch(Call()).status();
  EXPECT_EQ(ReasonOf(status), Reason::kDnsFailed);
  EXPECT_THAT(status.ToString(), Not(HasSubstr("canary")));
  EXPECT_THAT(Sent(), IsEmpty());
}

TEST_F(HttpClientProxyTest, ALiteralProxyNeedsNoName) {
  ProxyOptions options;
  options.https_proxy = "[fd00::8]:3128";
  proxies_ = ProxyRules::Create(options).value();
  Answer("https://registry.example/v2/");
  ASSERT_TRUE(Fetch(Call()).ok());
  const HttpOptions sent = transport_.requests()[0].options;
  EXPECT_EQ(sent.proxy->url, "http://[fd00::8]:3128");
  EXPECT_EQ(sent.proxy->addresses, std::vector<IpAddress>({*IpAddress::Parse("fd00::8")}));
}

}  // namespace
}  // namespace registryd
