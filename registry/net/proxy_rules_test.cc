#include "registry/net/proxy_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

ProxyRules Rules(absl::string_view no_proxy) {
  ProxyOptions options;
  options.http_proxy = "http://plain:1";
  options.https_proxy = "https://tls:2";
  options.no_proxy = std::string(no_proxy);
  return ProxyRules::Create(options).value();
}

// The proxy's URL; "direct" without one.
std::string For(const ProxyRules& rules, absl::string_view url) {
  const std::optional<HttpProxy> proxy = rules.For(Url::Parse(url).value());
  return proxy.has_value() ? proxy->url : "direct";
}

TEST(ProxyRulesTest, NoneByDefault) {
  EXPECT_EQ(For(ProxyRules(), "https://h.io/"), "direct");
  EXPECT_EQ(For(ProxyRules::Create({}).value(), "http://h.io/"), "direct");
}

TEST(ProxyRulesTest, TheSchemeDecides) {
  const ProxyRules rules = Rules("");
  EXPECT_EQ(For(rules, "http://h.io/"), "http://plain:1");
  EXPECT_EQ(For(rules, "https://h.io/"), "https://tls:2");
  EXPECT_EQ(For(rules, "HTTPS://h.io/"), "https://tls:2");
  EXPECT_EQ(For(rules, "ftp://h.io/"), "direct");
  EXPECT_EQ(For(rules, "https:///path"), "direct");
  EXPECT_TRUE(rules.For(Url::Parse("http://h.io/").value())->addresses.empty());
}

TEST(ProxyRulesTest, ThisMachineIsNeverBehindAProxy) {
  const ProxyRules rules = Rules("");
  for (const absl::string_view url :
       {"http://localhost/", "http://LocalHost:5000/", "https://127.0.0.1/", "https://127.9.9.9:1/",
        "http://[::1]/", "http://[::ffff:127.0.0.1]:5000/"}) {
    EXPECT_EQ(For(rules, url), "direct") << url;
  }
  for (const absl::string_view url :
       {"http://localhost.example/", "http://a.localhost/", "http://128.0.0.1/", "http://[::2]/"}) {
    EXPECT_EQ(For(rules, url), "http://plain:1") << url;
  }
}

struct ExceptionCase {
  const char* name;
  absl::string_view no_proxy;
  absl::string_view url;
  bool direct;
};

class NoProxy : public testing::TestWithParam<ExceptionCase> {};

TEST_P(NoProxy, Decides) {
  EXPECT_EQ(For(Rules(GetParam().no_proxy), GetParam().url),
            GetParam().direct ? "direct" : "https://tls:2");
}

