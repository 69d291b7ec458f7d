#include "server/service/unary_call.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <utility>

#include "absl/time/clock.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

// Answers a call that waits, and cancels its work with it.
class WaitingReactor final : public grpc::ServerUnaryReactor {
 public:
  explicit WaitingReactor(std::shared_ptr<Cancellation> cancellation)
      : cancellation_(std::move(cancellation)) {}

  void OnCancel() override { cancellation_->Cancel(); }
  void OnDone() override { delete this; }

 private:
  const std::shared_ptr<Cancellation> cancellation_;
};

// Where an answer and the reactor that sends it meet: whichever comes second
// ends the call.
class Meeting {
 public:
  explicit Meeting(const ObservedCall& call) : call_(call) {}

  // Meaningful until SetReactor.
  bool has_status() const { return one_is_here_.load(std::memory_order_acquire); }

  void SetStatus(absl::Status status) {
    status_ = std::move(status);
    if (one_is_here_.exchange(true, std::memory_order_acq_rel)) End();
  }

  void SetReactor(grpc::ServerUnaryReactor* reactor) {
    reactor_ = reactor;
    if (one_is_here_.exchange(true, std::memory_order_acq_rel)) End();
  }

 private:
  void End() { reactor_->Finish(call_.End(status_)); }

  const ObservedCall call_;
  std::atomic<bool> one_is_here_{false};
  absl::Status status_;
  grpc::ServerUnaryReactor* reactor_ = nullptr;
};

}  // namespace

absl::Time DeadlineOf(const grpc::ServerContextBase& context) {
  const std::chrono::system_clock::time_point deadline = context.deadline();
  if (deadline == std::chrono::system_clock::time_point::max()) return absl::InfiniteFuture();
  return absl::FromChrono(deadline);
}

absl::Status NameTheDeadline(absl::Status status, absl::Time deadline) {
  if (status.code() != absl::StatusCode::kCancelled || absl::Now() < deadline) return status;
  return Error(absl::StatusCode::kDeadlineExceeded, Reason::kDeadlineExceeded,
               "the call's deadline has passed");
}

grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context, const ObservedCall& call,
                                 const absl::Status& status) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  reactor->Finish(call.End(status));
  return reactor;
}

grpc::ServerUnaryReactor* Await(
    grpc::CallbackServerContext* context, const ObservedCall& call,
    absl::FunctionRef<void(const CallContext& context, DoneCallback done)> start) {
  const auto meeting = std::make_shared<Meeting>(call);
  const CallContext call_context{DeadlineOf(*context), std::make_shared<Cancellation>()};
  start(call_context, [meeting, deadline = call_context.deadline](absl::Status status) {
    meeting->SetStatus(NameTheDeadline(std::move(status), deadline));
  });
  grpc::ServerUnaryReactor* const reactor = meeting->has_status()
                                                ? context->DefaultReactor()
                                                : new WaitingReactor(call_context.cancellation);
  meeting->SetReactor(reactor);
  return reactor;
}

}  // namespace registryd
