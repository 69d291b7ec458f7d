#include "server/service/caller_identifier.h"

#include "absl/strings/str_cat.h"
#include "registry/base/error.h"

namespace registryd {

absl::Status RequireAdmin(const CallerIdentity& caller) {
  if (caller.role == Role::kAdmin) return absl::OkStatus();
  return Error(absl::StatusCode::kPermissionDenied, Reason::kAdminRequired,
               absl::StrCat("the caller (", caller.id, ") needs the role admin"));
}

absl::Status RequirePrivateAdmin(const CallerIdentity& caller) {
  if (absl::Status s = RequireAdmin(caller); !s.ok()) return s;
  if (caller.channel_private) return absl::OkStatus();
  return Error(absl::StatusCode::kPermissionDenied, Reason::kChannelNotPrivate,
               "private keys are sent only over the Unix socket or to a client certificate");
}

}  // namespace registryd