INSTANTIATE_TEST_SUITE_P(
    All, NoProxy,
    testing::Values(ExceptionCase{"Star", "*", "https://h.io", true},
                    ExceptionCase{"StarAmongOthers", "a.io, * ,b.io", "https://8.8.8.8", true},
                    ExceptionCase{"Domain", "h.io", "https://h.io", true},
                    ExceptionCase{"DomainUpper", "H.IO", "https://h.io", true},
                    ExceptionCase{"DomainOfUpperHost", "h.io", "https://H.IO", true},
                    ExceptionCase{"DomainAnyPort", "h.io", "https://h.io:5000", true},
                    ExceptionCase{"Subdomain", "h.io", "https://a.b.h.io", true},
                    ExceptionCase{"NoSubdomain", "h.io", "https://ah.io", false},
                    ExceptionCase{"NoParent", "a.h.io", "https://h.io", false},
                    ExceptionCase{"DotSubdomain", ".h.io", "https://a.h.io", true},
                    ExceptionCase{"DotItself", ".h.io", "https://h.io", false},
                    ExceptionCase{"StarDotSubdomain", "*.h.io", "https://a.h.io", true},
                    ExceptionCase{"StarDotItself", "*.h.io", "https://h.io", false},
                    ExceptionCase{"StarInside", "a.*.io", "https://a.h.io", false},
                    ExceptionCase{"Port", "h.io:5000", "https://h.io:5000", true},
                    ExceptionCase{"OtherPort", "h.io:5000", "https://h.io:5001", false},
                    ExceptionCase{"SchemesPort", "h.io:443", "https://h.io", true},
                    ExceptionCase{"OtherSchemesPort", "h.io:80", "https://h.io", false},
                    ExceptionCase{"EmptyPort", "h.io:", "https://h.io:5000", true},
                    ExceptionCase{"DotPort", ".h.io:5000", "https://a.h.io:5000", true},
                    ExceptionCase{"Ipv4", "8.8.8.8", "https://8.8.8.8", true},
                    ExceptionCase{"Ipv4Mapped", "8.8.8.8", "https://[::ffff:8.8.8.8]", true},
                    ExceptionCase{"Ipv4Port", "8.8.8.8:5000", "https://8.8.8.8:5000", true},
                    ExceptionCase{"Ipv4OtherPort", "8.8.8.8:5000", "https://8.8.8.8", false},
                    ExceptionCase{"Ipv4OfAName", "8.8.8.8", "https://a.8.8.8.8", false},
                    ExceptionCase{"Ipv6", "fd00::9", "https://[fd00::9]", true},
                    ExceptionCase{"Ipv6Zone", "fe80::9", "https://[fe80::9%25eth0]", true},
                    ExceptionCase{"Ipv6Brackets", "[fd00::9]", "https://[fd00::9]", false},
                    ExceptionCase{"Ipv6Port", "[fd00::9]:5000", "https://[fd00::9]:5000", true},
                    ExceptionCase{"Ipv6OtherPort", "[fd00::9]:5000", "https://[fd00::9]", false},
                    ExceptionCase{"Cidr", "10.0.0.0/8", "https://10.255.0.1:5000", true},
                    ExceptionCase{"OutsideCidr", "10.0.0.0/8", "https://11.0.0.1", false},
                    ExceptionCase{"CidrV6", "fd00::/8", "https://[fdff::1]", true},
                    ExceptionCase{"CidrIsNoName", "10.0.0.0/8", "https://h.io", false},
                    ExceptionCase{"CidrWithPort", "10.0.0.0/8:443", "https://10.0.0.1", false},
                    ExceptionCase{"DomainIsNoAddress", "8.8", "https://8.8.8.8", false},
                    ExceptionCase{"Spaces", " a.io ,\th.io ", "https://h.io", true},
                    ExceptionCase{"SpacesDoNotSeparate", "a.io h.io", "https://h.io", false},
                    ExceptionCase{"Nonsense", ",:80,[,],[]:80,..,a:b:c,.,*x", "https://h.io",
                                  false},
                    ExceptionCase{"BehindNonsense", "[::1,::,h.io", "https://h.io", true}),
    [](const testing::TestParamInfo<ExceptionCase>& info) { return info.param.name; });

struct ProxyCase {
  const char* name;
  absl::string_view text;
  absl::string_view url;
  absl::string_view authorization = "";
};

class ProxyUrl : public testing::TestWithParam<ProxyCase> {};

TEST_P(ProxyUrl, IsRead) {
  ProxyOptions options;
  options.https_proxy = std::string(GetParam().text);
  const absl::StatusOr<ProxyRules> rules = ProxyRules::Create(options);
  ASSERT_TRUE(rules.ok()) << rules.status();
  const std::optional<HttpProxy> proxy = rules->For(Url::Parse("https://h.io").value());
  ASSERT_TRUE(proxy.has_value());
  EXPECT_EQ(proxy->url, GetParam().url);
  EXPECT_EQ(proxy->authorization.Reveal(), GetParam().authorization);
}

