#include "registry/auth/v2_request.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "registry/base/error.h"
#include "registry/net/http_message.h"
#include "registry/net/http_transport.h"

namespace registryd {
namespace {

using Done = absl::AnyInvocable<void(absl::StatusOr<V2Answer>) &&>;

constexpr size_t kMaxBodyBytes = size_t{64} * 1024;

// It has only what an error may say more; and once it has ended, the connection is used
// again.
constexpr absl::Duration kMaxBodyTime = absl::Seconds(1);

// Remembers where the last request went.
class HopRecorder final : public HttpHopHeaders {
 public:
  HopRecorder(std::string url, std::shared_ptr<HttpHopHeaders> headers)
      : url_(std::move(url)), headers_(std::move(headers)) {}

  void Prepare(const HttpHop& hop, const CallContext& context, Ready ready) override {
    url_ = hop.url.RequestUrl();
    if (headers_ == nullptr) return std::move(ready)(std::vector<SecretHttpHeader>());
    headers_->Prepare(hop, context, std::move(ready));
  }

  void OnResponse(const HttpHop& hop, const HttpResponseHead& head) override {
    if (headers_ != nullptr) headers_->OnResponse(hop, head);
  }

  const std::string& url() const { return url_; }

 private:
  std::string url_;
  const std::shared_ptr<HttpHopHeaders> headers_;
};

// The time that a request has, and whose limit that is.
class TimeLimit {
 public:
  TimeLimit(absl::Time start, absl::Time callers)
      : callers_(callers), deadline_(std::min(callers, start + kV2RequestTimeout)) {}

  absl::Time deadline() const { return deadline_; }

  absl::Status Explain(absl::Status status, absl::string_view url) const {
    if (!absl::IsDeadlineExceeded(status) || deadline_ == callers_) return status;
    return Error(
        absl::StatusCode::kUnavailable, Reason::kConnectionFailed,
        absl::StrCat("no answer from ", url, " within ", absl::FormatDuration(kV2RequestTimeout)));
  }

 private:
  absl::Time callers_;
  absl::Time deadline_;
};

class AnswerReceiver final : public HttpReceiver {
 public:
  AnswerReceiver(const Clock& clock, absl::Time start, TimeLimit limit,
                 std::shared_ptr<const HopRecorder> hops, Done done)
      : clock_(clock),
        start_(start),
        limit_(limit),
        hops_(std::move(hops)),
        done_(std::move(done)) {}

  void OnHead(HttpResponseHead head) override {
    answer_.emplace();
    answer_->head = std::move(head);
    answer_->url = hops_->url();
    // A clock may be set back.
    answer_->elapsed = std::max(absl::ZeroDuration(), clock_.Now() - start_);
  }

  void OnBody(absl::string_view part, Resume resume) override {
    absl::StrAppend(&answer_->body, part.substr(0, kMaxBodyBytes - answer_->body.size()));
    std::move(resume)();
  }

  void OnDone(absl::Status status) override {
    if (answer_.has_value()) return std::move(done_)(*std::move(answer_));
    std::move(done_)(limit_.Explain(std::move(status), hops_->url()));
  }

 private:
  const Clock& clock_;
  const absl::Time start_;
  const TimeLimit limit_;
  const std::shared_ptr<const HopRecorder> hops_;
  Done done_;
  std::optional<V2Answer> answer_;
};

}  // namespace

std::string V2Url(absl::string_view endpoint_url) {
  while (absl::ConsumeSuffix(&endpoint_url, "/")) {
  }
  return absl::StrCat(endpoint_url, "/v2/");
}

void SendV2Request(HttpClient& client, const Clock& clock, V2Request request,
                   const CallContext& context, Done done) {
  const absl::Time start = clock.Now();
  const TimeLimit limit(start, context.deadline);
  const auto hops = std::make_shared<HopRecorder>(request.url, std::move(request.hop_headers));
  HttpCall call;
  call.upstream = std::move(request.upstream);
  call.url = std::move(request.url);
  if (!request.user_agent.empty()) {
    call.headers.push_back({"User-Agent", std::move(request.user_agent)});
  }
  for (HttpHeader& header : request.headers) call.headers.push_back(std::move(header));
  call.hop_headers = hops;
  call.max_body_bytes = kMaxBodyBytes;
  call.max_body_time = kMaxBodyTime;
  call.connection_group = std::move(request.connection_group);
  client.Stream(std::move(call), {limit.deadline(), context.cancellation},
                std::make_unique<AnswerReceiver>(clock, start, limit, hops, std::move(done)));
}

}  // namespace registryd
