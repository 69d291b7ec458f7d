// WWW-Authenticate headers, a line each, and what is then allowed to their realms.
#include <vector>

#include "absl/strings/ascii.h"
#include "registry/auth/auth_challenge.h"
#include "registry/auth/realm_policy.h"
#include "tests/fuzz/error_check.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input.h"

namespace registryd {
namespace {

bool IsLower(absl::string_view text) { return absl::AsciiStrToLower(text) == text; }

// A registry at `address` names `realm`: nobody but its own host, a trusted realm or
// Docker Hub's gets credentials, and nobody by http.
void CheckRealm(absl::string_view address, absl::string_view realm) {
  static const auto& policy = *new RealmPolicy(
      RealmPolicy::Create({"auth.example", "[::1]:5001"}, PlaintextHosts()).value());
  Upstream upstream;
  upstream.origin = std::string(address);
  const absl::StatusOr<RealmDecision> decision = policy.Decide(upstream, realm, true);
  if (!decision.ok()) {
    FUZZ_CHECK(decision.status().code() == absl::StatusCode::kFailedPrecondition);
    CheckShowable(decision.status().message(), 1024);
    return;
  }
  FUZZ_CHECK(!decision->url.has_user_info());
  FUZZ_CHECK(decision->origin.scheme == "https" || address.substr(0, 5) == "http:");
  if (!decision->may_have_credentials) return;
  const std::string& host = decision->origin.host;
  const bool is_hub = address == "https://registry-1.docker.io";
  FUZZ_CHECK(decision->origin.scheme == "https");
  FUZZ_CHECK(host == "auth.example" || host == "::1" ||
             host == (is_hub ? "registry-1.docker.io" : "registry.example") ||
             (is_hub && host == "auth.docker.io"));
}

}  // namespace

void FuzzOne(absl::string_view input) {
  std::vector<absl::string_view> headers;
  for (FuzzInput parts(input); !parts.empty();) headers.push_back(parts.Line());
  const std::vector<AuthChallenge> challenges = ParseChallenges(headers);
  FUZZ_CHECK(challenges.size() <= headers.size());
  size_t bytes = 0;
  for (const AuthChallenge& challenge : challenges) {
    FUZZ_CHECK(!challenge.scheme.empty() && IsLower(challenge.scheme));
    bytes += challenge.scheme.size();
    for (const auto& [name, value] : challenge.parameters) {
      FUZZ_CHECK(!name.empty() && IsLower(name));
      FUZZ_CHECK(!value.empty());
      bytes += name.size() + value.size();
    }
    const auto realm = challenge.parameters.find("realm");
    if (realm == challenge.parameters.end()) continue;
    for (const char* address :
         {"https://registry.example", "http://registry.example", "https://registry-1.docker.io"}) {
      CheckRealm(address, realm->second);
    }
  }
  FUZZ_CHECK(bytes <= input.size());
}

}  // namespace registryd
