#include "registry/auth/endpoint_upstream.h"

#include <utility>

#include "absl/status/status.h"
#include "registry/net/registry_url.h"
#include "registry/uri/url.h"

namespace registryd {

absl::StatusOr<std::shared_ptr<const Upstream>> UpstreamOf(const APIEndpoint& endpoint,
                                                           const PlaintextHosts& plaintext) {
  const absl::StatusOr<Url> url = Url::Parse(std::string(endpoint.url));
  if (!url.ok()) return url.status();
  if (absl::Status s = CheckRegistryUrl(*url, "url"); !s.ok()) return s;
  Upstream upstream;
  upstream.origin = UrlString(url->scheme(), url->host());
  upstream.tls = endpoint.tls_config;
  upstream.checked_addresses = endpoint.checked_addresses;
  upstream.allow_plaintext_credentials = url->scheme() == "http" && plaintext.Allows(url->host());
  return std::make_shared<const Upstream>(std::move(upstream));
}

}  // namespace registryd
