#include "registry/net/curl/exchange.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "registry/base/error.h"
#include "registry/net/curl/transfer_error.h"

namespace registryd {
namespace {

// From the socket, of a body that is bulk. More was not seen to be faster.
constexpr size_t kReadAtATime = size_t{128} << 10;

// A long time, but one that can be added to the clock's.
constexpr absl::Duration kForever = absl::Hours(24 * 365);

// Of a connection with requests that wait, before it gets no more of them. Two calls of the
// usual 5 seconds are enough, though not all of their time is spent waiting.
constexpr absl::Duration kMaxSilence = absl::Seconds(9);

EventLoop::Time After(absl::Duration duration) {
  return EventLoop::Now() +
         absl::ToChronoNanoseconds(std::clamp(duration, absl::ZeroDuration(), kForever));
}

}  // namespace

Exchange::Exchange(std::shared_ptr<EventLoop> loop, std::shared_ptr<ReceiveBudget> budget,
                   HttpRequest request, HttpOptions options, ExchangePlan plan, absl::Time deadline,
                   std::unique_ptr<HttpReceiver> receiver, Ended ended)
    : loop_(std::move(loop)),
      budget_(std::move(budget)),
      request_(std::move(request)),
      options_(std::move(options)),
      plan_(std::move(plan)),
      deadline_(After(deadline - absl::Now())),
      receiver_(std::move(receiver)),
      ended_(std::move(ended)),
      reader_({options_.max_head_bytes, options_.max_body_bytes, plan_.decompress}) {}

Cancellation::Registration Exchange::OnCancel(Cancellation* cancellation) {
  if (cancellation == nullptr) return {};
  return cancellation->OnCancel([loop = loop_, weak = weak_from_this()] {
    const auto cancelled = [] {
      return Error(absl::StatusCode::kCancelled, Reason::kCancelled,
                   "the caller cancelled the call");
    };
    if (loop->InLoopThread()) {
      // Perhaps within a call of the receiver, which is to get no other but OnDone.
      const auto self = weak.lock();
      if (self != nullptr && self->failure_.ok()) self->failure_ = cancelled();
    }
    loop->Post([weak, cancelled] {
      if (const auto self = weak.lock()) self->Fail(cancelled());
    });
  });
}

void Exchange::Start(ConnectionPool* pool, absl::Duration connection_lifetime,
                     Cancellation::Registration registration) {
  registration_ = std::move(registration);
  if (pool != nullptr) {
    easy_ = std::make_unique<EasyHandle>(plan_, request_, options_, connection_lifetime);
  }
  if (easy_ == nullptr || easy_->get() == nullptr) {
    return Finish(Error(absl::StatusCode::kUnavailable, Reason::kOverloaded,
                        "there is no memory or file descriptor for another connection"));
  }
  request_.secret_headers.clear();
  if (request_.body != nullptr) body_ = std::make_unique<RequestBody>(std::move(request_.body));
  if (deadline_ <= EventLoop::Now()) return Finish(TimedOut("connecting to"));
  SetCallbacks();
  SetTimers();
  if (plan_.bulk) ShareBudget();
  pool_ = pool;
  if (pool_->Add(easy_->get(), *this, plan_.addresses)) return;
  pool_ = nullptr;
  Finish(Error(absl::StatusCode::kUnavailable, Reason::kOverloaded,
               "there is no memory for another connection"));
}

void Exchange::ShareBudget() {
  share_.emplace(budget_);
  if (!share_->Take(kReadAtATime)) return;
  curl_easy_setopt(easy_->get(), CURLOPT_BUFFERSIZE, static_cast<long>(kReadAtATime));
}

void Exchange::SetCallbacks() {
  CURL* easy = easy_->get();
  using DataCallback = size_t (*)(char*, size_t, size_t, void*);
  using SeekCallback = int (*)(void*, curl_off_t, int);
  using ReadyCallback = int (*)(void*, char*, char*, int, int);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION,
                   static_cast<DataCallback>([](char* data, size_t, size_t size, void* self) {
                     return static_cast<Exchange*>(self)->OnHeader({data, size});
                   }));
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION,
                   static_cast<DataCallback>([](char* data, size_t, size_t size, void* self) {
                     return static_cast<Exchange*>(self)->OnBody({data, size});
                   }));
  curl_easy_setopt(easy, CURLOPT_READDATA, this);
  curl_easy_setopt(easy, CURLOPT_READFUNCTION,
                   static_cast<DataCallback>([](char* to, size_t size, size_t count, void* self) {
                     return static_cast<Exchange*>(self)->OnRead(to, size * count);
                   }));
  curl_easy_setopt(easy, CURLOPT_SEEKDATA, this);
  curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION,
                   static_cast<SeekCallback>([](void* self, curl_off_t offset, int origin) {
                     auto& body = static_cast<Exchange*>(self)->body_;
                     if (offset != 0 || origin != SEEK_SET) return CURL_SEEKFUNC_FAIL;
                     return body == nullptr || body->Rewind() ? CURL_SEEKFUNC_OK
                                                              : CURL_SEEKFUNC_FAIL;
                   }));
  // The connection stands, TLS included, and the request is about to be sent.
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, this);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION,
                   static_cast<ReadyCallback>([](void* self, char*, char* ip, int, int port) {
                     auto& exchange = *static_cast<Exchange*>(self);
                     exchange.connected_ = true;
                     exchange.pool_->SetConnection(exchange.easy_->get(),
                                                   absl::StrCat(ip, " ", port));
                     if (exchange.connect_timer_) exchange.loop_->Cancel(*exchange.connect_timer_);
                     return CURL_PREREQFUNC_OK;
                   }));
}

