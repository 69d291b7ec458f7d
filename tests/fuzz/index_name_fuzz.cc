// Names of indexes, search terms, and the keys of credentials.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "registry/auth/auth_config.h"
#include "registry/reference/index_name.h"
#include "registry/uri/password_mask.h"
#include "tests/fuzz/error_check.h"
#include "tests/fuzz/fuzz.h"

namespace registryd {
namespace {

void CheckNameError(const absl::Status& status, absl::string_view input) {
  CheckCallersError(status, absl::StatusCode::kInvalidArgument, Reason::kIndexNameInvalid,
                    4 * input.size() + 256);
  FUZZ_CHECK(FieldOf(status) == "name");
  const absl::string_view password = FindPassword(input);
  if (password.empty()) return;
  const std::string open =
      absl::StrCat("invalid index name repository should not have a scheme begin or end hyphen ",
                   input.substr(0, password.data() - input.data()), " ",
                   input.substr(password.data() + password.size() - input.data()));
  FUZZ_CHECK(!Reveals(status.message(), password, open));
}

void CheckIndexName(const std::string& name) {
  const absl::StatusOr<std::string> again = ValidateIndexName(name);
  FUZZ_CHECK(again.ok() && *again == name);
}

}  // namespace

void FuzzOne(absl::string_view input) {
  if (const auto name = ValidateIndexName(input); name.ok()) {
    CheckIndexName(*name);
  } else {
    CheckNameError(name.status(), input);
  }
  const auto index = SearchIndexName(input);
  if (index.ok()) {
    CheckIndexName(*index);
  } else {
    CheckNameError(index.status(), input);
  }
  if (const auto split = SplitSearchName(input); split.ok()) {
    CheckIndexName(split->index_name);
    FUZZ_CHECK(index.ok() && *index == split->index_name);
    FUZZ_CHECK(absl::EndsWith(input, split->remote_name));
  } else {
    CheckNameError(split.status(), input);
  }
  const absl::string_view hostname = ConvertToHostname(input);
  FUZZ_CHECK(!absl::StrContains(hostname, '/'));
  FUZZ_CHECK(absl::StrContains(input, hostname));
}

}  // namespace registryd
