#ifndef REGISTRYD_REGISTRY_SEARCH_INDEX_SEARCH_H_
#define REGISTRYD_REGISTRY_SEARCH_INDEX_SEARCH_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "registry/auth/auth_config.h"
#include "registry/auth/plaintext_hosts.h"
#include "registry/auth/token_source.h"
#include "registry/base/cancellation.h"
#include "registry/base/clock.h"
#include "registry/endpoint/endpoint_lookup.h"
#include "registry/net/http_client.h"
#include "registry/net/http_message.h"
#include "registry/search/search_filter.h"
#include "registry/search/search_results.h"

namespace registryd {

struct IndexSearchQuery {
  // "nginx", "registry.example/nginx": the index and what to look for there, as
  // SplitSearchName tells them apart.
  std::string term;
  std::vector<SearchFilterValue> filters;
  // How many results to ask the index for, before filters: 1 to 100; 0 means 25.
  int64_t limit = 0;
  // Null: anonymous.
  std::shared_ptr<const AuthConfig> credentials;
  // `User-Agent`. Empty: the service's own.
  std::string user_agent;
  // More headers for the index, as CheckCallerHeaders has them.
  std::vector<HttpHeader> headers;
  // As in TokenRequest.
  std::string caller;
};

// Searches indexes as Docker Engine's Service.Search does. The index is pinged (V1, but
// not Docker Hub's), and then asked with what the credentials are good for:
//   - an identity token and a user name: a bearer token with the scope
//     `registry:catalog:search`, or whatever else the index's V2 ping wants;
//   - otherwise what a V1 session has (V1Authorizer), for which an index reached by https
//     is pinged once more.
// No request takes longer than V1Requests::kTimeout. Thread-safe.
class IndexSearch {
 public:
  using Results = absl::AnyInvocable<void(absl::StatusOr<std::vector<SearchResult>>) &&>;

  // All outlive this object and its calls. `plaintext` names the indexes that get
  // credentials by plain http.
  IndexSearch(EndpointLookup& lookup, HttpClient& client, TokenSource& tokens, const Clock& clock,
              PlaintextHosts plaintext = {});

  // Calls `done` exactly once, with what the filter lets through, in the index's order;
  // `is_automated` is always false.
  //
  // Errors: those of CheckCallerHeaders and SearchFilter::Parse; INVALID_ARGUMENT
  // (FIELD_INVALID, INDEX_NAME_INVALID, HOSTNAME_INVALID, field "term"), those of
  // SplitSearchName, V1Endpoint::OfIndex and CertsDirectory::CheckHost; others of
  // EndpointLookup; those of OpenV1Endpoint, RequestAuthorizer and SendSearchRequest. As
  // in Docker Engine, a limit out of range is found only after the pings.
  void Search(EndpointLookup::Config config, IndexSearchQuery query, const CallContext& context,
              Results done);

 private:
  class Call;

  EndpointLookup& lookup_;
  HttpClient& client_;
  TokenSource& tokens_;
  const Clock& clock_;
  const PlaintextHosts plaintext_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_SEARCH_INDEX_SEARCH_H_
