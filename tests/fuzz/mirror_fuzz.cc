// Addresses of mirrors, in a configuration or a request.
#include <optional>

#include "absl/strings/match.h"
#include "registry/uri/mirror_url.h"
#include "tests/fuzz/error_check.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/password_swap.h"

namespace registryd {
namespace {

// Of what is a URL with user information the password is the one that it has; of other
// text, what may be one.
void CheckSecrecy(absl::string_view input) {
  const std::optional<SwappedPassword> swapped = SwapPassword(input);
  if (!swapped.has_value()) return;
  const absl::StatusOr<Url> url = Url::Parse(swapped->text);
  if (url.ok() && url->has_user_info() &&
      !absl::StrContains(url->password().Reveal(), swapped->password)) {
    return;
  }
  const absl::Status status = ValidateMirror(swapped->text).status();
  FUZZ_CHECK(!absl::StrContains(status.message(), swapped->password));
}

}  // namespace

void FuzzOne(absl::string_view input) {
  const absl::StatusOr<std::string> mirror = ValidateMirror(input);
  if (!mirror.ok()) {
    CheckError(mirror.status(), absl::StatusCode::kInvalidArgument, Reason::kMirrorInvalid,
               32 * input.size() + 512);
    FUZZ_CHECK(FieldOf(mirror.status()) == "mirror");
    CheckSecrecy(input);
    return;
  }
  FUZZ_CHECK(absl::EndsWith(*mirror, "/"));
  // An empty query or fragment, which is no error, has the slash in it.
  if (input.find_first_of("?#") == absl::string_view::npos) {
    const absl::StatusOr<std::string> again = ValidateMirror(*mirror);
    FUZZ_CHECK(again.ok() && *again == *mirror);
  }

  const absl::StatusOr<Url> url = MirrorLookupUrl(*mirror);
  if (!url.ok()) {
    CheckError(url.status(), absl::StatusCode::kInvalidArgument, Reason::kMirrorInvalid,
               32 * input.size() + 512);
    return;
  }
  FUZZ_CHECK(url->scheme() == "http" || url->scheme() == "https");
}

}  // namespace registryd