INSTANTIATE_TEST_SUITE_P(
    All, ProxyUrl,
    testing::Values(
        ProxyCase{"Http", "http://proxy:3128", "http://proxy:3128"},
        ProxyCase{"Https", "https://proxy:3128/", "https://proxy:3128"},
        ProxyCase{"HttpPort", "http://proxy", "http://proxy:80"},
        ProxyCase{"HttpsPort", "https://proxy", "https://proxy:443"},
        ProxyCase{"NoScheme", "proxy:3128", "http://proxy:3128"},
        ProxyCase{"NameAlone", "proxy", "http://proxy:80"},
        ProxyCase{"Address", "10.0.0.1:3128", "http://10.0.0.1:3128"},
        ProxyCase{"Loopback", "http://localhost:3128", "http://localhost:3128"},
        ProxyCase{"Ipv6", "http://[FD00::9]:3128", "http://[fd00::9]:3128"},
        ProxyCase{"PathGoes", "http://proxy:3128/path?query#part", "http://proxy:3128"},
        ProxyCase{"User", "http://user@proxy:1", "http://proxy:1", "Basic dXNlcjo="},
        ProxyCase{"Password", "http://user:p%40ss@proxy:1", "http://proxy:1", "Basic dXNlcjpwQHNz"},
        ProxyCase{"PasswordNoScheme", "user:pass@proxy:1", "http://proxy:1", "Basic dXNlcjpwYXNz"}),
    [](const testing::TestParamInfo<ProxyCase>& info) { return info.param.name; });

TEST(ProxyRulesTest, RefusesWhatIsNoProxy) {
  for (const absl::string_view text :
       {"socks5://u:canary@proxy:1080", "ftp://u:canary@proxy", "http://u:canary@proxy:x",
        "http://u:canary@proxy:0", "http://u:canary@:3128", "http://", "://",
        "http://u:canary@2130706433", "http://u:canary@proxy:65536", "http://u:canary@pro xy"}) {
    for (const bool tls : {false, true}) {
      ProxyOptions options;
      (tls ? options.https_proxy : options.http_proxy) = std::string(text);
      const absl::Status status = ProxyRules::Create(options).status();
      EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
      EXPECT_EQ(ReasonOf(status), Reason::kSettingInvalid);
      EXPECT_EQ(FieldOf(status), tls ? "https_proxy" : "http_proxy");
      EXPECT_THAT(status.ToString(), AllOf(Not(HasSubstr("canary")), HasSubstr("proxy")));
    }
  }
}

class Environment {
 public:
  explicit Environment(std::map<std::string, std::string> values) : values_(std::move(values)) {}
  ProxyOptions Read() const {
    return ProxiesFromEnvironment([this](const char* name) -> const char* {
      const auto it = values_.find(name);
      return it == values_.end() ? nullptr : it->second.c_str();
    });
  }

 private:
  const std::map<std::string, std::string> values_;
};

TEST(ProxiesFromEnvironmentTest, ReadsBothCases) {
  ProxyOptions options =
      Environment({{"HTTP_PROXY", "a"}, {"HTTPS_PROXY", "b"}, {"NO_PROXY", "c"}}).Read();
  EXPECT_EQ(options.http_proxy, "a");
  EXPECT_EQ(options.https_proxy, "b");
  EXPECT_EQ(options.no_proxy, "c");
  options = Environment({{"http_proxy", "a"}, {"https_proxy", "b"}, {"no_proxy", "c"}}).Read();
  EXPECT_EQ(options.http_proxy, "a");
  EXPECT_EQ(options.https_proxy, "b");
  EXPECT_EQ(options.no_proxy, "c");
}

TEST(ProxiesFromEnvironmentTest, UpperCaseComesFirstUnlessEmpty) {
  EXPECT_EQ(Environment({{"HTTP_PROXY", "A"}, {"http_proxy", "a"}}).Read().http_proxy, "A");
  EXPECT_EQ(Environment({{"HTTP_PROXY", ""}, {"http_proxy", "a"}}).Read().http_proxy, "a");
  EXPECT_EQ(Environment({}).Read().http_proxy, "");
}

TEST(ProxiesFromEnvironmentTest, ACgiProgramHasNoHttpProxy) {
  const ProxyOptions options = Environment({{"REQUEST_METHOD", "GET"},
                                            {"HTTP_PROXY", "a"},
                                            {"http_proxy", "a"},
                                            {"HTTPS_PROXY", "b"}})
                                   .Read();
  EXPECT_EQ(options.http_proxy, "");
  EXPECT_EQ(options.https_proxy, "b");
}

}  // namespace
}  // namespace registryd
