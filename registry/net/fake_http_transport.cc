#include "registry/net/fake_http_transport.h"

#include <cstddef>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

constexpr size_t kMaxPartBytes = 16 * 1024;

}  // namespace

// One request and its answer. Goes on, step by step, until it waits for a Ready or
// a Resume; whoever ends the wait goes on with it.
class FakeHttpTransport::Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(FakeHttpTransport& transport, HttpRequest request, HttpOptions options,
           std::unique_ptr<HttpReceiver> receiver)
      : transport_(transport), source_(std::move(request.body)), receiver_(std::move(receiver)) {
    request_.method = std::move(request.method);
    request_.url = std::move(request.url);
    request_.headers = std::move(request.headers);
    request_.secret_headers = std::move(request.secret_headers);
    request_.options = std::move(options);
  }

  void Start(const CallContext& context) {
    if (context.deadline <= absl::Now()) {
      Fail(Error(absl::StatusCode::kDeadlineExceeded, Reason::kDeadlineExceeded,
                 "the call's deadline has passed"));
    }
    if (context.cancellation != nullptr) {
      Cancellation::Registration registration =
          context.cancellation->OnCancel([weak = weak_from_this()] {
            const auto exchange = weak.lock();
            if (exchange == nullptr) return;
            exchange->Fail(Error(absl::StatusCode::kCancelled, Reason::kCancelled,
                                 "the caller cancelled the call"));
            exchange->Advance();
          });
      absl::MutexLock lock(&mutex_);
      if (!done_) registration_ = std::move(registration);
    }
    Advance();
  }

 private:
  // Takes steps as long as there are any to take, unless another thread does.
  void Advance() {
    while (true) {
      {
        absl::MutexLock lock(&mutex_);
        if (stepping_ || done_ || (waiting_ && failure_.ok())) return;
        stepping_ = true;
      }
      Step();
      absl::MutexLock lock(&mutex_);
      stepping_ = false;
    }
  }

  // One call of the source or the receiver. What it uses is not guarded by the
  // mutex, but by there being one step at a time.
  void Step() {
    absl::Status failure;
    bool sent = false;
    {
      absl::MutexLock lock(&mutex_);
      failure = failure_;
      sent = sent_;
    }
    if (sent) source_ = nullptr;
    if (!failure.ok()) {
      Finish(std::move(failure));
    } else if (source_ != nullptr) {
      Wait();
      source_->Read(kMaxPartBytes, [self = shared_from_this()](absl::StatusOr<std::string> part) {
        self->Sent(std::move(part));
      });
    } else if (!response_.has_value()) {
      response_ = transport_.Take(TakeRequest());
      if (response_->no_head) {
        Finish(response_->status);
      } else {
        receiver_->OnHead(response_->head);
      }
    } else if (next_part_ == response_->parts.size()) {
      Finish(response_->status);
    } else if (const std::string& part = response_->parts[next_part_++]; !part.empty()) {
      Wait();
      receiver_->OnBody(part, [self = shared_from_this()] { self->GoOn(); });
    }
  }

  void Sent(absl::StatusOr<std::string> part) {
    {
      absl::MutexLock lock(&mutex_);
      if (!part.ok()) {
        if (failure_.ok()) failure_ = part.status();
      } else if (part->empty()) {
        sent_ = true;
      } else {
        body_ += *part;
      }
    }
    GoOn();
  }

  Request TakeRequest() {
    absl::MutexLock lock(&mutex_);
    request_.body = std::move(body_);
    return std::move(request_);
  }

  void Wait() {
    absl::MutexLock lock(&mutex_);
    waiting_ = true;
  }

  void GoOn() {
    {
      absl::MutexLock lock(&mutex_);
      waiting_ = false;
    }
    Advance();
  }

  void Fail(absl::Status failure) {
    absl::MutexLock lock(&mutex_);
    if (failure_.ok()) failure_ = std::move(failure);
  }

  void Finish(absl::Status status) {
    Cancellation::Registration registration;
    {
      absl::MutexLock lock(&mutex_);
      done_ = true;
      registration = std::move(registration_);
    }
    receiver_->OnDone(std::move(status));
    receiver_ = nullptr;
    source_ = nullptr;
  }

  FakeHttpTransport& transport_;
  Request request_;
  std::unique_ptr<HttpBodySource> source_;
  std::unique_ptr<HttpReceiver> receiver_;
  std::optional<Response> response_;
  size_t next_part_ = 0;

  absl::Mutex mutex_;
  bool stepping_ ABSL_GUARDED_BY(mutex_) = false;
  bool waiting_ ABSL_GUARDED_BY(mutex_) = false;
  bool done_ ABSL_GUARDED_BY(mutex_) = false;
  // What the source has given so far, and whether that is all.
  std::string body_ ABSL_GUARDED_BY(mutex_);
  bool sent_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  Cancellation::Registration registration_ ABSL_GUARDED_BY(mutex_);
};

void FakeHttpTransport::Send(HttpRequest request, HttpOptions options, const CallContext& context,
                             std::unique_ptr<HttpReceiver> receiver) {
  std::make_shared<Exchange>(*this, std::move(request), std::move(options), std::move(receiver))
      ->Start(context);
}

void FakeHttpTransport::Reply(absl::string_view method, absl::string_view url, Response response) {
  absl::MutexLock lock(&mutex_);
  script_[{std::string(method), std::string(url)}].push_back(std::move(response));
}

std::vector<FakeHttpTransport::Request> FakeHttpTransport::requests() const {
  absl::MutexLock lock(&mutex_);
  return requests_;
}

size_t FakeHttpTransport::replies_left() const {
  absl::MutexLock lock(&mutex_);
  size_t left = 0;
  for (const auto& [request, responses] : script_) left += responses.size();
  return left;
}

FakeHttpTransport::Response FakeHttpTransport::Take(Request request) {
  absl::MutexLock lock(&mutex_);
  Response response;
  const auto it = script_.find({request.method, request.url});
  if (it == script_.end() || it->second.empty()) {
    response.no_head = true;
    response.status = absl::UnavailableError(
        absl::StrCat("nothing is scripted for ", request.method, " ", request.url));
  } else {
    response = std::move(it->second.front());
    it->second.pop_front();
  }
  requests_.push_back(std::move(request));
  return response;
}

}  // namespace registryd
