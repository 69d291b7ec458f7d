#ifndef REGISTRYD_REGISTRY_V1_V1_INDEX_H_
#define REGISTRYD_REGISTRY_V1_V1_INDEX_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "registry/base/cancellation.h"
#include "registry/search/search_results.h"
#include "registry/v1/v1_documents.h"
#include "registry/v1/v1_session.h"

namespace registryd {

// What an index knows of a repository.
struct V1RepositoryData {
  std::map<std::string, V1Image> images;  // By id.
  // Base URLs of the registries that hold them, in the order to ask them; never empty.
  std::vector<std::string> endpoints;
};

struct V1ImageList {
  // A reference, of which the path counts.
  std::string repository;
  // In the order to send them. With `validate` those without a checksum are left out.
  std::vector<V1Image> images;
  // The images were pushed: check them.
  bool validate = false;
  // Base URLs of the registries that they were pushed to. Not looked at without
  // `validate`.
  std::vector<std::string> registries;
};

// What the session's endpoint says as an index. Each request asks for a token, and so
// proves who asks. Each function calls `done` once. Errors: those of RepositoryPath (field
// "repository") and V1Call::Ask; an HTTP status that means no success as RegistryError
// has it, in Docker Engine's words; INTERNAL (RESPONSE_INVALID) and RESOURCE_EXHAUSTED
// (RESPONSE_TOO_LARGE) for an answer that cannot be read; INTERNAL also for an
// X-Docker-Endpoints that names no registry (",").

// Without X-Docker-Endpoints the index itself is the registry.
void GetRepositoryData(const std::shared_ptr<V1Session>& session, absl::string_view repository,
                       const CallContext& context,
                       absl::AnyInvocable<void(absl::StatusOr<V1RepositoryData>) &&> done);

// Returns the base URLs of the registries to push to; none with `validate`. 200 and 201
// mean success, with `validate` 204. Redirects that no HTTP client follows (300, 304 and
// their like) are followed too, with the same method and body, up to 10 of them.
//
// More errors: INVALID_ARGUMENT (FIELD_MISSING, field "images[2].id"; FIELD_INVALID, field
// "registries[1]"); FAILED_PRECONDITION (REDIRECT_REFUSED).
void PushImageJsonIndex(const std::shared_ptr<V1Session>& session, const V1ImageList& list,
                        const CallContext& context,
                        absl::AnyInvocable<void(absl::StatusOr<std::vector<std::string>>) &&> done);

// As SendSearchRequest. INVALID_ARGUMENT (FIELD_MISSING, field "term") for an empty one.
void SearchRepositories(const std::shared_ptr<V1Session>& session, absl::string_view term,
                        int64_t limit, const CallContext& context,
                        absl::AnyInvocable<void(absl::StatusOr<SearchResults>) &&> done);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_V1_V1_INDEX_H_