void Exchange::SetTimers() {
  timers_.push_back(loop_->RunAt(deadline_, [this] {
    Fail(TimedOut(!connected_           ? "connecting to"
                  : !reader_.has_head() ? "waiting for the answer of"
                                        : "receiving the answer of"));
  }));
  connect_timer_ = loop_->RunAt(After(options_.connect_timeout), [this] { Fail(NoConnection()); });
  if (options_.min_bytes_per_second <= 0 || options_.slow_period <= absl::ZeroDuration()) return;
  const EventLoop::Time now = EventLoop::Now();
  speed_.emplace(options_.min_bytes_per_second,
                 absl::ToChronoNanoseconds(std::min(options_.slow_period, kForever)), now);
  speed_timer_ = loop_->RunAt(now + speed_->interval(), [this] { CheckSpeed(); });
}

// Connecting has a limit of its own, and moves nothing.
void Exchange::CheckSpeed() {
  const EventLoop::Time now = EventLoop::Now();
  const uint64_t bytes =
      head_bytes_ + static_cast<uint64_t>(easy_->Info(CURLINFO_SIZE_DOWNLOAD_T, curl_off_t{0})) +
      static_cast<uint64_t>(easy_->Info(CURLINFO_SIZE_UPLOAD_T, curl_off_t{0}));
  if (!connected_) {
    speed_->Wait(now);
  } else {
    UpdateWaiting();
  }
  if (speed_->TooSlow(now, bytes)) {
    return Fail(
        Error(absl::StatusCode::kUnavailable, Reason::kConnectionFailed,
              absl::StrCat(plan_.target.server, " moved fewer than ", options_.min_bytes_per_second,
                           " bytes per second for ", absl::FormatDuration(options_.slow_period))));
  }
  StopAwaitingPart();  // No callback tells of a body's end that comes without bytes of it.
  speed_timer_ = loop_->RunAt(now + speed_->interval(), [this] { CheckSpeed(); });
}

void Exchange::LimitBodyTime() {
  if (options_.max_body_time == absl::InfiniteDuration()) return;
  timers_.push_back(loop_->RunAt(After(options_.max_body_time), [this] {
    Fail(
        Error(absl::StatusCode::kUnavailable, Reason::kConnectionFailed,
              absl::StrCat("the body of the answer of ", plan_.target.server,
                           " did not come within ", absl::FormatDuration(options_.max_body_time))));
  }));
}

