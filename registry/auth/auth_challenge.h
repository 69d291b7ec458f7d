#ifndef REGISTRYD_REGISTRY_AUTH_AUTH_CHALLENGE_H_
#define REGISTRYD_REGISTRY_AUTH_AUTH_CHALLENGE_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "registry/net/http_message.h"

namespace registryd {

// What a registry wants before it answers: one WWW-Authenticate header.
struct AuthChallenge {
  // In lower case: "bearer", "basic".
  std::string scheme;
  // By name in lower case. A name that comes twice has its last value. No value is
  // empty. Values hold whatever bytes the server sent.
  std::map<std::string, std::string, std::less<>> parameters;
};

// The challenges in WWW-Authenticate headers, one at most from each, as Docker's
// distribution client reads them: a header that does not begin with a token holds
// none; parameters end at the first thing that is none, without an error.
std::vector<AuthChallenge> ParseChallenges(absl::Span<const absl::string_view> headers);

// The challenges of a response: none unless its status is 401.
std::vector<AuthChallenge> ChallengesOf(const HttpResponseHead& head);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_AUTH_AUTH_CHALLENGE_H_
