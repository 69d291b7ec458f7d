#include "registry/v1/v1_tags.h"

#include <cstddef>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "registry/base/error.h"
#include "registry/v1/v1_call.h"
#include "registry/v1/v1_documents.h"
#include "registry/v1/v1_error.h"
#include "registry/v1/v1_names.h"

namespace registryd {
namespace {

constexpr size_t kMaxRegistries = 100;

// Of a repository's tags.
constexpr uint64_t kMaxBodyBytes = uint64_t{4} * 1024 * 1024;

std::string FieldOf(size_t i) { return absl::StrCat("registries[", i, "]"); }

absl::Status CheckRegistries(const std::vector<std::string>& registries) {
  if (registries.size() > kMaxRegistries) {
    return FieldError(Reason::kFieldInvalid, "registries",
                      absl::StrCat("more than ", kMaxRegistries, " registries"));
  }
  for (size_t i = 0; i < registries.size(); ++i) {
    const auto url = ParseV1RegistryUrl(registries[i], FieldOf(i));
    if (!url.ok()) return url.status();
  }
  return absl::OkStatus();
}

// Asks one registry after the other. Owns itself through the request that is under way.
class TagSearch : public std::enable_shared_from_this<TagSearch> {
 public:
  TagSearch(std::shared_ptr<V1Call> call, std::vector<std::string> registries, std::string path,
            V1Requests::Done done)
      : call_(std::move(call)),
        registries_(std::move(registries)),
        path_(std::move(path)),
        done_(std::move(done)) {}

  void Ask() {
    V1Question question;
    question.path = path_;
    question.max_body_bytes = kMaxBodyBytes;
    call_->AskAt(registries_[next_], FieldOf(next_), std::move(question),
                 [self = shared_from_this()](absl::StatusOr<V1Answer> answer) {
                   self->Take(std::move(answer));
                 });
  }

 private:
  void Take(absl::StatusOr<V1Answer> answer) {
    if (!answer.ok()) return std::move(done_)(std::move(answer));
    const int status = answer->head.status;
    if (status == 404) {
      return std::move(done_)(V1Error("Repository not found", *answer, call_->now()));
    }
    if (status == 200) {
      if (!answer->body_status.ok()) return std::move(done_)(answer->body_status);
      return std::move(done_)(std::move(answer));
    }
    if (++next_ < registries_.size()) return Ask();
    std::move(done_)(V1Error(
        absl::StrCat("Could not reach any registry endpoint: the last one's status is ", status),
        *answer, call_->now()));
  }

  const std::shared_ptr<V1Call> call_;
  const std::vector<std::string> registries_;
  const std::string path_;
  V1Requests::Done done_;
  size_t next_ = 0;
};

// GETs repositories/NAME/PATH.
void AskOfRepository(const std::shared_ptr<V1Session>& session, const V1RepositoryAddress& address,
                     absl::string_view path, const CallContext& context, V1Requests::Done done) {
  absl::StatusOr<std::string> name = RepositoryPath(address.repository, "repository");
  if (!name.ok()) return std::move(done)(name.status());
  if (!absl::StrContains(*name, '/')) name = absl::StrCat("library/", *name);
  if (absl::Status status = CheckRegistries(address.registries); !status.ok()) {
    return std::move(done)(std::move(status));
  }
  std::vector<std::string> registries = address.registries;
  if (registries.empty()) registries.emplace_back();
  std::make_shared<TagSearch>(V1Call::Begin(session, context), std::move(registries),
                              absl::StrCat("repositories/", *name, "/", path), std::move(done))
      ->Ask();
}

}  // namespace

void GetRemoteTag(const std::shared_ptr<V1Session>& session, const V1RepositoryAddress& address,
                  absl::string_view tag, const CallContext& context,
                  absl::AnyInvocable<void(absl::StatusOr<std::string>) &&> done) {
  if (absl::Status status = CheckTag(tag, "tag"); !status.ok()) {
    return std::move(done)(std::move(status));
  }
  AskOfRepository(session, address, absl::StrCat("tags/", EscapeV1Name(tag)), context,
                  [done = std::move(done)](absl::StatusOr<V1Answer> answer) mutable {
                    if (!answer.ok()) return std::move(done)(answer.status());
                    std::move(done)(ParseV1Tag(answer->body));
                  });
}

void GetRemoteTags(
    const std::shared_ptr<V1Session>& session, const V1RepositoryAddress& address,
    const CallContext& context,
    absl::AnyInvocable<void(absl::StatusOr<std::map<std::string, std::string>>) &&> done) {
  AskOfRepository(session, address, "tags", context,
                  [done = std::move(done)](absl::StatusOr<V1Answer> answer) mutable {
                    if (!answer.ok()) return std::move(done)(answer.status());
                    std::move(done)(ParseV1Tags(answer->body));
                  });
}

}  // namespace registryd
