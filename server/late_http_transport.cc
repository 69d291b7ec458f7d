#include "server/late_http_transport.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "registry/base/error.h"

namespace registryd {

LateHttpTransport::LateHttpTransport(TimerQueue& timers, Make make)
    : timers_(timers),
      thread_([this, make = std::move(make)]() mutable { Run(std::move(make)); }) {}

LateHttpTransport::~LateHttpTransport() {
  thread_.join();
  // A deadline or cancellation may be ending a request on another thread.
  absl::MutexLock lock(&mutex_);
  const auto idle = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return waiting_ == 0; };
  mutex_.Await(absl::Condition(&idle));
}

void LateHttpTransport::Send(HttpRequest request, HttpOptions options, const CallContext& context,
                             std::unique_ptr<HttpReceiver> receiver) {
  Held held{std::move(request), std::move(options), context, std::move(receiver)};
  bool made = false;
  bool full = false;
  {
    absl::MutexLock lock(&mutex_);
    made = made_;
    full = waiting_ == kMaxHeld;
    if (!made && !full) ++waiting_;
  }
  if (made) return Pass(std::move(held), Transport());
  if (!full) return Hold(std::move(held));
  Pass(std::move(held), Error(absl::StatusCode::kUnavailable, Reason::kOverloaded,
                              absl::StrCat("the service is starting, and ", kMaxHeld,
                                           " requests to registries are waiting already")));
}

void LateHttpTransport::Hold(Held held) {
  const CallContext context = held.context;
  std::shared_ptr<Call> call = Call::Start(
      context, timers_,
      [this, held = std::move(held)](const absl::StatusOr<HttpTransport*>& transport) mutable {
        Pass(std::move(held), transport);
        // Last, and under the lock: from then on this object may be gone.
        absl::MutexLock lock(&mutex_);
        --waiting_;
      });
  {
    absl::MutexLock lock(&mutex_);
    if (!made_) {
      // At most half of those are waiting.
      if (held_.size() == 2 * kMaxHeld) {
        held_.erase(std::remove_if(held_.begin(), held_.end(),
                                   [](const auto& one) { return one->finished(); }),
                    held_.end());
      }
      held_.push_back(std::move(call));
      return;
    }
  }
  call->Finish(Transport());
}

void LateHttpTransport::Run(Make make) {
  transport_ = make();
  std::vector<std::shared_ptr<Call>> held;
  {
    absl::MutexLock lock(&mutex_);
    made_ = true;
    held.swap(held_);
  }
  for (const std::shared_ptr<Call>& call : held) call->Finish(Transport());
}

void LateHttpTransport::Pass(Held held, const absl::StatusOr<HttpTransport*>& transport) {
  if (!transport.ok()) return held.receiver->OnDone(transport.status());
  (*transport)
      ->Send(std::move(held.request), std::move(held.options), held.context,
             std::move(held.receiver));
}

absl::StatusOr<HttpTransport*> LateHttpTransport::Transport() const {
  if (!transport_.ok()) return transport_.status();
  return transport_->get();
}

}  // namespace registryd
