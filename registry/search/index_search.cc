#include "registry/search/index_search.h"

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "registry/auth/request_authorizer.h"
#include "registry/base/error.h"
#include "registry/reference/index_name.h"
#include "registry/search/search_request.h"
#include "registry/v1/authorize_v1.h"
#include "registry/v1/caller_headers.h"
#include "registry/v1/open_v1_endpoint.h"
#include "registry/v1/v1_endpoint.h"
#include "registry/v1/v1_requests.h"
#include "registry/v1/v1_trust.h"

namespace registryd {
namespace {

constexpr absl::string_view kScope = "registry:catalog:search";
constexpr int64_t kDefaultLimit = 25;

// What is wrong with an index's name is wrong with the term that holds it.
absl::Status AsTermError(const absl::Status& status) {
  const Reason reason = ReasonOf(status);
  if (reason != Reason::kFieldInvalid && reason != Reason::kIndexNameInvalid &&
      reason != Reason::kHostnameInvalid) {
    return status;
  }
  return FieldError(reason, "term", status.message());
}

}  // namespace

// One search. Owns itself through what it waits for; its steps are in order.
class IndexSearch::Call : public std::enable_shared_from_this<Call> {
 public:
  Call(IndexSearch& search, SearchFilter filter, SearchName name, V1Endpoint endpoint,
       std::vector<HttpHeader> headers, IndexSearchQuery query, CallContext context, Results done)
      : search_(search),
        filter_(filter),
        name_(std::move(name)),
        endpoint_(std::move(endpoint)),
        requests_(search.client_, search.clock_, std::move(headers),
                  query.credentials == nullptr ? "" : query.caller),
        query_(std::move(query)),
        context_(std::move(context)),
        done_(std::move(done)) {}

  void Start(EndpointLookup::Config config) {
    FindV1Trust(search_.lookup_, std::move(config), search_.plaintext_, endpoint_, context_,
                [self = shared_from_this()](absl::StatusOr<V1Trust> trust) {
                  if (!trust.ok()) return self->Fail(AsTermError(trust.status()));
                  self->Open(*std::move(trust));
                });
  }

 private:
  void Open(V1Trust trust) {
    OpenV1Endpoint(requests_, endpoint_, std::move(trust), context_,
                   [self = shared_from_this()](absl::StatusOr<OpenedV1Endpoint> opened) {
                     if (!opened.ok()) return self->Fail(opened.status());
                     const auto& credentials = self->query_.credentials;
                     if (credentials != nullptr && !credentials->identity_token.empty() &&
                         !credentials->username.empty()) {
                       self->AuthorizeByV2(*std::move(opened));
                     } else {
                       self->AuthorizeByV1(*std::move(opened));
                     }
                   });
  }

  void AuthorizeByV2(OpenedV1Endpoint opened) {
    Authorization authorization;
    authorization.upstream = opened.upstream;
    authorization.credentials = query_.credentials;
    authorization.scopes = {std::string(kScope)};
    authorization.caller = query_.caller;
    authorization.user_agent = query_.user_agent;
    authorization.headers = query_.headers;
    const std::string url = opened.endpoint.root();
    RequestAuthorizer::Create(search_.client_, search_.tokens_, search_.clock_, url,
                              std::move(authorization), context_,
                              [self = shared_from_this(), opened = std::move(opened)](
                                  absl::StatusOr<std::shared_ptr<RequestAuthorizer>> authorizer) {
                                if (!authorizer.ok()) return self->Fail(authorizer.status());
                                self->Ask(opened, *std::move(authorizer));
                              });
  }

  void AuthorizeByV1(OpenedV1Endpoint opened) {
    AuthorizeV1(requests_, std::move(opened), query_.credentials, context_,
                [self = shared_from_this()](absl::StatusOr<AuthorizedV1Endpoint> authorized) {
                  if (!authorized.ok()) return self->Fail(authorized.status());
                  const OpenedV1Endpoint& opened = authorized->opened;
                  self->Ask(opened, authorized->authorizer->ForCall(opened.upstream,
                                                                    /*asks_for_token=*/true));
                });
  }

  void Ask(const OpenedV1Endpoint& opened, std::shared_ptr<HttpHopHeaders> authorization) {
    SendSearchRequest(requests_,
                      {opened.upstream, opened.endpoint, std::move(authorization),
                       name_.remote_name, query_.limit == 0 ? kDefaultLimit : query_.limit},
                      context_, [self = shared_from_this()](absl::StatusOr<SearchResults> answer) {
                        if (!answer.ok()) return self->Fail(answer.status());
                        self->Finish(*std::move(answer));
                      });
  }

  void Finish(SearchResults answer) {
    std::vector<SearchResult> results;
    for (SearchResult& result : answer.results) {
      if (!filter_.Matches(result)) continue;
      result.is_automated = false;
      results.push_back(std::move(result));
    }
    std::move(done_)(std::move(results));
  }

  void Fail(const absl::Status& status) { std::move(done_)(status); }

  IndexSearch& search_;
  const SearchFilter filter_;
  const SearchName name_;
  const V1Endpoint endpoint_;
  const V1Requests requests_;
  const IndexSearchQuery query_;
  const CallContext context_;
  Results done_;
};

IndexSearch::IndexSearch(EndpointLookup& lookup, HttpClient& client, TokenSource& tokens,
                         const Clock& clock, PlaintextHosts plaintext)
    : lookup_(lookup),
      client_(client),
      tokens_(tokens),
      clock_(clock),
      plaintext_(std::move(plaintext)) {}

void IndexSearch::Search(EndpointLookup::Config config, IndexSearchQuery query,
                         const CallContext& context, Results done) {
  absl::StatusOr<std::vector<HttpHeader>> headers =
      CheckCallerHeaders(query.user_agent, query.headers);
  if (!headers.ok()) return std::move(done)(headers.status());
  absl::StatusOr<SearchFilter> filter = SearchFilter::Parse(query.filters);
  if (!filter.ok()) return std::move(done)(filter.status());
  if (filter->matches_nothing()) return std::move(done)(std::vector<SearchResult>());
  absl::StatusOr<SearchName> name = SplitSearchName(query.term);
  if (!name.ok()) return std::move(done)(AsTermError(name.status()));
  absl::StatusOr<V1Endpoint> endpoint = V1Endpoint::OfIndex(name->index_name);
  if (!endpoint.ok()) return std::move(done)(AsTermError(endpoint.status()));
  std::make_shared<Call>(*this, *std::move(filter), *std::move(name), *std::move(endpoint),
                         *std::move(headers), std::move(query), context, std::move(done))
      ->Start(std::move(config));
}

}  // namespace registryd
