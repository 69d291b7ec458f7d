#ifndef REGISTRYD_SERVER_SERVICE_SEARCH_PAGE_H_
#define REGISTRYD_SERVER_SERVICE_SEARCH_PAGE_H_

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "registry/v1/registry_service.pb.h"
#include "registry/v1/v1_session_service.pb.h"

namespace registryd {

// The part of a search's results that one response holds. Nothing is kept from page to
// page: a token names where its page begins, and a checksum of the request, so that a
// token is not used for another search by mistake. It is no protection from callers
// who mean it; a page that they make up is one they may have.
struct SearchPage {
  // The first result, from 0.
  size_t first = 0;
  // At most this many; 0: all that follow.
  size_t size = 0;
};

// The page that `request` asks for. Returns INVALID_ARGUMENT (FIELD_INVALID), field
// "page_size" if that is negative, field "page_token" for a token that this service did
// not make, or made for a request that differs in more than secrets.
absl::StatusOr<SearchPage> PageIn(const ::registry::v1::SearchRequest& request);
// The same; the session may be another.
absl::StatusOr<SearchPage> PageIn(const ::registry::v1::SearchRepositoriesRequest& request);

// The token of the page after `page`, if `total` results leave one; empty otherwise.
std::string NextPageToken(const ::registry::v1::SearchRequest& request, const SearchPage& page,
                          size_t total);
std::string NextPageToken(const ::registry::v1::SearchRepositoriesRequest& request,
                          const SearchPage& page, size_t total);

// Calls `add` with each of `results` that is on `page`.
template <typename Result, typename Add>
void FillPage(const std::vector<Result>& results, const SearchPage& page, Add add) {
  const size_t first = std::min(page.first, results.size());
  const size_t rest = results.size() - first;
  const size_t size = page.size == 0 ? rest : std::min(page.size, rest);
  for (size_t i = first; i < first + size; ++i) add(results[i]);
}

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SERVICE_SEARCH_PAGE_H_
