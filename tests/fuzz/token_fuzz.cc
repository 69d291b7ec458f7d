// Answers of token servers. A token fits into a header, lasts from a minute before it
// came, and is in no error.
#include "registry/auth/token_response.h"
#include "registry/net/header_check.h"
#include "tests/fuzz/error_check.h"
#include "tests/fuzz/fuzz.h"

namespace registryd {

void FuzzOne(absl::string_view input) {
  const absl::Time now = absl::FromUnixSeconds(1'700'000'000);
  for (const TokenMethod method : {TokenMethod::kGet, TokenMethod::kPost}) {
    const absl::StatusOr<Token> token = ParseTokenResponse(input, method, now);
    if (!token.ok()) {
      // Short and always the same: nothing of the answer fits into it.
      CheckError(token.status(), absl::StatusCode::kInternal, Reason::kResponseInvalid, 160);
      continue;
    }
    FUZZ_CHECK(!token->access_token.empty() || method == TokenMethod::kPost);
    FUZZ_CHECK(CheckHeader("Authorization", token->access_token.Reveal()).ok());
    FUZZ_CHECK(token->access_token.Reveal().size() <= 3 * input.size());
    FUZZ_CHECK(token->refresh_token.Reveal().size() <= 3 * input.size());
    FUZZ_CHECK(token->withheld_from.empty());
  }
}

}  // namespace registryd
