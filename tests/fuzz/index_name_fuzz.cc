// Names of indexes, search terms, and the keys of credentials.
#include <optional>

#include "absl/strings/match.h"
#include "registry/auth/auth_config.h"
#include "registry/reference/index_name.h"
#include "tests/fuzz/error_check.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/password_swap.h"

namespace registryd {
namespace {

void CheckNameError(const absl::Status& status, absl::string_view input,
                    Reason reason = Reason::kIndexNameInvalid) {
  CheckCallersError(status, absl::StatusCode::kInvalidArgument, reason, 4 * input.size() + 256);
  FUZZ_CHECK(FieldOf(status) == "name");
}

void CheckSecrecy(absl::string_view input) {
  const std::optional<SwappedPassword> swapped = SwapPassword(input);
  if (!swapped.has_value()) return;
  for (const absl::Status& status :
       {ValidateIndexName(swapped->text).status(), SearchIndexName(swapped->text).status(),
        SplitSearchName(swapped->text).status()}) {
    FUZZ_CHECK(!absl::StrContains(status.message(), swapped->password));
  }
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
    CheckNameError(
        split.status(), input,
        absl::StrContains(input, "://") ? Reason::kFieldInvalid : Reason::kIndexNameInvalid);
  }
  CheckSecrecy(input);
  const absl::string_view hostname = ConvertToHostname(input);
  FUZZ_CHECK(!absl::StrContains(hostname, '/'));
  FUZZ_CHECK(absl::StrContains(input, hostname));
}

}  // namespace registryd
