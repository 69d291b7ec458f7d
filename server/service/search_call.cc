#include "server/service/search_call.h"

#include <memory>
#include <utility>
#include <vector>

#include "registry/auth/auth_config.h"
#include "registry/reference/index_name.h"
#include "registry/search/index_search.h"
#include "server/observe/host_label.h"
#include "server/service/convert.h"
#include "server/service/lookup_target.h"
#include "server/service/request_credentials.h"
#include "server/service/search_page.h"

namespace registryd {
namespace {

IndexSearchQuery MakeQuery(const api::SearchRequest& request, const CallerIdentity& caller) {
  IndexSearchQuery query;
  query.term = request.term();
  for (const api::SearchFilter& filter : request.filters()) {
    query.filters.push_back({filter.name(), filter.value()});
  }
  query.limit = request.limit();
  query.user_agent = request.user_agent();
  for (const api::Header& header : request.headers()) {
    query.headers.push_back({header.name(), header.value()});
  }
  query.caller = caller.id;
  return query;
}

// Answers with `page` of the results.
IndexSearch::Results FillResponse(const api::SearchRequest& request, const SearchPage& page,
                                  api::SearchResponse* response, DoneCallback done) {
  return [&request, page, response,
          done = std::move(done)](absl::StatusOr<std::vector<SearchResult>> results) mutable {
    if (!results.ok()) return std::move(done)(results.status());
    FillPage(*results, page,
             [response](const SearchResult& result) { Fill(result, response->add_results()); });
    response->set_next_page_token(NextPageToken(request, page, results->size()));
    std::move(done)(absl::OkStatus());
  };
}

void SearchWithOwn(const UpstreamParts& upstream, EndpointLookup::Config config,
                   absl::string_view index, IndexSearchQuery query, const CallContext& context,
                   IndexSearch::Results done) {
  upstream.credentials.Get(
      index, context,
      [&search = upstream.search, config = std::move(config), query = std::move(query), context,
       done = std::move(done)](absl::StatusOr<AuthConfig> credentials) mutable {
        if (!credentials.ok()) return std::move(done)(credentials.status());
        query.credentials = std::make_shared<AuthConfig>(*std::move(credentials));
        search.Search(std::move(config), std::move(query), context, std::move(done));
      });
}

}  // namespace

void AnswerSearch(const UpstreamParts& upstream, EndpointLookup::Config config,
                  const api::SearchRequest& request, const CallerIdentity& caller,
                  const CallContext& context, api::SearchResponse* response, DoneCallback done) {
  const absl::StatusOr<SearchPage> page = PageIn(request);
  if (!page.ok()) return std::move(done)(page.status());
  IndexSearchQuery query = MakeQuery(request, caller);
  if (request.service_credentials()) {
    absl::Status allowed = CheckServiceCredentials(caller, request.auth_config());
    if (!allowed.ok()) return std::move(done)(std::move(allowed));
    const absl::StatusOr<SearchName> name = SplitSearchName(request.term());
    if (!name.ok()) return std::move(done)(BlameField(name.status(), "term"));
    return SearchWithOwn(upstream, std::move(config), name->index_name, std::move(query), context,
                         FillResponse(request, *page, response, std::move(done)));
  }
  if (request.has_auth_config()) {
    auto credentials = CredentialsIn(request.auth_config());
    if (!credentials.ok()) return std::move(done)(credentials.status());
    query.credentials = *std::move(credentials);
  }
  upstream.search.Search(std::move(config), std::move(query), context,
                         FillResponse(request, *page, response, std::move(done)));
}

std::string RegistryOf(const api::SearchRequest& request) {
  const absl::StatusOr<SearchName> name = SplitSearchName(request.term());
  return HostLabel(name.ok() ? name->index_name : "");
}

bool UsesCredentials(const api::SearchRequest& request) {
  return request.service_credentials() || HoldsCredentials(request.auth_config());
}

}  // namespace registryd
