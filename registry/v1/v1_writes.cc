#include "registry/v1/v1_writes.h"

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "registry/base/error.h"
#include "registry/net/header_check.h"
#include "registry/v1/v1_call.h"
#include "registry/v1/v1_error.h"
#include "registry/v1/v1_image_json.h"
#include "registry/v1/v1_names.h"

namespace registryd {
namespace {

absl::Status CheckValue(absl::string_view value, absl::string_view field) {
  if (CheckHeader("X-Docker-Checksum", value).ok()) return absl::OkStatus();
  return FieldError(Reason::kFieldInvalid, field,
                    absl::StrCat(field, " holds a control character"));
}

absl::Status Check(const V1ImageChecksums& image) {
  if (absl::Status s = CheckImageId(image.image_id, "image.id"); !s.ok()) return s;
  if (absl::Status s = CheckValue(image.checksum, "image.checksum"); !s.ok()) return s;
  return CheckValue(image.checksum_payload, "image.checksum_payload");
}

// What an answer to image data means.
absl::Status Uploaded(const V1Answer& answer, absl::Time now) {
  if (answer.head.status == 200) return absl::OkStatus();
  if (absl::Status status = CheckAlreadyExists(answer); !status.ok()) return status;
  return V1Error(absl::StrCat("HTTP code ", answer.head.status, " while uploading metadata"),
                 answer, now);
}

}  // namespace

void PushImageChecksumRegistry(const std::shared_ptr<V1Session>& session, V1ImageChecksums image,
                               const std::string& registry, const CallContext& context,
                               absl::AnyInvocable<void(absl::Status) &&> done) {
  if (absl::Status status = Check(image); !status.ok()) return std::move(done)(std::move(status));
  V1Question question;
  question.method = "PUT";
  question.path = absl::StrCat("images/", EscapeV1Name(image.image_id), "/checksum");
  question.headers = {{"X-Docker-Checksum", std::move(image.checksum)},
                      {"X-Docker-Checksum-Payload", std::move(image.checksum_payload)}};
  const auto call = V1Call::Begin(session, context);
  call->AskAt(registry, "registry", std::move(question),
              [call, done = std::move(done)](const absl::StatusOr<V1Answer>& answer) mutable {
                std::move(done)(answer.ok() ? Uploaded(*answer, call->now()) : answer.status());
              });
}

void PushImageJsonRegistry(const std::shared_ptr<V1Session>& session, const std::string& image_id,
                           std::string json, const std::string& registry,
                           const CallContext& context,
                           absl::AnyInvocable<void(absl::Status) &&> done) {
  if (absl::Status status = CheckImageId(image_id, "image_id"); !status.ok()) {
    return std::move(done)(std::move(status));
  }
  const auto call = V1Call::Begin(session, context);
  call->Find(registry, "registry",
             [call, path = absl::StrCat("images/", EscapeV1Name(image_id), "/json"),
              json = std::move(json),
              done = std::move(done)](const absl::StatusOr<V1Registry>& found) mutable {
               if (!found.ok()) return std::move(done)(found.status());
               V1Question question;
               question.method = "PUT";
               question.path = std::move(path);
               question.headers = {{"Content-Type", "application/json"}};
               question.body = std::move(json);
               const bool plaintext = absl::StartsWith(found->base, "http://");
               call->Ask(*found, std::move(question),
                         [call, plaintext,
                          done = std::move(done)](const absl::StatusOr<V1Answer>& answer) mutable {
                           if (!answer.ok()) return std::move(done)(answer.status());
                           if (plaintext && answer->head.status == 401) {
                             return std::move(done)(V1Error(
                                 "HTTP code 401, Docker will not send auth headers over HTTP.",
                                 *answer, call->now()));
                           }
                           std::move(done)(Uploaded(*answer, call->now()));
                         });
             });
}

void PushRegistryTag(const std::shared_ptr<V1Session>& session, const V1TagUpdate& update,
                     const std::string& registry, const CallContext& context,
                     absl::AnyInvocable<void(absl::Status) &&> done) {
  absl::StatusOr<std::string> name = RepositoryPath(update.repository, "repository");
  if (!name.ok()) return std::move(done)(name.status());
  if (absl::Status s = CheckImageId(update.revision, "revision"); !s.ok()) {
    return std::move(done)(std::move(s));
  }
  if (absl::Status s = CheckTag(update.tag, "tag"); !s.ok()) return std::move(done)(std::move(s));
  V1Question question;
  question.method = "PUT";
  question.path = absl::StrCat("repositories/", *name, "/tags/", EscapeV1Name(update.tag));
  question.headers = {{"Content-Type", "application/json"}};
  question.body = GoJsonString(update.revision);
  const auto call = V1Call::Begin(session, context);
  call->AskAt(registry, "registry", std::move(question),
              [call, tag = update.tag, name = *std::move(name),
               done = std::move(done)](const absl::StatusOr<V1Answer>& answer) mutable {
                if (!answer.ok()) return std::move(done)(answer.status());
                const int status = answer->head.status;
                if (status == 200 || status == 201) return std::move(done)(absl::OkStatus());
                std::move(done)(V1Error(absl::StrCat("Internal server error: ", status,
                                                     " trying to push tag ", tag, " on ", name),
                                        *answer, call->now()));
              });
}

}  // namespace registryd