void Exchange::UpdateWaiting() {
  if (!speed_.has_value()) return;
  // The server may store what it was sent, or fetch what it was asked for.
  const bool awaiting_answer =
      plan_.bulk && !reader_.has_head() && (body_ == nullptr || body_->ended());
  if (awaiting_resume_ || awaiting_part_ || awaiting_answer) {
    speed_->Wait(EventLoop::Now());
  } else {
    speed_->GoOn(EventLoop::Now());
  }
}

size_t Exchange::OnHeader(absl::string_view line) {
  head_bytes_ += line.size();
  absl::StatusOr<std::optional<HttpResponseHead>> head = reader_.AddLine(line);
  pool_->Heard(easy_->get(), reader_.has_head());
  if (!head.ok()) {
    BreakOff(head.status());
    return 0;
  }
  if (head->has_value()) {
    if (body_ != nullptr) body_->Forget();
    if (plan_.target.https && !plan_.bulk && !reader_.http2()) pool_->ShareNoConnections();
    refused_ = (*head)->status >= 300;
    StopAwaitingPart();
    LimitBodyTime();
    receiver_->OnHead(**std::move(head));
    if (!failure_.ok()) return 0;
  }
  return line.size();
}

size_t Exchange::OnBody(absl::string_view data) {
  const size_t size = data.size();
  pool_->Heard(easy_->get(), /*has_head=*/true);
  StopAwaitingPart();
  if (plan_.bulk) return Gather(data);
  if (awaiting_resume_ && !reader_.http2()) {
    receive_paused_ = true;
    return CURL_WRITEFUNC_PAUSE;
  }
  if (awaiting_resume_) {
    // Libcurl cannot hold back one stream without the others of its connection. What
    // comes here is no larger than a body that may be multiplexed.
    backlog_.append(data.data(), data.size());
    if (backlog_.size() <= options_.max_body_bytes.value_or(0) + CURL_MAX_WRITE_SIZE) return size;
    BreakOff(Error(absl::StatusCode::kResourceExhausted, Reason::kResponseTooLarge,
                   "the response's body is larger than the caller takes"));
    return 0;
  }
  if (absl::Status status = Deliver(&data); !status.ok()) {
    BreakOff(std::move(status));
    return 0;
  }
  backlog_.assign(data.data(), data.size());
  backlog_taken_ = 0;
  return size;
}

size_t Exchange::Gather(absl::string_view data) {
  backlog_.append(data.data(), data.size());
  const size_t held = backlog_.size() - backlog_taken_;
  while (held >= share_->bytes() && share_->Double()) {
  }
  if (held >= share_->bytes() && !receive_paused_) {
    // In place of CURL_WRITEFUNC_PAUSE: libcurl would copy what it has read, and once more
    // when it goes on. It reads again at once if only one direction is paused.
    receive_paused_ = true;
    pool_->Pause(easy_->get(), CURLPAUSE_ALL);
  }
  if (awaiting_resume_ || delivery_is_due_) return data.size();
  delivery_is_due_ = true;
  loop_->Post([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self == nullptr || self->finished_) return;
    self->delivery_is_due_ = false;
    if (!self->awaiting_resume_) self->GoOnReceiving();
  });
  return data.size();
}

absl::Status Exchange::Deliver(absl::string_view* data) {
  while (!awaiting_resume_) {
    absl::StatusOr<absl::string_view> part = reader_.Next(data);
    if (!part.ok()) return part.status();
    if (part->empty()) break;
    awaiting_resume_ = true;
    delivering_ = true;
    receiver_->OnBody(*part, [loop = loop_, weak = weak_from_this()] {
      if (loop->InLoopThread()) {
        // Within OnBody: no detour is needed.
        const auto self = weak.lock();
        if (self == nullptr) return;
        if (self->delivering_) {
          self->awaiting_resume_ = false;
          return;
        }
      }
      loop->Post([weak] {
        if (const auto self = weak.lock()) self->OnResume();
      });
    });
    delivering_ = false;
    if (!failure_.ok()) return failure_;
  }
  UpdateWaiting();
  return absl::OkStatus();
}

