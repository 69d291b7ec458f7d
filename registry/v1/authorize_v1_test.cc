#include "registry/v1/authorize_v1.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/auth/auth_config.h"
#include "registry/base/error.h"
#include "registry/uri/url.h"
#include "registry/v1/v1_endpoint.h"
#include "registry/v1/v1_test_base.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AuthorizeV1Test : public V1TestBase {
 protected:
  absl::StatusOr<AuthorizedV1Endpoint> Authorize(absl::string_view address, V1Ping ping) {
    const V1Endpoint endpoint = *V1Endpoint::Parse(address);
    auto credentials = std::make_shared<AuthConfig>();
    credentials->username = "ann";
    V1Outcome<AuthorizedV1Endpoint> outcome;
    AuthorizeV1(V1Requests(client_, clock_, {}),
                {endpoint, MakeUpstream(endpoint.origin(), true), std::move(ping)},
                std::move(credentials), {}, outcome.Done());
    return outcome.Take();
  }

  // Whether requests that ask for no token carry credentials.
  static bool AlwaysBasic(const AuthorizedV1Endpoint& authorized) {
    std::optional<size_t> headers;
    const Url url = *Url::Parse(authorized.opened.endpoint.ToString());
    authorized.authorizer->ForCall(authorized.opened.upstream, false)
        ->Prepare({url}, {}, [&](absl::StatusOr<std::vector<SecretHttpHeader>> result) {
          headers = result.value().size();
        });
    return headers.value() > 0;
  }
};

TEST_F(AuthorizeV1Test, AnHttpsEndpointIsPingedAgain) {
  transport_.Reply("GET", "https://r.example/v1/_ping", {{200, {}}, {R"({"standalone": true})"}});
  auto authorized = Authorize("https://r.example", {false, ""});
  ASSERT_TRUE(authorized.ok()) << authorized.status();
  EXPECT_TRUE(authorized->opened.ping.standalone);
  EXPECT_TRUE(AlwaysBasic(*authorized));

  transport_.Reply("GET", "https://r.example/v1/_ping", {{200, {}}, {R"({"standalone": false})"}});
  authorized = Authorize("https://r.example", {true, ""});
  ASSERT_TRUE(authorized.ok()) << authorized.status();
  EXPECT_FALSE(AlwaysBasic(*authorized));
}

TEST_F(AuthorizeV1Test, AnHttpEndpointIsNot) {
  const auto authorized = Authorize("http://r.example", {true, "0.9"});
  ASSERT_TRUE(authorized.ok()) << authorized.status();
  EXPECT_THAT(Sent(), IsEmpty());
  EXPECT_EQ(authorized->opened.ping.version, "0.9");
  EXPECT_FALSE(AlwaysBasic(*authorized));
}

TEST_F(AuthorizeV1Test, NorIsTheIndexServer) {
  const auto authorized = Authorize(kIndexServer, {false, ""});
  ASSERT_TRUE(authorized.ok()) << authorized.status();
  EXPECT_THAT(Sent(), IsEmpty());
  EXPECT_FALSE(AlwaysBasic(*authorized));
}

TEST_F(AuthorizeV1Test, APingThatFailsIsAnError) {
  transport_.Reply("GET", "https://r.example/v1/_ping", Refused());
  EXPECT_EQ(ReasonOf(Authorize("https://r.example", {true, ""}).status()),
            Reason::kConnectionFailed);
  EXPECT_THAT(Sent(), ElementsAre("GET https://r.example/v1/_ping"));
}

}  // namespace
}  // namespace registryd
