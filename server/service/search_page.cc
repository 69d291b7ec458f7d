#include "server/service/search_page.h"

#include <cstdint>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "registry/base/error.h"
#include "server/service/page_checksum.h"

namespace registryd {
namespace {

namespace api = ::registry::v1;

// Of the two parts of a token, in hexadecimal digits. A registry may send more results than
// it was asked for, so the first is as wide as any answer needs.
constexpr size_t kFirstDigits = 8;
constexpr size_t kChecksumDigits = 16;

// Of all fields but the token itself and secrets, of which a token holds no trace.
uint64_t ChecksumOf(const api::SearchRequest& request) {
  api::SearchRequest open;
  open.set_term(request.term());
  *open.mutable_filters() = request.filters();
  open.set_limit(request.limit());
  open.mutable_auth_config()->set_username(request.auth_config().username());
  open.mutable_auth_config()->set_server_address(request.auth_config().server_address());
  open.set_user_agent(request.user_agent());
  for (const api::Header& header : request.headers()) open.add_headers()->set_name(header.name());
  open.set_page_size(request.page_size());
  open.set_service_credentials(request.service_credentials());
  return PageChecksum(open.SerializeAsString());
}

// The same; sessions come and go.
uint64_t ChecksumOf(const api::SearchRepositoriesRequest& request) {
  api::SearchRepositoriesRequest open;
  open.set_term(request.term());
  open.set_limit(request.limit());
  open.set_page_size(request.page_size());
  return PageChecksum(open.SerializeAsString());
}

template <typename Request>
std::string TokenFor(const Request& request, size_t first) {
  return absl::StrFormat("%0*x%0*x", kFirstDigits, first, kChecksumDigits, ChecksumOf(request));
}

template <typename Request>
absl::StatusOr<SearchPage> ReadPage(const Request& request) {
  if (request.page_size() < 0) {
    return FieldError(Reason::kFieldInvalid, "page_size", "page_size is negative");
  }
  SearchPage page;
  page.size = static_cast<size_t>(request.page_size());
  const std::string& token = request.page_token();
  if (token.empty()) return page;
  const absl::string_view digits = absl::string_view(token).substr(0, kFirstDigits);
  uint32_t first = 0;
  // Comparing with the token that would have been made refuses all others.
  if (!absl::SimpleHexAtoi(digits, &first) || first == 0 || token != TokenFor(request, first)) {
    return FieldError(Reason::kFieldInvalid, "page_token",
                      "page_token does not belong to this search: the other fields have to be "
                      "those of the request that it was the answer to");
  }
  page.first = first;
  return page;
}

template <typename Request>
std::string TokenAfter(const Request& request, const SearchPage& page, size_t total) {
  if (page.size == 0 || page.first >= total || total - page.first <= page.size) return "";
  return TokenFor(request, page.first + page.size);
}

}  // namespace

absl::StatusOr<SearchPage> PageIn(const api::SearchRequest& request) { return ReadPage(request); }

absl::StatusOr<SearchPage> PageIn(const api::SearchRepositoriesRequest& request) {
  return ReadPage(request);
}

std::string NextPageToken(const api::SearchRequest& request, const SearchPage& page, size_t total) {
  return TokenAfter(request, page, total);
}

std::string NextPageToken(const api::SearchRepositoriesRequest& request, const SearchPage& page,
                          size_t total) {
  return TokenAfter(request, page, total);
}

}  // namespace registryd
