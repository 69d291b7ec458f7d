#ifndef REGISTRYD_REGISTRY_V1_V1_TAGS_H_
#define REGISTRYD_REGISTRY_V1_V1_TAGS_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "registry/base/cancellation.h"
#include "registry/v1/v1_session.h"

namespace registryd {

// Where a repository may be.
struct V1RepositoryAddress {
  // A reference, of which the path counts; one without '/' gets "library/" in front.
  std::string repository;
  // Base URLs of registries, in the order to ask them; empty: the session's endpoint.
  std::vector<std::string> registries;
};

// A repository's tags. Registries are asked in turn, until one answers with 200. A 404
// ends the search with NOT_FOUND, as do transport errors; what has another status is
// passed over. Each calls `done` once.
//
// Errors: those of RepositoryPath (field "repository"), CheckTag (field "tag"),
// V1Call::Find (field "registries[1]") and V1Call::Ask; NOT_FOUND (REGISTRY_NOT_FOUND);
// INTERNAL (RESPONSE_INVALID) and RESOURCE_EXHAUSTED (RESPONSE_TOO_LARGE) for an answer that
// cannot be read; and if no registry is left, what the last status means to RegistryError.

// The image that `tag` names.
void GetRemoteTag(const std::shared_ptr<V1Session>& session, const V1RepositoryAddress& address,
                  absl::string_view tag, const CallContext& context,
                  absl::AnyInvocable<void(absl::StatusOr<std::string>) &&> done);

// Image ids by tag.
void GetRemoteTags(
    const std::shared_ptr<V1Session>& session, const V1RepositoryAddress& address,
    const CallContext& context,
    absl::AnyInvocable<void(absl::StatusOr<std::map<std::string, std::string>>) &&> done);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_V1_V1_TAGS_H_
