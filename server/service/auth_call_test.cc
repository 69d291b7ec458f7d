#include <functional>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/service/upstream_call_fixture.h"

namespace registryd {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class AuthCallTest : public UpstreamCallTest {
 protected:
  static api::AuthRequest Request() {
    api::AuthRequest request;
    request.mutable_auth_config()->set_server_address("registry.example");
    request.mutable_auth_config()->set_username("ann");
    request.mutable_auth_config()->set_password("CANARY");
    return request;
  }

  // A registry that wants Basic, and answers `status` to it.
  void WantBasic(int status) {
    registry().Reply("GET", kRegistry, Answer(401, {{"WWW-Authenticate", kBasic}}));
    registry().Reply("GET", kRegistry, Answer(status));
  }
};

TEST_F(AuthCallTest, Succeeds) {
  WantBasic(200);
  const auto response = Ask(&Stub::Auth, Request());
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->status(), "Login Succeeded");
  EXPECT_EQ(response->identity_token(), "");
  ASSERT_THAT(registry().requests(), SizeIs(2));
  EXPECT_EQ(AuthorizationOf(registry().requests()[0]), "");
  EXPECT_EQ(AuthorizationOf(registry().requests()[1]),
            absl::StrCat("Basic ", absl::Base64Escape("ann:CANARY")));
}

TEST_F(AuthCallTest, HandsTheIdentityTokenBack) {
  server_->tokens().SetAnswer([](const TokenRequest& request) {
    EXPECT_EQ(request.caller, "test");
    return Tokens("good", "next");
  });
  registry().Reply("GET", kRegistry,
                   Answer(401, {{"WWW-Authenticate", "Bearer realm=\"https://a/t\""}}));
  registry().Reply("GET", kRegistry, Answer(200));
  const auto response = Ask(&Stub::Auth, Request());
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->identity_token(), "next");
}

TEST_F(AuthCallTest, TakesAuthApartWhereThereIsNoUser) {
  WantBasic(200);
  api::AuthRequest request = Request();
  request.mutable_auth_config()->clear_username();
  request.mutable_auth_config()->clear_password();
  request.mutable_auth_config()->set_auth(absl::Base64Escape("bob:a:b"));
  ASSERT_TRUE(Ask(&Stub::Auth, request).ok());
  EXPECT_EQ(AuthorizationOf(registry().requests()[1]),
            absl::StrCat("Basic ", absl::Base64Escape("bob:a:b")));
  for (const char* const auth : {"CANARY", "Q0FOQVJZ", "OkNBTkFSWQ=="}) {
    request.mutable_auth_config()->set_auth(auth);
    const auto refused = Ask(&Stub::Auth, request);
    EXPECT_EQ(Failure(refused.status()), "INVALID_ARGUMENT FIELD_INVALID auth_config.auth");
    EXPECT_THAT(refused.status().ToString(), Not(HasSubstr("CANARY")));
  }
}

// As clients copy it from Docker's config.json.
TEST_F(AuthCallTest, CutsNulsAroundThePasswordInAuth) {
  WantBasic(200);
  api::AuthRequest request = Request();
  request.mutable_auth_config()->clear_username();
  request.mutable_auth_config()->clear_password();
  request.mutable_auth_config()->set_auth(absl::Base64Escape(std::string("bob:\0a:b\0\0", 10)));
  ASSERT_TRUE(Ask(&Stub::Auth, request).ok());
  EXPECT_EQ(AuthorizationOf(registry().requests()[1]),
            absl::StrCat("Basic ", absl::Base64Escape("bob:a:b")));
}

TEST_F(AuthCallTest, ARefusalIsToldWithoutTheSecret) {
  WantBasic(401);
  const auto response = Ask(&Stub::Auth, Request());
  EXPECT_EQ(Failure(response.status()), "UNAUTHENTICATED REGISTRY_UNAUTHORIZED ");
  EXPECT_THAT(response.status().ToString(absl::StatusToStringMode::kWithEverything),
              Not(HasSubstr("CANARY")));
}

