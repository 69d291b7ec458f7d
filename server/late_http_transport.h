#ifndef REGISTRYD_SERVER_LATE_HTTP_TRANSPORT_H_
#define REGISTRYD_SERVER_LATE_HTTP_TRANSPORT_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "registry/base/pending_call.h"
#include "registry/base/timer_queue.h"
#include "registry/net/http_transport.h"

namespace registryd {

// A transport that is made on a thread of its own, while the service starts and serves:
// reading all certificates that a machine trusts takes longer than all else together.
// What is sent before it is there waits for it, until its deadline or cancellation; if it
// cannot be made, requests end with the reason. Thread-safe.
//
// Errors beyond those of HttpReceiver::OnDone: UNAVAILABLE (OVERLOADED) where kMaxHeld
// requests wait already.
class LateHttpTransport final : public HttpTransport {
 public:
  using Make = std::function<absl::StatusOr<std::unique_ptr<HttpTransport>>()>;

  static constexpr size_t kMaxHeld = 10'000;

  // Begins at once. `make` is called once. `timers` outlives this object.
  LateHttpTransport(TimerQueue& timers, Make make);
  LateHttpTransport(const LateHttpTransport&) = delete;
  LateHttpTransport& operator=(const LateHttpTransport&) = delete;
  // Waits for `make` and for receivers that are just told of their end, and destroys what
  // it made.
  ~LateHttpTransport() override;

  void Send(HttpRequest request, HttpOptions options, const CallContext& context,
            std::unique_ptr<HttpReceiver> receiver) override;

 private:
  struct Held {
    HttpRequest request;
    HttpOptions options;
    CallContext context;
    std::unique_ptr<HttpReceiver> receiver;
  };

  // Ends with the transport, or why there is none to wait for.
  using Call = PendingCall<HttpTransport*>;

  void Run(Make make);
  void Hold(Held held);
  // Sends at once, or reports why not.
  static void Pass(Held held, const absl::StatusOr<HttpTransport*>& transport);
  // What was made. Only once `made_` was seen.
  absl::StatusOr<HttpTransport*> Transport() const;

  TimerQueue& timers_;
  absl::Mutex mutex_;
  bool made_ ABSL_GUARDED_BY(mutex_) = false;
  // Those held whose Pass has not returned.
  size_t waiting_ ABSL_GUARDED_BY(mutex_) = 0;
  // In the order of Send; some perhaps finished.
  std::vector<std::shared_ptr<Call>> held_ ABSL_GUARDED_BY(mutex_);
  // Written before `made_` is set, and not after.
  absl::StatusOr<std::unique_ptr<HttpTransport>> transport_ = absl::UnknownError("not made");
  std::thread thread_;
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_LATE_HTTP_TRANSPORT_H_
