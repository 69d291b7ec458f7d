#ifndef REGISTRYD_REGISTRY_SEARCH_SEARCH_REQUEST_H_
#define REGISTRYD_REGISTRY_SEARCH_SEARCH_REQUEST_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "registry/base/cancellation.h"
#include "registry/net/http_client.h"
#include "registry/net/upstream.h"
#include "registry/search/search_results.h"
#include "registry/v1/v1_endpoint.h"
#include "registry/v1/v1_requests.h"

namespace registryd {

// A question to an index.
struct SearchRequest {
  std::shared_ptr<const Upstream> upstream;
  V1Endpoint endpoint;
  // What authorizes it. May be null.
  std::shared_ptr<HttpHopHeaders> authorization;
  // As the index gets it: without the index's own name.
  std::string term;
  // How many results to ask for: 1 to 100.
  int64_t limit = 25;
};

// GETs `search` below the endpoint, asking for a token by X-Docker-Token, and reads the
// answer. Another status than 200 is an error.
//
// Errors: INVALID_ARGUMENT (FIELD_INVALID, field "limit"), before anything is sent; those
// of V1Requests::Send, of `authorization`, of RegistryError and of ParseSearchResults.
void SendSearchRequest(const V1Requests& requests, SearchRequest request,
                       const CallContext& context,
                       absl::AnyInvocable<void(absl::StatusOr<SearchResults>) &&> done);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_SEARCH_SEARCH_REQUEST_H_
