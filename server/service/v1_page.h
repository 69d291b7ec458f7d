#ifndef REGISTRYD_SERVER_SERVICE_V1_PAGE_H_
#define REGISTRYD_SERVER_SERVICE_V1_PAGE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "registry/v1/v1_session_service.pb.h"

namespace registryd {

// The part of a list, sorted by name, that one response holds. A registry is asked for its
// whole list for each page, and nothing is kept: a token names the last entry of the page
// before, so that entries which come or go in between move no others, and a checksum of the
// request, so that a token is not used for another list by mistake.
struct V1Page {
  // Entries after this one; nullopt: from the first.
  std::optional<std::string> after;
  // At most this many; at least 1.
  size_t size = 0;
  // Of the request: what its tokens begin with.
  uint64_t checksum = 0;
};

// The page that `request` asks for. Returns INVALID_ARGUMENT (FIELD_INVALID), field
// "page_size" if that is negative, field "page_token" for a token that this service did
// not make, or made for a request that differs in more than the session.
absl::StatusOr<V1Page> PageIn(const ::registry::v1::GetRemoteTagsRequest& request);
absl::StatusOr<V1Page> PageIn(const ::registry::v1::GetRepositoryDataRequest& request);

// The token of the page that follows `page`, whose last entry is `last`.
std::string NextPageToken(const V1Page& page, absl::string_view last);

// Calls `add` with each entry of `entries`, a sorted map by name, that is on `page`.
// Returns the token of the next page; empty if there is none.
template <typename Map, typename Add>
std::string FillPage(const Map& entries, const V1Page& page, Add add) {
  auto entry = page.after.has_value() ? entries.upper_bound(*page.after) : entries.begin();
  absl::string_view last;
  for (size_t count = 0; entry != entries.end(); ++entry, ++count) {
    if (count == page.size) return NextPageToken(page, last);
    add(*entry);
    last = entry->first;
  }
  return "";
}

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SERVICE_V1_PAGE_H_
