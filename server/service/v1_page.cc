#include "server/service/v1_page.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "registry/base/error.h"
#include "server/service/page_checksum.h"

namespace registryd {
namespace {

namespace api = ::registry::v1;

constexpr int32_t kDefaultPageSize = 1000;
constexpr int32_t kMaxPageSize = 10'000;

std::string Prefix(uint64_t checksum) { return absl::StrFormat("%016x", checksum); }

// `fields` are those of the request that a token is bound to.
absl::StatusOr<V1Page> ReadPage(int32_t page_size, absl::string_view token,
                                absl::string_view fields) {
  if (page_size < 0) {
    return FieldError(Reason::kFieldInvalid, "page_size", "page_size is negative");
  }
  V1Page page;
  page.size =
      static_cast<size_t>(page_size == 0 ? kDefaultPageSize : std::min(page_size, kMaxPageSize));
  page.checksum = PageChecksum(fields);
  if (token.empty()) return page;
  if (!absl::ConsumePrefix(&token, Prefix(page.checksum)) ||
      !absl::WebSafeBase64Unescape(token, &page.after.emplace())) {
    return FieldError(Reason::kFieldInvalid, "page_token",
                      "page_token does not belong to this list: the other fields have to be "
                      "those of the request that it was the answer to");
  }
  return page;
}

}  // namespace

absl::StatusOr<V1Page> PageIn(const api::GetRemoteTagsRequest& request) {
  api::GetRemoteTagsRequest open;
  *open.mutable_registries() = request.registries();
  open.set_repository(request.repository());
  open.set_page_size(request.page_size());
  return ReadPage(request.page_size(), request.page_token(), open.SerializeAsString());
}

absl::StatusOr<V1Page> PageIn(const api::GetRepositoryDataRequest& request) {
  api::GetRepositoryDataRequest open;
  open.set_repository(request.repository());
  open.set_page_size(request.page_size());
  return ReadPage(request.page_size(), request.page_token(), open.SerializeAsString());
}

std::string NextPageToken(const V1Page& page, absl::string_view last) {
  return absl::StrCat(Prefix(page.checksum), absl::WebSafeBase64Escape(last));
}

}  // namespace registryd
