#include "registry/v1/v1_call.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "registry/base/error.h"
#include "registry/base/secret.h"
#include "registry/uri/origin.h"
#include "registry/uri/url.h"
#include "registry/v1/redirected_headers.h"
#include "registry/v1/v1_names.h"
#include "registry/v1/v1_trust.h"

namespace registryd {
namespace {

absl::Status SessionEnded() {
  return Error(absl::StatusCode::kCancelled, Reason::kCancelled, "the session has ended");
}

bool IsAt(const Origin& origin, const Upstream& upstream) {
  const absl::StatusOr<Url> url = Url::Parse(upstream.origin);
  return url.ok() && OriginOf(*url) == origin;
}

}  // namespace

std::shared_ptr<V1Call> V1Call::Begin(const std::shared_ptr<V1Session>& session,
                                      const CallContext& context) {
  return std::shared_ptr<V1Call>(new V1Call(session, context));
}

V1Call::V1Call(const std::shared_ptr<V1Session>& session, const CallContext& context)
    : session_(session),
      authorizer_(session->authorizer()),
      context_{context.deadline, cancellation_} {
  const auto cancel = [call = cancellation_] { call->Cancel(); };
  if (context.cancellation != nullptr) of_caller_ = context.cancellation->OnCancel(cancel);
  of_session_ = session_->closing_->OnCancel(cancel);
}

V1Registry V1Call::endpoint() const {
  return {session_->endpoint_.ToString(), session_->upstream_};
}

void V1Call::Find(absl::string_view registry, absl::string_view field,
                  absl::AnyInvocable<void(absl::StatusOr<V1Registry>) &&> done) {
  if (registry.empty()) return std::move(done)(endpoint());
  absl::StatusOr<V1RegistryUrl> url = ParseV1RegistryUrl(registry, field);
  if (!url.ok()) return std::move(done)(url.status());
  if (IsAt(url->origin, *session_->upstream_)) {
    return std::move(done)(V1Registry{std::move(url->base), session_->upstream_});
  }
  const V1Endpoint host = url->host;
  V1Session::FindTrust(
      session_->parts_, session_->require_secure_, host, field, context_,
      [self = shared_from_this(), url = *std::move(url), field = std::string(field),
       done = std::move(done)](absl::StatusOr<V1Trust> trust) mutable {
        if (!trust.ok()) return std::move(done)(self->Explain(trust.status()));
        if (url.origin.scheme == "http" && !trust->tls.insecure_skip_verify) {
          return std::move(done)(
              FieldError(Reason::kFieldInvalid, field,
                         absl::StrCat(url.base,
                                      ": only a registry that is configured as insecure is "
                                      "asked by plain http")));
        }
        std::move(done)(V1Registry{
            std::move(url.base),
            std::make_shared<const Upstream>(Upstream{url.host.origin(), std::move(trust->tls),
                                                      std::move(trust->checked_addresses),
                                                      trust->allow_plaintext_credentials})});
      });
}

void V1Call::Ask(const V1Registry& registry, V1Question question, V1Requests::Done done) {
  if (authorizer_ == nullptr) return std::move(done)(SessionEnded());
  requests().Send(
      MakeCall(registry, std::move(question)), context_,
      [self = shared_from_this(), done = std::move(done)](absl::StatusOr<V1Answer> answer) mutable {
        if (!answer.ok()) return std::move(done)(self->Explain(answer.status()));
        std::move(done)(std::move(answer));
      });
}

void V1Call::AskAt(absl::string_view registry, absl::string_view field, V1Question question,
                   V1Requests::Done done) {
  Find(registry, field,
       [self = shared_from_this(), question = std::move(question),
        done = std::move(done)](absl::StatusOr<V1Registry> found) mutable {
         if (!found.ok()) return std::move(done)(found.status());
         self->Ask(*found, std::move(question), std::move(done));
       });
}

void V1Call::Stream(const V1Registry& registry, V1Question question,
                    std::unique_ptr<HttpBodySource> body, std::unique_ptr<HttpReceiver> receiver) {
  if (authorizer_ == nullptr) return receiver->OnDone(SessionEnded());
  HttpCall call = MakeCall(registry, std::move(question));
  call.stream = std::move(body);
  call.decompress = false;
  requests().Stream(std::move(call), context_, std::move(receiver));
}

absl::Status V1Call::Explain(absl::Status status) const {
  if (absl::IsCancelled(status) && session_->closing_->cancelled()) return SessionEnded();
  return status;
}

std::shared_ptr<HttpHopHeaders> V1Call::Authorize(std::shared_ptr<const Upstream> upstream,
                                                  bool asks_for_token) const {
  if (authorizer_ == nullptr) return nullptr;
  return authorizer_->ForCall(std::move(upstream), asks_for_token);
}

HttpCall V1Call::MakeCall(const V1Registry& registry, V1Question question) const {
  HttpCall call;
  call.upstream = registry.upstream;
  call.method = std::move(question.method);
  call.url = absl::StrCat(registry.base, question.path);
  call.headers = std::move(question.headers);
  if (question.asks_for_token) call.headers.push_back({"X-Docker-Token", "true"});
  if (!question.anonymous) {
    call.hop_headers = Authorize(registry.upstream, question.asks_for_token);
  }
  for (const HttpHeader& header : call.headers) {
    call.hop_headers = WithRedirectedHeader(std::move(call.hop_headers), header);
  }
  call.body = Secret(std::move(question.body));
  call.max_body_bytes = question.max_body_bytes;
  return call;
}

}  // namespace registryd
