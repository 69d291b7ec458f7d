#include "registry/auth/realm_policy.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

// What becomes of a request with credentials.
enum Outcome { kSent, kAnonymous, kRealmRefused, kPlaintextRefused };

std::ostream& operator<<(std::ostream& stream, Outcome outcome) {
  constexpr const char* kNames[] = {"sent", "anonymous", "realm refused", "plaintext refused"};
  return stream << kNames[outcome];
}

struct Registry {
  std::string origin;
  bool insecure_skip_verify = false;
  bool allow_plaintext = false;
};

Upstream UpstreamOf(const Registry& registry) {
  Upstream upstream;
  upstream.origin = registry.origin;
  upstream.tls.insecure_skip_verify = registry.insecure_skip_verify;
  upstream.allow_plaintext_credentials = registry.allow_plaintext;
  return upstream;
}

Outcome Decide(const RealmPolicy& policy, const Registry& registry, absl::string_view realm) {
  const auto decision = policy.Decide(UpstreamOf(registry), realm, /*has_credentials=*/true);
  if (decision.ok()) return decision->may_have_credentials ? kSent : kAnonymous;
  EXPECT_EQ(decision.status().code(), absl::StatusCode::kFailedPrecondition);
  switch (ReasonOf(decision.status())) {
    case Reason::kRealmRefused:
      return kRealmRefused;
    case Reason::kPlaintextCredentialsRefused:
      return kPlaintextRefused;
    default:
      ADD_FAILURE() << decision.status();
      return kRealmRefused;
  }
}

RealmPolicy Policy(const std::vector<std::string>& trusted,
                   const std::vector<std::string>& plaintext = {}) {
  return RealmPolicy::Create(trusted, PlaintextHosts::Create(plaintext).value()).value();
}

const Registry kHttps{"https://registry.example:5000"};
const Registry kUnverified{"https://registry.example:5000", /*insecure_skip_verify=*/true};
const Registry kHttp{"http://registry.example:5000"};
const Registry kHttpAllowed{"http://registry.example:5000", false, /*allow_plaintext=*/true};

// Every kind of registry against every kind of realm, with no realm trusted.
TEST(SecurityRow1, CredentialsGoToTheRegistrysOwnHostAlone) {
  const struct {
    std::string realm;
    Outcome https, unverified, http, http_allowed;
  } kCases[] = {
      {"https://registry.example:5000/token", kSent, kSent, kAnonymous, kAnonymous},
      {"https://REGISTRY.example:5000/token?x=1#f", kSent, kSent, kAnonymous, kAnonymous},
      {"https://registry.example/token", kSent, kAnonymous, kAnonymous, kAnonymous},
      {"https://registry.example:5001/token", kSent, kAnonymous, kAnonymous, kAnonymous},
      {"http://registry.example:5000/token", kRealmRefused, kRealmRefused, kPlaintextRefused,
       kSent},
      {"HTTP://Registry.Example:5000", kRealmRefused, kRealmRefused, kPlaintextRefused, kSent},
      {"http://registry.example/token", kRealmRefused, kRealmRefused, kAnonymous, kAnonymous},
      {"http://registry.example:5001/token", kRealmRefused, kRealmRefused, kAnonymous, kAnonymous},
      {"https://evil.example/token", kAnonymous, kAnonymous, kAnonymous, kAnonymous},
      {"https://evil.example:5000/token", kAnonymous, kAnonymous, kAnonymous, kAnonymous},
      {"http://evil.example:5000/token", kRealmRefused, kRealmRefused, kAnonymous, kAnonymous},
      // Looks like the registry's host, and is not.
      {"https://registry.example.evil.example:5000/", kAnonymous, kAnonymous, kAnonymous,
       kAnonymous},
      {"https://sub.registry.example:5000/", kAnonymous, kAnonymous, kAnonymous, kAnonymous},
      {"https://example:5000/", kAnonymous, kAnonymous, kAnonymous, kAnonymous},
      {"https://registry.example.:5000/", kAnonymous, kAnonymous, kAnonymous, kAnonymous},
      {"https://registry\xe3\x80\x82"
       "example:5000/",
       kAnonymous, kAnonymous, kAnonymous, kAnonymous},
      {"https://evil.example/?https://registry.example:5000/", kAnonymous, kAnonymous, kAnonymous,
       kAnonymous},
      {"https://evil.example#@registry.example:5000/", kAnonymous, kAnonymous, kAnonymous,
       kAnonymous},
      // Docker Hub's token server is for Docker Hub.
      {"https://auth.docker.io/token", kAnonymous, kAnonymous, kAnonymous, kAnonymous},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Decide(RealmPolicy(), kHttps, c.realm), c.https) << c.realm;
    EXPECT_EQ(Decide(RealmPolicy(), kUnverified, c.realm), c.unverified) << c.realm;
    EXPECT_EQ(Decide(RealmPolicy(), kHttp, c.realm), c.http) << c.realm;
    EXPECT_EQ(Decide(RealmPolicy(), kHttpAllowed, c.realm), c.http_allowed) << c.realm;
  }
}

