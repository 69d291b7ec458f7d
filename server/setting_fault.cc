#include "server/setting_fault.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

struct List {
  absl::string_view field;
  absl::string_view key;
};

constexpr List kLists[] = {
    {"mirrors", "registry-mirrors"},
    {"insecure_registries", "insecure-registries"},
    {"allow_nondistributable_artifacts", "allow-nondistributable-artifacts"},
};

}  // namespace

absl::Status NameSetting(const absl::Status& status, absl::string_view file) {
  const std::string field = FieldOf(status);
  for (const List& list : kLists) {
    absl::string_view index = field;
    if (!absl::ConsumePrefix(&index, list.field)) continue;
    const std::string setting = absl::StrCat(file, file.empty() ? "" : ": ", list.key, index);
    return FieldError(ReasonOf(status), setting, absl::StrCat(setting, ": ", status.message()));
  }
  return status;
}

}  // namespace registryd
