// What becomes part of a V1 request's path: ids, tags, repositories, registries' URLs.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "registry/uri/password_mask.h"
#include "registry/v1/v1_names.h"
#include "tests/fuzz/error_check.h"
#include "tests/fuzz/fuzz.h"

namespace registryd {
namespace {

void CheckFieldError(const absl::Status& status, absl::string_view input) {
  FUZZ_CHECK(status.code() == absl::StatusCode::kInvalidArgument);
  FUZZ_CHECK(FieldOf(status) == "field");
  CheckUtf8(status.message(), 32 * input.size() + 512);
}

// In a path, `name` stays where it is put.
void CheckPlace(absl::string_view name) {
  const auto url =
      Url::Parse(absl::StrCat("https://registry.example/v1/images/", EscapeV1Name(name), "/json"));
  FUZZ_CHECK(url.ok());
  FUZZ_CHECK(url->host() == "registry.example" && url->query().empty() && url->fragment().empty());
  const Url resolved = url->Resolve(*url);
  FUZZ_CHECK(absl::StartsWith(resolved.path(), "/v1/images/"));
  FUZZ_CHECK(absl::EndsWith(resolved.path(), "/json"));
}

}  // namespace

void FuzzOne(absl::string_view input) {
  for (const absl::Status& status : {CheckImageId(input, "field"), CheckTag(input, "field")}) {
    if (status.ok()) {
      CheckPlace(input);
    } else {
      CheckFieldError(status, input);
    }
  }
  if (const auto path = RepositoryPath(input, "field"); path.ok()) {
    CheckPlace(*path);
  } else {
    CheckFieldError(path.status(), input);
  }
  const auto registry = ParseV1RegistryUrl(input, "field");
  if (!registry.ok()) {
    CheckFieldError(registry.status(), input);
    return;
  }
  FUZZ_CHECK(absl::EndsWith(registry->base, "/"));
  const auto again = ParseV1RegistryUrl(registry->base, "field");
  FUZZ_CHECK(again.ok());
  FUZZ_CHECK(again->base == registry->base && again->origin == registry->origin);
}

}  // namespace registryd