TEST(SecurityRow1, TrustedRealmsGetCredentialsByHttps) {
  const RealmPolicy policy =
      Policy({"auth.example", "Tokens.Example:8443", "10.0.0.1:80", "[fd00::1]:5001", "fd00::2"});
  const struct {
    std::string realm;
    Outcome https, http;
  } kCases[] = {
      {"https://auth.example/token", kSent, kSent},
      {"https://AUTH.example:443/token", kSent, kSent},
      {"https://auth.example:444/token", kAnonymous, kAnonymous},
      {"https://a.auth.example/token", kAnonymous, kAnonymous},
      {"https://auth.example.evil.example/", kAnonymous, kAnonymous},
      {"http://auth.example/token", kRealmRefused, kPlaintextRefused},
      {"http://auth.example:8080/token", kRealmRefused, kAnonymous},
      {"https://tokens.example:8443/", kSent, kSent},
      {"https://tokens.example/", kAnonymous, kAnonymous},
      {"http://10.0.0.1/", kRealmRefused, kPlaintextRefused},
      {"https://10.0.0.1:80/", kSent, kSent},
      {"https://10.0.0.1/", kAnonymous, kAnonymous},
      {"https://[fd00::1]:5001/", kSent, kSent},
      {"https://[FD00::2]/", kSent, kSent},
      {"https://[fd00::3]/", kAnonymous, kAnonymous},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Decide(policy, kHttps, c.realm), c.https) << c.realm;
    EXPECT_EQ(Decide(policy, kUnverified, c.realm), c.https) << c.realm;
    EXPECT_EQ(Decide(policy, kHttp, c.realm), c.http) << c.realm;
    EXPECT_EQ(Decide(policy, kHttpAllowed, c.realm), c.http) << c.realm;
  }
}

TEST(SecurityRow1, TrustedRealmByHttpNeedsAnAllowanceOfItsOwn) {
  const RealmPolicy policy = Policy({"auth.example:8080", "other.example"}, {"auth.example:8080"});
  EXPECT_EQ(Decide(policy, kHttp, "http://auth.example:8080/token"), kSent);
  EXPECT_EQ(Decide(policy, kHttp, "http://auth.example/token"), kAnonymous);
  EXPECT_EQ(Decide(policy, kHttp, "http://other.example/token"), kPlaintextRefused);
  EXPECT_EQ(Decide(policy, kHttps, "http://auth.example:8080/token"), kRealmRefused);
  // An allowance is no trust.
  EXPECT_EQ(Decide(Policy({}, {"auth.example"}), kHttp, "http://auth.example/"), kAnonymous);
}

TEST(SecurityRow1, DockerHubHasATokenServerOfItsOwn) {
  const struct {
    Registry registry;
    std::string realm;
    Outcome outcome;
  } kCases[] = {
      {{"https://registry-1.docker.io"}, "https://auth.docker.io/token", kSent},
      {{"https://registry-1.docker.io:443"}, "https://auth.docker.io:443/token", kSent},
      {{"https://index.docker.io"}, "https://auth.docker.io/token", kSent},
      {{"https://docker.io"}, "https://auth.docker.io/token", kSent},
      {{"https://registry-1.docker.io"}, "https://auth.docker.io:444/token", kAnonymous},
      {{"https://registry-1.docker.io"}, "http://auth.docker.io/token", kRealmRefused},
      {{"https://registry-1.docker.io"}, "https://auth.docker.com/token", kAnonymous},
      {{"https://registry-1.docker.io:5000"}, "https://auth.docker.io/token", kAnonymous},
      {{"https://evil.docker.io"}, "https://auth.docker.io/token", kAnonymous},
      {{"https://docker.io.evil.example"}, "https://auth.docker.io/token", kAnonymous},
      {{"https://registry-1.docker.io", true}, "https://auth.docker.io/token", kAnonymous},
      {{"http://registry-1.docker.io", false, true}, "https://auth.docker.io/token", kAnonymous},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Decide(RealmPolicy(), c.registry, c.realm), c.outcome)
        << c.registry.origin << " " << c.realm;
  }
}

