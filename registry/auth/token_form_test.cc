#include "registry/auth/token_form.h"

#include <memory>
#include <string>

#include "gtest/gtest.h"

namespace registryd {
namespace {

TokenRequest Request(AuthConfig credentials = {}) {
  TokenRequest request;
  request.service = "registry.example";
  request.credentials = std::make_shared<const AuthConfig>(std::move(credentials));
  return request;
}

AuthConfig Password(absl::string_view username, absl::string_view password) {
  AuthConfig config;
  config.username = std::string(username);
  config.password = Secret(password);
  return config;
}

AuthConfig IdentityToken(absl::string_view token) {
  AuthConfig config = Password("ann", "unused");
  config.identity_token = Secret(token);
  return config;
}

TEST(TokenUrl, HasTheParametersOfDockersClient) {
  const struct {
    std::string name, realm, service;
    std::vector<std::string> scopes;
    bool offline, has_account;
    std::string url;
  } kCases[] = {
      {"offline",
       "https://a.example/token",
       "s",
       {},
       true,
       false,
       "https://a.example/token?client_id=docker&offline_token=true&service=s"},
      {"account",
       "https://a.example/token",
       "s",
       {},
       true,
       true,
       "https://a.example/token?account=ann&client_id=docker&offline_token=true&service=s"},
      {"not offline",
       "https://a.example/token",
       "s",
       {},
       false,
       false,
       "https://a.example/token?service=s"},
      {"no service",
       "https://a.example/token",
       "",
       {},
       true,
       false,
       "https://a.example/token?client_id=docker&offline_token=true"},
      {"nothing", "https://a.example/token", "", {}, false, false, "https://a.example/token"},
      {"two scopes",
       "https://a.example/token",
       "s",
       {"repository:b:pull,push", "repository:a:pull"},
       false,
       false,
       "https://a.example/token?scope=repository%3Ab%3Apull%2Cpush&scope=repository%3Aa%3Apull"
       "&service=s"},
      {"own parameters",
       "https://a.example/token?x=1&a=%20&service=own",
       "s",
       {},
       false,
       false,
       "https://a.example/token?a=+&service=own&service=s&x=1"},
      {"own parameters that Go drops",
       "https://a.example/token?x;y=1&z=%zz&ok=1",
       "",
       {},
       false,
       false,
       "https://a.example/token?ok=1"},
      {"fragment",
       "https://a.example/token#f",
       "s",
       {},
       false,
       false,
       "https://a.example/token?service=s"},
      {"space and ampersand",
       "https://a.example/token",
       "a b&c=d/\xc3\xa9+~",
       {},
       false,
       false,
       "https://a.example/token?service=a+b%26c%3Dd%2F%C3%A9%2B~"},
  };
  for (const auto& c : kCases) {
    TokenRequest request = Request(Password("ann", "p"));
    request.service = c.service;
    request.scopes = c.scopes;
    request.offline = c.offline;
    EXPECT_EQ(TokenUrl(Url::Parse(c.realm).value(), request, c.has_account), c.url) << c.name;
  }
}

TEST(TokenForm, SendsTheIdentityTokenBeforeAPassword) {
  TokenRequest request = Request(IdentityToken("id/tok en+="));
  EXPECT_EQ(TokenForm(request).Reveal(),
            "client_id=docker&grant_type=refresh_token&refresh_token=id%2Ftok+en%2B%3D&scope="
            "&service=registry.example");
  request.scopes = {"repository:a:pull", "registry:catalog:search"};
  request.service = "";
  EXPECT_EQ(TokenForm(request).Reveal(),
            "client_id=docker&grant_type=refresh_token&refresh_token=id%2Ftok+en%2B%3D"
            "&scope=repository%3Aa%3Apull+registry%3Acatalog%3Asearch&service=");
}

TEST(TokenForm, SendsUserNameAndPassword) {
  EXPECT_EQ(TokenForm(Request(Password("a&n", "p=w&grant_type=x\r\n"))).Reveal(),
            "access_type=offline&client_id=docker&grant_type=password"
            "&password=p%3Dw%26grant_type%3Dx%0D%0A&scope=&service=registry.example"
            "&username=a%26n");
  EXPECT_EQ(TokenForm(Request()).Reveal(),
            "access_type=offline&client_id=docker&grant_type=password&password=&scope="
            "&service=registry.example&username=");
}

TEST(TokenForm, HoldsSecretsOfAnySize) {
  const std::string token(100000, '%');
  const Secret form = TokenForm(Request(IdentityToken(token)));
  EXPECT_EQ(form.Reveal().size(), 3 * token.size() + std::string("client_id=docker&grant_type="
                                                                 "refresh_token&refresh_token="
                                                                 "&scope=&service="
                                                                 "registry.example")
                                                         .size());
}

TEST(BasicAuthorization, IsBase64OfBoth) {
  EXPECT_EQ(BasicAuthorization("ann", Secret(std::string("s3cret pass"))).Reveal(),
            "Basic YW5uOnMzY3JldCBwYXNz");
  EXPECT_EQ(BasicAuthorization("", Secret()).Reveal(), "Basic Og==");
  EXPECT_EQ(BasicAuthorization("a:b", Secret(std::string("\xc3\xa9:\n"))).Reveal(),
            "Basic YTpiOsOpOgo=");
}

}  // namespace
}  // namespace registryd
