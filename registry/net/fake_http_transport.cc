#include "registry/net/fake_http_transport.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "registry/base/error.h"
#include "registry/net/curl/request_check.h"

namespace registryd {
namespace {

constexpr size_t kMaxPartBytes = size_t{16} * 1024;

bool HasNoBody(absl::string_view method, int status) {
  return method == "HEAD" || status == 204 || status == 304;
}

// As HTTP/1.1 writes it.
size_t HeadBytes(const HttpResponseHead& head) {
  size_t bytes = absl::string_view("HTTP/1.1 200 \r\n\r\n").size();
  for (const HttpHeader& header : head.headers) {
    bytes += header.name.size() + header.value.size() + absl::string_view(": \r\n").size();
  }
  return bytes;
}

absl::Status TooLarge(absl::string_view what) {
  return Error(absl::StatusCode::kResourceExhausted, Reason::kResponseTooLarge,
               absl::StrCat("the response's ", what, " is larger than allowed"));
}

// What would keep a request from being sent.
absl::Status Check(const HttpRequest& request) {
  if (auto target = CheckUrl(request.url, "url"); !target.ok()) return target.status();
  return CheckRequest(request);
}

absl::Status Late() {
  return Error(absl::StatusCode::kDeadlineExceeded, Reason::kDeadlineExceeded,
               "the call's deadline has passed");
}

}  // namespace

// One request and its answer. Goes on, step by step, until it waits for a Ready or
// a Resume; whoever ends the wait goes on with it.
class FakeHttpTransport::Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(FakeHttpTransport& transport, HttpRequest request, HttpOptions options,
           std::unique_ptr<HttpReceiver> receiver)
      : transport_(transport),
        source_(std::move(request.body)),
        receiver_(std::move(receiver)),
        method_(request.method),
        max_head_bytes_(options.max_head_bytes),
        max_body_bytes_(options.max_body_bytes.value_or(std::numeric_limits<uint64_t>::max())),
        max_body_time_(options.max_body_time),
        size_(source_ == nullptr ? std::nullopt : source_->size()) {
    request_.method = std::move(request.method);
    request_.url = std::move(request.url);
    request_.headers = std::move(request.headers);
    request_.secret_headers = std::move(request.secret_headers);
    request_.options = std::move(options);
  }

  // `status`: what is wrong with the request.
  void Start(absl::Status status, const CallContext& context) {
    if (!status.ok()) Fail(std::move(status));
    if (context.deadline <= absl::Now()) {
      Fail(Late());
    } else if (context.deadline != absl::InfiniteFuture()) {
      const TimerQueue::Id timer = transport_.timers_.Schedule(
          context.deadline, [weak = weak_from_this()] { End(weak, Late()); });
      absl::MutexLock lock(&mutex_);
      timer_ = timer;
    }
    if (context.cancellation != nullptr) {
      Cancellation::Registration registration =
          context.cancellation->OnCancel([weak = weak_from_this()] {
            End(weak, Error(absl::StatusCode::kCancelled, Reason::kCancelled,
                            "the caller cancelled the call"));
          });
      absl::MutexLock lock(&mutex_);
      if (!done_) registration_ = std::move(registration);
    }
    Advance();
  }

