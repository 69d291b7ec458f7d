#include "registry/search/search_request.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "registry/auth/registry_error.h"
#include "registry/base/clock.h"
#include "registry/base/error.h"
#include "registry/uri/url_query.h"
#include "registry/v1/redirected_headers.h"

namespace registryd {
namespace {

constexpr int64_t kMaxLimit = 100;

}  // namespace

void SendSearchRequest(const V1Requests& requests, SearchRequest request,
                       const CallContext& context,
                       absl::AnyInvocable<void(absl::StatusOr<SearchResults>) &&> done) {
  if (request.limit < 1 || request.limit > kMaxLimit) {
    return std::move(done)(FieldError(
        Reason::kFieldInvalid, "limit",
        absl::StrCat("limit ", request.limit, " is outside the range of [1, ", kMaxLimit, "]")));
  }
  const HttpHeader ask{"X-Docker-Token", "true"};
  HttpCall call;
  call.upstream = std::move(request.upstream);
  call.url = request.endpoint.Path(
      absl::StrCat("search?q=", QueryEscape(request.term), "&n=", request.limit));
  call.headers.push_back(ask);
  call.hop_headers = WithRedirectedHeader(std::move(request.authorization), ask);
  requests.Send(std::move(call), context,
                [&clock = requests.clock(), url = request.endpoint.Path("search"),
                 done = std::move(done)](absl::StatusOr<V1Answer> answer) mutable {
                  if (!answer.ok()) return std::move(done)(answer.status());
                  if (answer->head.status != 200) {
                    return std::move(done)(RegistryError(absl::StrCat("search at ", url),
                                                         answer->head, answer->body, clock.Now()));
                  }
                  if (!answer->body_status.ok()) return std::move(done)(answer->body_status);
                  std::move(done)(ParseSearchResults(answer->body));
                });
}

}  // namespace registryd
