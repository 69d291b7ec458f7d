#ifndef REGISTRYD_SERVER_SETTING_FAULT_H_
#define REGISTRYD_SERVER_SETTING_FAULT_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace registryd {

// `status`, an error about ServiceOptions, for the operator who wrote them: its
// message begins with the setting at fault, "registry-mirrors[1]: ...", where a
// caller of the API gets the field of the request. Anything else as it is. `file`, if
// any, is where the setting stands, and comes before it.
absl::Status NameSetting(const absl::Status& status, absl::string_view file = "");

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SETTING_FAULT_H_