  static void End(const std::weak_ptr<Exchange>& weak, absl::Status status) {
    const auto exchange = weak.lock();
    if (exchange == nullptr) return;
    exchange->Fail(std::move(status));
    exchange->Advance();
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
        const auto exchange = self;
        exchange->Sent(std::move(part));
      });
    } else if (!response_.has_value()) {
      TakeResponse();
    } else if (next_part_ == response_->parts.size()) {
      FinishOrStall();
    } else {
      GivePart(response_->parts[next_part_++]);
    }
  }

  void TakeResponse() {
    response_ = transport_.Take(TakeRequest());
    if (response_->no_head) {
      response_->parts.clear();
      FinishOrStall();
    } else if (HeadBytes(response_->head) > max_head_bytes_) {
      Fail(TooLarge("head"));
    } else {
      if (HasNoBody(method_, response_->head.status)) response_->parts.clear();
      LimitBodyTime();
      receiver_->OnHead(response_->head);
    }
  }

  void LimitBodyTime() {
    if (max_body_time_ == absl::InfiniteDuration()) return;
    transport_.timers_.Schedule(absl::Now() + max_body_time_, [weak = weak_from_this()] {
      End(weak, Error(absl::StatusCode::kUnavailable, Reason::kConnectionFailed,
                      "the body of the answer did not come in time"));
    });
  }

  void GivePart(const std::string& part) {
    if (part.empty()) return;
    given_ += part.size();
    if (given_ > max_body_bytes_) {
      Fail(TooLarge("body"));
      return;
    }
    ++transport_.parts_given_;
    Wait();
    receiver_->OnBody(part, [self = shared_from_this()] {
      // Whoever holds this callback may go with the receiver.
      const auto exchange = self;
      exchange->GoOn();
    });
  }

  void FinishOrStall() {
    if (response_->stalls) {
      Wait();
    } else {
      Finish(response_->status);
    }
  }

  void Sent(absl::StatusOr<std::string> part) {
    {
      absl::MutexLock lock(&mutex_);
      if (!part.ok()) {
        if (failure_.ok()) failure_ = part.status();
      } else {
        sent_ = part->empty();
        body_ += *part;
        const bool wrong =
            size_.has_value() && (sent_ ? body_.size() < *size_ : body_.size() > *size_);
        if (wrong && failure_.ok()) {
          failure_ = Error(absl::StatusCode::kInternal, Reason::kInternal,
                           "the request's body has not the size it was said to have");
        }
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
    TimerQueue::Id timer = 0;
    {
      absl::MutexLock lock(&mutex_);
      done_ = true;
      registration = std::move(registration_);
      timer = timer_;
    }
    if (timer != 0) transport_.timers_.Cancel(timer);
    transport_.Forget(this);
    // From here on the transport may be gone.
    source_ = nullptr;
    receiver_->OnDone(std::move(status));
    receiver_ = nullptr;
  }

  FakeHttpTransport& transport_;
  Request request_;
  std::unique_ptr<HttpBodySource> source_;
  std::unique_ptr<HttpReceiver> receiver_;
  const std::string method_;
  const size_t max_head_bytes_;
  const uint64_t max_body_bytes_;
  const absl::Duration max_body_time_;
  // What the source said; nullopt: nothing.
  const std::optional<uint64_t> size_;
  std::optional<Response> response_;
  size_t next_part_ = 0;
  uint64_t given_ = 0;  // Bytes of parts.

  absl::Mutex mutex_;
  bool stepping_ ABSL_GUARDED_BY(mutex_) = false;
  bool waiting_ ABSL_GUARDED_BY(mutex_) = false;
  bool done_ ABSL_GUARDED_BY(mutex_) = false;
  // What the source has given so far, and whether that is all.
  std::string body_ ABSL_GUARDED_BY(mutex_);
  bool sent_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  TimerQueue::Id timer_ ABSL_GUARDED_BY(mutex_) = 0;
  Cancellation::Registration registration_ ABSL_GUARDED_BY(mutex_);
};

void FakeHttpTransport::Send(HttpRequest request, HttpOptions options, const CallContext& context,
                             std::unique_ptr<HttpReceiver> receiver) {
  absl::Status status = Check(request);
  const auto exchange = std::make_shared<Exchange>(*this, std::move(request), std::move(options),
                                                   std::move(receiver));
  {
    absl::MutexLock lock(&mutex_);
    exchanges_.emplace(exchange.get(), exchange);
  }
  exchange->Start(std::move(status), context);
}

FakeHttpTransport::~FakeHttpTransport() {
  std::vector<std::shared_ptr<Exchange>> exchanges;
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& [key, exchange] : exchanges_) exchanges.push_back(exchange);
  }
  for (const auto& exchange : exchanges) {
    Exchange::End(exchange, Error(absl::StatusCode::kUnavailable, Reason::kShuttingDown,
                                  "the transport has ended"));
  }
}

void FakeHttpTransport::Forget(Exchange* exchange) {
  std::shared_ptr<Exchange> last;
  absl::MutexLock lock(&mutex_);
  if (const auto it = exchanges_.find(exchange); it != exchanges_.end()) {
    last = std::move(it->second);
    exchanges_.erase(it);
  }
}

void FakeHttpTransport::Reply(absl::string_view method, absl::string_view url, Response response) {
  absl::MutexLock lock(&mutex_);
  script_[{std::string(method), std::string(url)}].push_back(std::move(response));
}

std::vector<FakeHttpTransport::Request> FakeHttpTransport::requests() const {
  absl::MutexLock lock(&mutex_);
  return requests_;
}

void FakeHttpTransport::AwaitRequests(size_t count) const {
  absl::MutexLock lock(&mutex_);
  const auto enough = [this, count]()
                          ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return requests_.size() >= count; };
  mutex_.Await(absl::Condition(&enough));
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
    response.status =
        Error(absl::StatusCode::kUnavailable, Reason::kConnectionFailed,
              absl::StrCat("nothing is scripted for ", request.method, " ", request.url));
  } else {
    response = std::move(it->second.front());
    it->second.pop_front();
  }
  requests_.push_back(std::move(request));
  return response;
}

}  // namespace registryd
