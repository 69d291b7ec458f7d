// Addresses of mirrors, in a configuration or a request.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "registry/uri/mirror_url.h"
#include "registry/uri/password_mask.h"
#include "tests/fuzz/error_check.h"
#include "tests/fuzz/fuzz.h"

namespace registryd {
namespace {

// What may be a password of `mirror`: of what is a URL with user information, the one
// that it has, in whatever form.
void CheckSecrecy(absl::string_view message, absl::string_view mirror) {
  constexpr absl::string_view kWords =
      "invalid mirror: unsupported scheme query or fragment username/password not allowed in URI";
  const absl::StatusOr<Url> url = Url::Parse(mirror);
  if (url.ok() && url->has_user_info()) {
    FUZZ_CHECK(!Reveals(message, url->password().Reveal(),
                        absl::StrCat(kWords, " ", url->MaskedUserInfo())));
    return;
  }
  const absl::string_view password = FindPassword(mirror);
  if (password.empty()) return;
  FUZZ_CHECK(!Reveals(
      message, password,
      absl::StrCat(
          kWords, " ", mirror.substr(0, password.data() - mirror.data()), " ",
          absl::string_view(password.data() + password.size(),
                            mirror.data() + mirror.size() - password.data() - password.size()))));
}

}  // namespace

void FuzzOne(absl::string_view input) {
  const absl::StatusOr<std::string> mirror = ValidateMirror(input);
  if (!mirror.ok()) {
    CheckError(mirror.status(), absl::StatusCode::kInvalidArgument, Reason::kMirrorInvalid,
               32 * input.size() + 512);
    FUZZ_CHECK(FieldOf(mirror.status()) == "mirror");
    CheckSecrecy(mirror.status().message(), input);
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
  FUZZ_CHECK(!url->has_user_info());
}

}  // namespace registryd
