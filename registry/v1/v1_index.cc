#include "registry/v1/v1_index.h"

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "registry/base/error.h"
#include "registry/net/redirect.h"
#include "registry/search/search_request.h"
#include "registry/uri/origin.h"
#include "registry/uri/url.h"
#include "registry/v1/v1_call.h"
#include "registry/v1/v1_error.h"
#include "registry/v1/v1_image_json.h"
#include "registry/v1/v1_names.h"

namespace registryd {
namespace {

constexpr int kMaxRedirects = 10;

// Of a repository's list of images.
constexpr uint64_t kMaxBodyBytes = uint64_t{4} * 1024 * 1024;

// The registries that an answer with X-Docker-Endpoints names.
absl::StatusOr<std::vector<std::string>> ReadEndpoints(const V1Answer& answer,
                                                       const V1Endpoint& index) {
  absl::StatusOr<std::vector<std::string>> endpoints = V1EndpointsOf(answer.head, index);
  if (endpoints.ok() && endpoints->empty()) {
    return InvalidV1Answer("Index response didn't contain any endpoints");
  }
  return endpoints;
}

absl::StatusOr<V1RepositoryData> ReadRepositoryData(const V1Answer& answer,
                                                    const V1Endpoint& index) {
  if (!answer.body_status.ok()) return answer.body_status;
  V1RepositoryData data;
  if (answer.head.Find("X-Docker-Endpoints").value_or("").empty()) {
    data.endpoints = {absl::StrCat(index.origin(), "/v1/")};
  } else {
    absl::StatusOr<std::vector<std::string>> endpoints = ReadEndpoints(answer, index);
    if (!endpoints.ok()) return endpoints.status();
    data.endpoints = *std::move(endpoints);
  }
  absl::StatusOr<std::map<std::string, V1Image>> images = ParseV1Images(answer.body);
  if (!images.ok()) return images.status();
  data.images = *std::move(images);
  return data;
}

absl::Status Check(const V1ImageList& list) {
  for (size_t i = 0; i < list.images.size(); ++i) {
    if (!list.images[i].id.empty()) continue;
    const std::string field = absl::StrCat("images[", i, "].id");
    return FieldError(Reason::kFieldMissing, field, absl::StrCat(field, " is missing"));
  }
  if (!list.validate) return absl::OkStatus();
  for (size_t i = 0; i < list.registries.size(); ++i) {
    const auto url = ParseV1RegistryUrl(list.registries[i], absl::StrCat("registries[", i, "]"));
    if (!url.ok()) return url.status();
  }
  return absl::OkStatus();
}

std::string ImagesJson(const V1ImageList& list) {
  if (!list.validate) return V1ImagesJson(list.images);
  std::vector<V1Image> checked;
  for (const V1Image& image : list.images) {
    if (!image.checksum.empty()) checked.push_back(image);
  }
  return V1ImagesJson(checked);
}

// One list on its way to an index. Owns itself through the request that is under way.
class ImageListPush : public std::enable_shared_from_this<ImageListPush> {
 public:
  using Done = absl::AnyInvocable<void(absl::StatusOr<std::vector<std::string>>) &&>;

  ImageListPush(std::shared_ptr<V1Call> call, std::string name, const V1ImageList& list, Done done)
      : call_(std::move(call)),
        name_(std::move(name)),
        validate_(list.validate),
        done_(std::move(done)) {
    question_.method = "PUT";
    question_.headers = {{"Content-Type", "application/json"}};
    if (validate_) {
      for (const std::string& registry : list.registries) {
        question_.headers.push_back({"X-Docker-Endpoints", registry});
      }
    }
    question_.asks_for_token = true;
    question_.body = ImagesJson(list);
  }

  void Start() {
    V1Registry index = call_->endpoint();
    absl::StrAppend(&index.base, "repositories/", name_, "/", validate_ ? "images" : "");
    Put(std::move(index));
  }

 private:
  // To `place`, whose base is the whole URL.
  void Put(V1Registry place) {
    call_->Ask(place, question_,
               [self = shared_from_this(), place](absl::StatusOr<V1Answer> answer) mutable {
                 if (!answer.ok()) return std::move(self->done_)(answer.status());
                 const int status = answer->head.status;
                 if (status >= 300 && status < 400) {
                   self->Follow(std::move(place), answer->head);
                 } else {
                   std::move(self->done_)(self->Read(*answer));
                 }
               });
  }

  // What an HTTP client calls a redirect has been followed already.
  void Follow(V1Registry place, const HttpResponseHead& head) {
    absl::StatusOr<std::string> target = Target(place.base, head);
    if (!target.ok()) return std::move(done_)(target.status());
    place.base = *std::move(target);
    Put(std::move(place));
  }

