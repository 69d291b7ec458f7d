#include "server/service/v1_call_target.h"

#include "absl/strings/str_cat.h"
#include "registry/base/error.h"
#include "registry/uri/url.h"
#include "registry/v1/v1_endpoint.h"
#include "server/observe/host_label.h"

namespace registryd {

absl::Status CheckV1SessionId(absl::string_view id, absl::string_view field) {
  if (!id.empty()) return absl::OkStatus();
  return FieldError(Reason::kFieldMissing, field, absl::StrCat(field, " is required"));
}

absl::StatusOr<std::shared_ptr<V1Session>> FindV1Session(V1SessionTable& sessions,
                                                         absl::string_view id,
                                                         absl::string_view caller,
                                                         absl::string_view field) {
  if (absl::Status status = CheckV1SessionId(id, field); !status.ok()) return status;
  return sessions.Find(id, caller);
}

std::string V1RegistryLabel(const V1Session& session, absl::string_view registry) {
  if (registry.empty()) return HostLabel(session.endpoint().host());
  const absl::StatusOr<Url> url = Url::Parse(registry);
  return HostLabel(url.ok() ? url->host() : "");
}

std::string V1EndpointLabel(absl::string_view endpoint) {
  const absl::StatusOr<V1Endpoint> parsed = V1Endpoint::OfIndex(endpoint);
  return HostLabel(parsed.ok() ? parsed->host() : "");
}

}  // namespace registryd
