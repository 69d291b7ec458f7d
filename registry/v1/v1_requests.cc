#include "registry/v1/v1_requests.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "registry/base/error.h"
#include "registry/net/http_transport.h"

namespace registryd {

class V1Requests::Receiver final : public HttpReceiver {
 public:
  // `deadline_is_ours`: it is kTimeout, and not the caller's deadline.
  Receiver(std::string url, bool deadline_is_ours, Done done)
      : url_(std::move(url)), deadline_is_ours_(deadline_is_ours), done_(std::move(done)) {}

  void OnHead(HttpResponseHead head) override { head_ = std::move(head); }

  void OnBody(absl::string_view part, Resume resume) override {
    absl::StrAppend(&body_, part);
    std::move(resume)();
  }

  void OnDone(absl::Status status) override {
    if (absl::IsDeadlineExceeded(status) && deadline_is_ours_) {
      status = Error(absl::StatusCode::kUnavailable, Reason::kConnectionFailed,
                     absl::StrCat("network timed out while trying to connect to ", url_,
                                  ": no answer within ", absl::FormatDuration(kTimeout),
                                  ". You may want to check your internet connection or if you "
                                  "are behind a proxy"));
    }
    const bool callers_end = absl::IsDeadlineExceeded(status) || absl::IsCancelled(status);
    if (!status.ok() && (!head_.has_value() || callers_end)) {
      return std::move(done_)(std::move(status));
    }
    std::move(done_)(V1Answer{*std::move(head_), std::move(body_), std::move(status)});
  }

 private:
  const std::string url_;
  const bool deadline_is_ours_;
  Done done_;
  std::optional<HttpResponseHead> head_;
  std::string body_;
};

V1Requests::V1Requests(HttpClient& client, const Clock& clock, std::vector<HttpHeader> headers,
                       std::string connection_group)
    : client_(client),
      clock_(clock),
      headers_(std::move(headers)),
      connection_group_(std::move(connection_group)) {}

void V1Requests::Send(HttpCall call, const CallContext& context, Done done) const {
  Complete(call);
  const absl::Time limit = clock_.Now() + kTimeout;
  const bool deadline_is_ours = limit < context.deadline;
  std::string url = call.url.substr(0, call.url.find('?'));
  client_.Stream(std::move(call),
                 {deadline_is_ours ? limit : context.deadline, context.cancellation},
                 std::make_unique<Receiver>(std::move(url), deadline_is_ours, std::move(done)));
}

void V1Requests::Stream(HttpCall call, const CallContext& context,
                        std::unique_ptr<HttpReceiver> receiver) const {
  Complete(call);
  client_.Stream(std::move(call), context, std::move(receiver));
}

void V1Requests::Complete(HttpCall& call) const {
  call.headers.insert(call.headers.begin(), headers_.begin(), headers_.end());
  call.connection_group = connection_group_;
}

}  // namespace registryd
