#include "registry/v1/v1_reads.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "registry/v1/v1_call.h"
#include "registry/v1/v1_documents.h"
#include "registry/v1/v1_error.h"
#include "registry/v1/v1_names.h"

namespace registryd {
namespace {

// GETs images/ID/PART. Another status than 200 is an error, whose words `words` makes of it.
void AskOfImage(const std::shared_ptr<V1Session>& session, const V1ImageAddress& image,
                absl::string_view part, const CallContext& context,
                absl::AnyInvocable<std::string(int status) &&> words, V1Requests::Done done) {
  if (absl::Status status = CheckImageId(image.image_id, "image_id"); !status.ok()) {
    return std::move(done)(std::move(status));
  }
  V1Question question;
  question.path = absl::StrCat("images/", EscapeV1Name(image.image_id), "/", part);
  const auto call = V1Call::Begin(session, context);
  call->AskAt(image.registry, "registry", std::move(question),
              [call, words = std::move(words),
               done = std::move(done)](absl::StatusOr<V1Answer> answer) mutable {
                if (answer.ok() && answer->head.status != 200) {
                  answer = V1Error(std::move(words)(answer->head.status), *answer, call->now());
                }
                std::move(done)(std::move(answer));
              });
}

std::string HttpCode(int status) { return absl::StrCat("HTTP code ", status); }

absl::StatusOr<V1ImageJson> ReadImageJson(V1Answer answer) {
  if (!answer.body_status.ok()) return answer.body_status;
  V1ImageJson image{std::move(answer.body)};
  const absl::string_view size = answer.head.Find("X-Docker-Size").value_or("");
  if (!size.empty() && !absl::SimpleAtoi(size, &image.size)) {
    return InvalidV1Answer("X-Docker-Size is no number");
  }
  return image;
}

}  // namespace

void PingV1Session(const std::shared_ptr<V1Session>& session, const CallContext& context,
                   absl::AnyInvocable<void(absl::StatusOr<V1Ping>) &&> done) {
  const auto call = V1Call::Begin(session, context);
  PingV1(call->requests(), call->endpoint().upstream, session->endpoint(), /*hop_headers=*/nullptr,
         call->context(), [call, done = std::move(done)](absl::StatusOr<V1Ping> ping) mutable {
           if (!ping.ok()) return std::move(done)(call->Explain(ping.status()));
           std::move(done)(std::move(ping));
         });
}

void GetRemoteHistory(const std::shared_ptr<V1Session>& session, const V1ImageAddress& image,
                      const CallContext& context,
                      absl::AnyInvocable<void(absl::StatusOr<std::vector<std::string>>) &&> done) {
  AskOfImage(
      session, image, "ancestry", context,
      [id = image.image_id](int status) {
        if (status == 401) return std::string(kV1Unauthorized);
        return absl::StrCat("Server error: ", status, " trying to fetch remote history for ", id);
      },
      [done = std::move(done)](absl::StatusOr<V1Answer> answer) mutable {
        if (!answer.ok()) return std::move(done)(answer.status());
        if (!answer->body_status.ok()) return std::move(done)(answer->body_status);
        std::move(done)(ParseV1History(answer->body));
      });
}

void LookupRemoteImage(const std::shared_ptr<V1Session>& session, const V1ImageAddress& image,
                       const CallContext& context, absl::AnyInvocable<void(absl::Status) &&> done) {
  AskOfImage(session, image, "json", context, HttpCode,
             [done = std::move(done)](const absl::StatusOr<V1Answer>& answer) mutable {
               std::move(done)(answer.status());
             });
}

void GetRemoteImageJson(const std::shared_ptr<V1Session>& session, const V1ImageAddress& image,
                        const CallContext& context,
                        absl::AnyInvocable<void(absl::StatusOr<V1ImageJson>) &&> done) {
  AskOfImage(session, image, "json", context, HttpCode,
             [done = std::move(done)](absl::StatusOr<V1Answer> answer) mutable {
               if (!answer.ok()) return std::move(done)(answer.status());
               std::move(done)(ReadImageJson(*std::move(answer)));
             });
}

}  // namespace registryd
