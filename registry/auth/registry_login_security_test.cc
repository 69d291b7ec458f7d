#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/auth/registry_login_fixture.h"
#include "registry/base/error.h"
#include "registry/net/ip_address.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class RegistryLoginSecurityTest : public RegistryLoginFixture {};

TEST_F(RegistryLoginSecurityTest, SecurityRow4_CheckedAddressesAreDialled) {
  Reply("https://reg.internal/v2/", Refused());
  Reply("http://reg.internal/v2/", Refused());
  EXPECT_TRUE(
      absl::IsUnavailable(LogIn("reg.internal", Config({{}, {}, {"10.0.0.0/8"}})).status()));
  ASSERT_THAT(transport_.requests(), SizeIs(2));
  for (const auto& request : transport_.requests()) {
    EXPECT_THAT(request.options.addresses, ElementsAre(*IpAddress::Parse("10.1.2.3")));
  }
  EXPECT_TRUE(transport_.requests()[0].options.tls.insecure_skip_verify);
  EXPECT_EQ(resolver_.queries("reg.internal"), 1);
}

TEST_F(RegistryLoginSecurityTest, SecurityRow5_OneLoopbackAddressOfTwoIsNoReasonForHttp) {
  Reply("https://rebind.example/v2/", Refused());
  EXPECT_TRUE(absl::IsUnavailable(LogIn("rebind.example").status()));
  EXPECT_THAT(Requests(), ElementsAre("https://rebind.example/v2/"));
  EXPECT_FALSE(transport_.requests()[0].options.tls.insecure_skip_verify);
}

TEST_F(RegistryLoginSecurityTest, SecurityRow6_NothingInClearAfterATlsFailure) {
  plaintext_ = {"reg"};
  Reply("https://reg/v2/",
        Failure(absl::StatusCode::kFailedPrecondition, Reason::kTlsVerificationFailed));
  const absl::Status status = LogIn("reg").status();
  EXPECT_EQ(ReasonOf(status), Reason::kTlsVerificationFailed) << status;
  EXPECT_THAT(Requests(), ElementsAre("https://reg/v2/"));
}

TEST_F(RegistryLoginSecurityTest, SecurityRow8_CredentialsNeverGoToAMirror) {
  const auto config = Config({{}, {"https://mirror.example"}, {}});
  for (const std::string address :
       {"", "docker.io", "index.docker.io", "https://index.docker.io/v1/"}) {
    for (const int status : {200, 401, 403, 500}) {
      SCOPED_TRACE(absl::StrCat(address, " ", status));
      const size_t before = Requests().size();
      Reply("https://registry-1.docker.io/v2/", Challenge("Basic"));
      Reply("https://registry-1.docker.io/v2/", Answer(status));
      EXPECT_EQ(LogIn(address, config).ok(), status == 200);
      const std::vector<std::string> requests = Requests();
      ASSERT_EQ(requests.size(), before + 2);
      EXPECT_EQ(requests[before], "https://registry-1.docker.io/v2/");
      EXPECT_EQ(requests[before + 1],
                "https://registry-1.docker.io/v2/ Basic YW5uOmNhbmFyeS01MWMw");
    }
  }
  EXPECT_EQ(resolver_.queries("mirror.example"), 0);
  // A login at the mirror itself has the caller's credentials for it.
  Reply("https://mirror.example/v2/", Answer(200));
  Reply("https://mirror.example/v2/", Answer(200));
  EXPECT_TRUE(LogIn("mirror.example", config).ok());
}

TEST_F(RegistryLoginSecurityTest, SecurityRow7_CredentialsDoNotFollowARedirectElsewhere) {
  Reply("https://reg/v2/", Answer(302, {{"Location", "https://mirror.example/v2/"}}));
  Reply("https://mirror.example/v2/", Challenge("Basic"));
  Reply("https://reg/v2/", Answer(302, {{"Location", "https://mirror.example/v2/"}}));
  Reply("https://mirror.example/v2/", Answer(401));
  EXPECT_TRUE(absl::IsUnauthenticated(LogIn("reg").status()));
  EXPECT_THAT(Requests(), ElementsAre("https://reg/v2/", "https://mirror.example/v2/",
                                      "https://reg/v2/", "https://mirror.example/v2/"));
}

TEST_F(RegistryLoginSecurityTest, SecurityRow15_CancellationStopsTheWork) {
  const auto cancellation = std::make_shared<Cancellation>();
  tokens_.SetAnswer([&](const TokenRequest&) {
    cancellation->Cancel();
    return Error(absl::StatusCode::kCancelled, Reason::kCancelled, "cancelled");
  });
  Reply("https://reg:5000/v2/", Challenge("Bearer realm=\"https://reg:5000/token\""));
  const absl::Status status =
      LogIn("reg:5000", Insecure(), {absl::InfiniteFuture(), cancellation}).status();
  EXPECT_TRUE(absl::IsCancelled(status)) << status;
  EXPECT_THAT(Requests(), ElementsAre("https://reg:5000/v2/"));
}

TEST_F(RegistryLoginSecurityTest, SecurityRow15_CancellationNeedsNoAnswer) {
  const auto cancellation = std::make_shared<Cancellation>();
  resolver_.Hold();
  Result result;
  Start("reg", Config(), {absl::InfiniteFuture(), cancellation}, result);
  ASSERT_FALSE(result.has_value());
  cancellation->Cancel();
  ASSERT_TRUE(result.has_value());
  EXPECT_TRUE(absl::IsCancelled(result->status())) << result->status();
  resolver_.Release();
  EXPECT_THAT(Requests(), IsEmpty());
}

TEST_F(RegistryLoginSecurityTest, SecurityRow20_NoErrorHoldsASecret) {
  credentials_.identity_token = Secret(kPassword);
  credentials_.registry_token = Secret(kPassword);
  credentials_.auth = Secret(kPassword);
  for (const std::string challenge : {"Basic", "Bearer realm=\"https://reg/token\""}) {
    for (const int status : {401, 403, 500}) {
      Reply("https://reg/v2/", Challenge(challenge));
      Reply("https://reg/v2/", Answer(status));
      EXPECT_THAT(LogIn("reg").status().ToString(), Not(HasSubstr(std::string(kPassword))));
    }
  }
}

}  // namespace
}  // namespace registryd