TEST_F(AuthCallTest, NothingIsSentOfWhatCannotBe) {
  const struct {
    const char* name;
    std::function<void(api::AuthRequest&)> change;
    const char* failure;
  } kCases[] = {
      {"CR", [](auto& r) { r.set_user_agent("a\rb"); }, "FIELD_INVALID user_agent"},
      {"LF", [](auto& r) { r.set_user_agent("a\nX-A: b"); }, "FIELD_INVALID user_agent"},
      {"NUL", [](auto& r) { r.set_user_agent(std::string("a\0b", 3)); },
       "FIELD_INVALID user_agent"},
      {"bad URL", [](auto& r) { r.mutable_auth_config()->set_server_address("http://%zz"); },
       "FIELD_INVALID auth_config.server_address"},
      {"certs.d", [](auto& r) { r.mutable_auth_config()->set_server_address(".."); },
       "HOSTNAME_INVALID auth_config.server_address"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    api::AuthRequest request = Request();
    c.change(request);
    const absl::Status status = Ask(&Stub::Auth, request).status();
    EXPECT_EQ(Failure(status), absl::StrCat("INVALID_ARGUMENT ", c.failure));
  }
  EXPECT_THAT(registry().requests(), IsEmpty());
}

TEST_F(AuthCallTest, TheServicesOwnCredentialsAreForAdmins) {
  api::AuthRequest request;
  request.mutable_auth_config()->set_server_address("registry.example");
  request.set_service_credentials(true);
  EXPECT_EQ(Failure(Ask(&Stub::Auth, request).status()), "PERMISSION_DENIED ADMIN_REQUIRED ");
  EXPECT_THAT(registry().requests(), IsEmpty());

  server_->SetCaller(Role::kAdmin, /*channel_private=*/false);
  WantBasic(200);
  const auto response = Ask(&Stub::Auth, request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(AuthorizationOf(registry().requests()[1]),
            absl::StrCat("Basic ", absl::Base64Escape("service:own")));
}

TEST_F(AuthCallTest, TheServicesOwnIdentityTokenStaysHere) {
  server_->SetCaller(Role::kAdmin, /*channel_private=*/true);
  server_->tokens().SetAnswer([](const TokenRequest&) { return Tokens("good", "CANARY"); });
  registry().Reply("GET", kRegistry,
                   Answer(401, {{"WWW-Authenticate", "Bearer realm=\"https://a/t\""}}));
  registry().Reply("GET", kRegistry, Answer(200));
  api::AuthRequest request;
  request.mutable_auth_config()->set_server_address("registry.example");
  request.set_service_credentials(true);
  const auto response = Ask(&Stub::Auth, request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->identity_token(), "");
}

TEST_F(AuthCallTest, TheServicesOwnCredentialsComeAlone) {
  server_->SetCaller(Role::kAdmin, /*channel_private=*/false);
  api::AuthRequest request = Request();
  request.set_service_credentials(true);
  EXPECT_EQ(Failure(Ask(&Stub::Auth, request).status()),
            "INVALID_ARGUMENT FIELD_INVALID auth_config");
}

TEST_F(AuthCallTest, SaysThatTheServiceHasNone) {
  server_->SetCaller(Role::kAdmin, /*channel_private=*/false);
  api::AuthRequest request;
  request.mutable_auth_config()->set_server_address("other.example");
  request.set_service_credentials(true);
  EXPECT_EQ(Failure(Ask(&Stub::Auth, request).status()),
            "FAILED_PRECONDITION CREDENTIALS_UNAVAILABLE ");
}

TEST_F(AuthCallTest, IsAudited) {
  const struct {
    const char* address;
    const char* registry;
  } kCases[] = {
      {"registry.example", "registry.example"},
      {"https://Registry.Example:443/v1/", "registry.example:443"},
      {"", "index.docker.io"},
      {"https://ann:CANARY@registry.example/", "registry.example"},
      {"ann:CANARY", "(invalid)"},
      {"http://%zz", "(invalid)"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.address);
    api::AuthRequest request = Request();
    request.mutable_auth_config()->set_server_address(c.address);
    const absl::Status status = Ask(&Stub::Auth, request).status();
    EXPECT_FALSE(status.ok());
    EXPECT_EQ(Observed().method, "registry.v1.RegistryService/Auth");
    EXPECT_EQ(Observed().registry, c.registry);
    EXPECT_TRUE(Observed().used_credentials);
    EXPECT_EQ(Observed().status.code(), status.code());
  }
}

}  // namespace
}  // namespace registryd
