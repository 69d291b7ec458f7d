#ifndef REGISTRYD_SERVER_SERVICE_LOOKUP_TARGET_H_
#define REGISTRYD_SERVER_SERVICE_LOOKUP_TARGET_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "registry/base/error.h"
#include "registry/reference/reference.h"

namespace registryd {

// `status`, if it is INVALID_ARGUMENT with `field` as the one at fault: the core
// names its own argument, which a request may call otherwise.
inline absl::Status BlameField(absl::Status status, absl::string_view field) {
  if (status.code() != absl::StatusCode::kInvalidArgument) return status;
  status.ErasePayload(kBadRequestUrl);
  return WithFieldPrefix(std::move(status), field);
}

// Which of the fields of a `target`, of any message that has one, is set. Of static
// storage.
template <typename Message>
absl::string_view TargetField(const Message& message) {
  switch (message.target_case()) {
    case Message::kHostname:
      return "hostname";
    case Message::kReference:
      return "reference";
    case Message::TARGET_NOT_SET:
      break;
  }
  return "target";
}

// HOST[:PORT] that a `target` means. INVALID_ARGUMENT (FIELD_MISSING or
// REFERENCE_INVALID), naming TargetField.
template <typename Message>
absl::StatusOr<std::string> TargetHostname(const Message& message) {
  switch (message.target_case()) {
    case Message::kHostname:
      return message.hostname();
    case Message::kReference: {
      absl::StatusOr<Reference> reference = Reference::Parse(message.reference());
      if (!reference.ok()) return reference.status();
      return std::string(reference->domain());
    }
    case Message::TARGET_NOT_SET:
      break;
  }
  return FieldError(Reason::kFieldMissing, TargetField(message),
                    "either hostname or reference is required");
}

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SERVICE_LOOKUP_TARGET_H_