  absl::StatusOr<std::string> Target(const std::string& from, const HttpResponseHead& head) {
    const absl::string_view location = head.Find("Location").value_or("");
    const absl::StatusOr<Url> absolute = Url::Parse(location);
    if (!absolute.ok() || absolute->scheme().empty()) {
      return Refused(absl::StrCat("the index answers with status ", head.status,
                                  ", and its Location is no absolute URL"));
    }
    if (++redirects_ > kMaxRedirects) {
      return Refused(absl::StrCat("stopped after ", kMaxRedirects, " redirects"));
    }
    const absl::StatusOr<Url> url = Url::Parse(from);
    if (!url.ok()) return url.status();
    // Its rules are those for all redirects: of the status only that it is one matters.
    HttpResponseHead redirect = head;
    redirect.status = 307;
    absl::StatusOr<std::optional<Redirect>> read = ReadRedirect(redirect, *url, "PUT");
    if (!read.ok()) return read.status();
    // Where another origin leads is a stranger's word, be it back to the index.
    if (OriginOf((*read)->url) != OriginOf(*url)) question_.anonymous = true;
    return (*read)->url.RequestUrl();
  }

  static absl::Status Refused(absl::string_view message) {
    return Error(absl::StatusCode::kFailedPrecondition, Reason::kRedirectRefused, message);
  }

  absl::StatusOr<std::vector<std::string>> Read(const V1Answer& answer) const {
    const int status = answer.head.status;
    if (status == 401) return V1Error(kV1Unauthorized, answer, call_->now());
    const bool good = validate_ ? status == 204 : status == 200 || status == 201;
    if (!good) {
      return V1Error(absl::StrCat("Error: Status ", status, " trying to push ",
                                  validate_ ? "checksums " : "repository ", name_),
                     answer, call_->now());
    }
    if (validate_) return std::vector<std::string>();
    if (answer.head.Find("X-Docker-Endpoints").value_or("").empty()) {
      return InvalidV1Answer("Index response didn't contain any endpoints");
    }
    return ReadEndpoints(answer, call_->session().endpoint());
  }

  const std::shared_ptr<V1Call> call_;
  const std::string name_;
  const bool validate_;
  Done done_;
  V1Question question_;
  int redirects_ = 0;
};

}  // namespace

void GetRepositoryData(const std::shared_ptr<V1Session>& session, absl::string_view repository,
                       const CallContext& context,
                       absl::AnyInvocable<void(absl::StatusOr<V1RepositoryData>) &&> done) {
  const absl::StatusOr<std::string> name = RepositoryPath(repository, "repository");
  if (!name.ok()) return std::move(done)(name.status());
  V1Question question;
  question.path = absl::StrCat("repositories/", *name, "/images");
  question.asks_for_token = true;
  question.max_body_bytes = kMaxBodyBytes;
  const auto call = V1Call::Begin(session, context);
  call->Ask(
      call->endpoint(), std::move(question),
      [call, name = *name, done = std::move(done)](const absl::StatusOr<V1Answer>& answer) mutable {
        if (!answer.ok()) return std::move(done)(answer.status());
        const int status = answer->head.status;
        if (status == 200) {
          return std::move(done)(ReadRepositoryData(*answer, call->session().endpoint()));
        }
        std::string words;
        if (status == 401) {
          words = std::string(kV1Unauthorized);
        } else if (status == 404) {
          words = "HTTP code: 404";
        } else {
          words = absl::StrCat("Error: Status ", status, " trying to pull repository ", name);
        }
        std::move(done)(V1Error(words, *answer, call->now()));
      });
}

void PushImageJsonIndex(
    const std::shared_ptr<V1Session>& session, const V1ImageList& list, const CallContext& context,
    absl::AnyInvocable<void(absl::StatusOr<std::vector<std::string>>) &&> done) {
  absl::StatusOr<std::string> name = RepositoryPath(list.repository, "repository");
  if (!name.ok()) return std::move(done)(name.status());
  if (absl::Status status = Check(list); !status.ok()) return std::move(done)(std::move(status));
  std::make_shared<ImageListPush>(V1Call::Begin(session, context), *std::move(name), list,
                                  std::move(done))
      ->Start();
}

void SearchRepositories(const std::shared_ptr<V1Session>& session, absl::string_view term,
                        int64_t limit, const CallContext& context,
                        absl::AnyInvocable<void(absl::StatusOr<SearchResults>) &&> done) {
  if (term.empty()) {
    return std::move(done)(FieldError(Reason::kFieldMissing, "term", "term is missing"));
  }
  const auto call = V1Call::Begin(session, context);
  const std::shared_ptr<const Upstream> upstream = call->endpoint().upstream;
  SendSearchRequest(call->requests(),
                    {upstream, session->endpoint(),
                     call->Authorize(upstream, /*asks_for_token=*/true), std::string(term), limit},
                    call->context(),
                    [call, done = std::move(done)](absl::StatusOr<SearchResults> results) mutable {
                      if (!results.ok()) return std::move(done)(call->Explain(results.status()));
                      std::move(done)(std::move(results));
                    });
}

}  // namespace registryd