void Exchange::OnResume() {
  if (finished_) return;
  awaiting_resume_ = false;
  GoOnReceiving();
}

void Exchange::GoOnReceiving() {
  absl::string_view rest = absl::string_view(backlog_).substr(backlog_taken_);
  // Also without a backlog: the reader may have more to give.
  if (absl::Status status = Deliver(&rest); !status.ok()) return Fail(std::move(status));
  backlog_taken_ = backlog_.size() - rest.size();
  // Also while a receiver is awaited: one that is always a little behind never empties it. By
  // halves, so that a decoder that makes much of little does not have the rest moved each time.
  if (backlog_taken_ >= rest.size()) {
    backlog_.erase(0, backlog_taken_);
    backlog_taken_ = 0;
  }
  if (awaiting_resume_) return;
  if (complete_) return Finish(failure_.ok() ? reader_.End() : failure_);
  if (!receive_paused_) return;
  receive_paused_ = false;
  Unpause();
}

// Libcurl sends no more of the body after such an answer, but would wait for the part that
// it was promised. If the connection is to be closed it goes on to ask for that part until
// it has the whole answer, and waits again.
void Exchange::StopAwaitingPart() {
  if (!refused_ || !awaiting_part_) return;
  loop_->Post([weak = weak_from_this()] {
    const auto self = weak.lock();
    // A receiver that has to be waited for has Unpause called.
    if (self == nullptr || self->finished_ || self->receive_paused_) return;
    if (self->send_paused_) self->Unpause();
  });
}

void Exchange::Unpause() {
  if (pool_ == nullptr) return;
  if (refused_ && awaiting_part_) send_paused_ = false;
  const CURLcode code =
      pool_->Pause(easy_->get(), (receive_paused_ ? CURLPAUSE_RECV : CURLPAUSE_CONT) |
                                     (send_paused_ ? CURLPAUSE_SEND : CURLPAUSE_CONT));
  if (code != CURLE_OK) OnTransferDone(code);
}

size_t Exchange::OnRead(char* to, size_t room) {
  if (body_ == nullptr) return 0;
  while (true) {
    // First: a source that failed, or did not keep to its size, may have ended too.
    if (!failure_.ok()) return CURL_READFUNC_ABORT;
    if (const size_t count = body_->Take(to, room); count > 0) return count;
    if (body_->ended()) return 0;
    if (!awaiting_part_) AskSource();
    if (awaiting_part_) {
      send_paused_ = true;
      return CURL_READFUNC_PAUSE;
    }
  }
}

void Exchange::AskSource() {
  awaiting_part_ = true;
  asking_ = true;
  body_->source().Read(RequestBody::kMaxPartBytes, [loop = loop_, weak = weak_from_this()](
                                                       absl::StatusOr<std::string> given) {
    absl::StatusOr<Secret> part =
        given.ok() ? absl::StatusOr<Secret>(Secret(*std::move(given))) : given.status();
    if (loop->InLoopThread()) {
      const auto self = weak.lock();
      if (self == nullptr) return;
      if (self->asking_) {
        self->awaiting_part_ = false;
        if (absl::Status status = self->body_->Add(std::move(part)); !status.ok()) {
          self->BreakOff(std::move(status));
        }
        return;
      }
    }
    loop->Post([weak, part = std::move(part)]() mutable {
      if (const auto self = weak.lock()) self->OnPart(std::move(part));
    });
  });
  asking_ = false;
  UpdateWaiting();
}

