#include "registry/v1/v1_endpoint.h"

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "registry/auth/auth_config.h"
#include "registry/base/error.h"
#include "registry/net/registry_url.h"
#include "registry/reference/index_name.h"
#include "registry/reference/reference.h"
#include "registry/uri/password_mask.h"
#include "registry/uri/quote.h"
#include "registry/uri/url.h"

namespace registryd {
namespace {

constexpr absl::string_view kField = "endpoint";

absl::Status Invalid(absl::string_view message) {
  return FieldError(Reason::kHostnameInvalid, kField, message);
}

absl::Status NoEndpoint(absl::string_view address) {
  return Invalid(absl::StrCat("invalid registry endpoint ", Quote(MaskPassword(address)),
                              ": HOST[:PORT] is expected, or an http or https URL without user "
                              "information, query and fragment"));
}

// What Parse gets for an index.
absl::StatusOr<std::string> IndexAddress(absl::string_view index) {
  if (index.empty()) return std::string(kIndexServer);
  if (absl::StrContains(index, '/')) return std::string(index);
  absl::StatusOr<std::string> name = ValidateIndexName(index);
  if (!name.ok()) return FieldError(ReasonOf(name.status()), kField, name.status().message());
  if (*name == kDefaultDomain) return std::string(kIndexServer);
  return name;
}

}  // namespace

absl::StatusOr<V1Endpoint> V1Endpoint::Parse(absl::string_view address) {
  absl::string_view trimmed = absl::StripSuffix(address, "/");
  if (absl::EndsWith(trimmed, "/v2")) {
    return Invalid(
        absl::StrCat("search is not supported on v2 endpoints: ", MaskPassword(address)));
  }
  absl::ConsumeSuffix(&trimmed, "/v1");
  const bool has_scheme =
      absl::StartsWith(address, "http://") || absl::StartsWith(address, "https://");
  if (!has_scheme && absl::StrContains(address, "://")) return NoEndpoint(address);
  const absl::StatusOr<Url> url = Url::Parse(absl::StrCat(has_scheme ? "" : "https://", trimmed));
  if (!url.ok()) return Invalid(url.status().message());
  if (url->host().empty() || url->has_user_info() || !url->opaque().empty() ||
      trimmed.find_first_of("?#") != absl::string_view::npos) {
    return NoEndpoint(address);
  }
  V1Endpoint endpoint;
  endpoint.scheme_ = url->scheme();
  endpoint.host_ = url->host();
  endpoint.path_ = url->path();
  return endpoint;
}

absl::StatusOr<V1Endpoint> V1Endpoint::OfIndex(absl::string_view index) {
  absl::StatusOr<std::string> address = IndexAddress(index);
  if (!address.ok()) return address.status();
  absl::StatusOr<V1Endpoint> endpoint = Parse(*address);
  if (!endpoint.ok()) return endpoint;
  const absl::StatusOr<Url> url = Url::Parse(endpoint->origin());
  const absl::Status status = url.ok() ? CheckRegistryUrl(*url, kField) : url.status();
  if (!status.ok()) return Invalid(status.message());
  return endpoint;
}

std::string V1Endpoint::Path(absl::string_view path) const {
  return absl::StrCat(root(), "/v1/", path);
}

std::string V1Endpoint::root() const { return absl::StrCat(origin(), path_); }

std::string V1Endpoint::origin() const { return UrlString(scheme_, host_); }

bool V1Endpoint::is_index_server() const { return ToString() == kIndexServer; }

V1Endpoint V1Endpoint::WithScheme(absl::string_view scheme) const {
  V1Endpoint endpoint = *this;
  endpoint.scheme_ = std::string(scheme);
  return endpoint;
}

}  // namespace registryd