TEST(SecurityRow2, OnlyTrustedRealmsMayHaveAnyAddress) {
  const RealmPolicy policy = Policy({"auth.internal"});
  const auto configured = [&](absl::string_view realm) {
    return policy.Decide(UpstreamOf(kHttps), realm, true)->host_is_configured;
  };
  EXPECT_TRUE(configured("https://auth.internal/token"));
  EXPECT_FALSE(configured("https://auth.internal:444/token"));
  EXPECT_FALSE(configured("https://registry.example:5000/token"));
  EXPECT_FALSE(configured("https://auth.docker.io/token"));
  EXPECT_FALSE(configured("https://169.254.169.254/"));
}

TEST(SecurityRow3, UnusableRealmsAreRefused) {
  for (const std::string realm : {"",
                                  "token",
                                  "/token",
                                  "//auth.example/token",
                                  "https:auth.example",
                                  "https://",
                                  "https:///x",
                                  "https://:443/",
                                  "ftp://auth.example/",
                                  "file:///etc/passwd",
                                  "javascript:x",
                                  "https://auth.example:0/",
                                  "https://auth.example:65536/",
                                  "https://auth.example:x/",
                                  "https://ann@registry.example:5000/",
                                  "https://ann:secret@registry.example:5000/",
                                  "https://@registry.example:5000/",
                                  "https://%zz/",
                                  "https://a b/",
                                  "https://a\nb/",
                                  "https://[::1/",
                                  " https://registry.example:5000/"}) {
    for (const Registry& registry : {kHttps, kUnverified, kHttp, kHttpAllowed}) {
      EXPECT_EQ(Decide(RealmPolicy(), registry, realm), kRealmRefused) << realm;
    }
  }
  EXPECT_EQ(Decide(RealmPolicy(), {"nonsense"}, "https://auth.example/"), kRealmRefused);
  EXPECT_EQ(Decide(RealmPolicy(), {""}, "https://auth.example/"), kRealmRefused);
}

TEST(SecurityRow3, HttpRealmOfAnHttpsRegistryIsRefusedWithoutCredentialsToo) {
  const auto decision =
      Policy({"auth.example"}, {"auth.example"})
          .Decide(UpstreamOf(kHttps), "http://auth.example/", /*has_credentials=*/false);
  EXPECT_EQ(ReasonOf(decision.status()), Reason::kRealmRefused);
}

TEST(RealmPolicy, WithoutCredentialsPlainHttpIsNoObstacle) {
  const RealmPolicy policy = Policy({"auth.example"});
  for (const std::string realm : {"http://registry.example:5000/token", "http://auth.example/"}) {
    const auto decision = policy.Decide(UpstreamOf(kHttp), realm, /*has_credentials=*/false);
    ASSERT_TRUE(decision.ok()) << decision.status();
    EXPECT_FALSE(decision->may_have_credentials);
  }
}

TEST(SecurityRow20, MessagesHoldNoPasswordAndNoQuery) {
  for (const std::string realm :
       {"https://ann:canary@auth.example/",
        "https://ann:can\x01"
        "ary@auth.example/canary",
        "http://auth.example/?token=canary", "ftp://auth.example/?canary"}) {
    const auto decision = RealmPolicy().Decide(UpstreamOf(kHttps), realm, true);
    ASSERT_FALSE(decision.ok());
    EXPECT_FALSE(absl::StrContains(decision.status().message(), "?")) << decision.status();
    EXPECT_FALSE(absl::StrContains(decision.status().message(), ":canary")) << decision.status();
  }
  const auto decision = RealmPolicy().Decide(
      UpstreamOf(kHttps), absl::StrCat("http://auth.example/", std::string(1 << 16, 'x')), true);
  EXPECT_LT(decision.status().message().size(), 400u);
}

TEST(RealmPolicy, CreateRefusesWhatIsNoHost) {
  for (const std::string entry : {"", "https://auth.example", "auth.example/token", "a b",
                                  "auth.example:x", "auth.example:65536", "ann@auth.example"}) {
    const auto policy = RealmPolicy::Create({entry}, PlaintextHosts());
    EXPECT_EQ(policy.status().code(), absl::StatusCode::kInvalidArgument) << entry;
    EXPECT_EQ(ReasonOf(policy.status()), Reason::kSettingInvalid) << entry;
  }
}

}  // namespace
}  // namespace registryd