void Exchange::OnPart(absl::StatusOr<Secret> part) {
  if (finished_) return;
  awaiting_part_ = false;
  UpdateWaiting();
  if (absl::Status status = body_->Add(std::move(part)); !status.ok()) {
    return Fail(std::move(status));
  }
  if (!send_paused_) return;
  send_paused_ = false;
  Unpause();
}

void Exchange::OnTransferDone(CURLcode code) {
  if (finished_) return;
  absl::Status status = StatusOf(code);
  LeavePool(status.ok());
  if (!status.ok()) {
    // What came before the connection broke counts.
    absl::string_view rest = absl::string_view(backlog_).substr(backlog_taken_);
    if (failure_.ok() && !awaiting_resume_) Deliver(&rest).IgnoreError();
    return Finish(std::move(status));
  }
  complete_ = true;
  if (!awaiting_resume_) GoOnReceiving();
}

absl::Status Exchange::StatusOf(CURLcode code) const {
  if (!failure_.ok()) return failure_;
  if (code == CURLE_OK) return absl::OkStatus();
  if (absl::Status status = easy_->certificate_status(); !status.ok()) return status;
  if (code == CURLE_OPERATION_TIMEDOUT) return NoConnection();
  const std::string addresses = plan_.Addresses();
  FailedTransfer failed;
  failed.code = code;
  failed.server = plan_.target.server;
  if (plan_.proxy.has_value()) failed.proxy = plan_.proxy->server;
  failed.addresses = addresses;
  failed.https = plan_.target.https;
  failed.connected = connected_;
  failed.has_head = reader_.has_head();
  failed.os_error = easy_->Info(CURLINFO_OS_ERRNO, 0L);
  failed.connect_status = easy_->Info(CURLINFO_HTTP_CONNECTCODE, 0L);
  failed.tls_detail = easy_->error_text();
  return TransferError(failed);
}

absl::Status Exchange::NoConnection() const {
  return Error(absl::StatusCode::kUnavailable, Reason::kConnectionFailed,
               absl::StrCat("no connection to ", plan_.target.server, " (", plan_.Addresses(),
                            ") within ", absl::FormatDuration(options_.connect_timeout)));
}

absl::Status Exchange::TimedOut(absl::string_view what) const {
  return Error(
      absl::StatusCode::kDeadlineExceeded, Reason::kDeadlineExceeded,
      absl::StrCat("the call's deadline has passed while ", what, " ", plan_.target.server));
}

void Exchange::Fail(absl::Status status) {
  if (finished_) return;
  // By a deadline as well as by a cancellation: callers cancel when theirs has passed.
  if (pool_ != nullptr &&
      pool_->IsSilent(easy_->get(),
                      absl::ToChronoNanoseconds(std::min(options_.connect_timeout, kMaxSilence)))) {
    suspect_ = pool_;
  }
  LeavePool(/*complete=*/false);
  Finish(std::move(status));
}

void Exchange::BreakOff(absl::Status status) {
  failure_ = std::move(status);
  ConnectionPool::BreakOff(easy_->get());
}

void Exchange::LeavePool(bool complete) {
  if (pool_ == nullptr) return;
  pool_->Remove(easy_->get(), complete);
  pool_ = nullptr;
}

void Exchange::Finish(absl::Status status) {
  finished_ = true;
  share_.reset();
  for (const EventLoop::TimerId& timer : timers_) loop_->Cancel(timer);
  if (connect_timer_.has_value()) loop_->Cancel(*connect_timer_);
  if (speed_timer_.has_value()) loop_->Cancel(*speed_timer_);
  const auto self = shared_from_this();  // `ended_` gives the owner's reference up.
  const bool reused = connected_ && easy_->Info(CURLINFO_NUM_CONNECTS, 0L) == 0;
  std::move(ended_)({status, reused, suspect_});
  registration_ = Cancellation::Registration();
  easy_ = nullptr;
  body_ = nullptr;
  request_.body = nullptr;
  receiver_->OnDone(std::move(status));
  receiver_ = nullptr;
}

}  // namespace registryd
