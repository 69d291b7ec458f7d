#include "registry/net/registry_url.h"

#include "absl/strings/str_cat.h"
#include "registry/base/error.h"
#include "registry/net/host_form.h"
#include "registry/uri/origin.h"
#include "registry/uri/quote.h"

namespace registryd {

absl::Status CheckRegistryUrl(const Url& url, absl::string_view field) {
  if (!OriginOf(url).has_value()) {
    return FieldError(Reason::kFieldInvalid, field,
                      absl::StrCat("no request can go to ", Quote(url.WithoutQuery())));
  }
  if (!HasUsualHost(url)) {
    return FieldError(Reason::kHostnameInvalid, field,
                      absl::StrCat("the host ", Quote(url.host()),
                                   " is neither a name nor an address in the usual form"));
  }
  return absl::OkStatus();
}

}  // namespace registryd
