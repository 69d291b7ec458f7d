#ifndef REGISTRYD_SERVER_LATE_HTTP_TRANSPORT_H_
#define REGISTRYD_SERVER_LATE_HTTP_TRANSPORT_H_

#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "registry/net/http_transport.h"

namespace registryd {

// A transport that is made on a thread of its own, while the service starts and serves:
// reading all certificates that a machine trusts takes longer than all else together.
// What is sent before it is there waits for it; if it cannot be made, requests end with
// the reason. Thread-safe.
class LateHttpTransport final : public HttpTransport {
 public:
  using Make = std::function<absl::StatusOr<std::unique_ptr<HttpTransport>>()>;

  // Begins at once. `make` is called once.
  explicit LateHttpTransport(Make make);
  LateHttpTransport(const LateHttpTransport&) = delete;
  LateHttpTransport& operator=(const LateHttpTransport&) = delete;
  // Waits for `make`, and destroys what it made.
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

  void Run(Make make);
  // Sends at once, or reports why not.
  void Pass(Held held);

  absl::Mutex mutex_;
  bool made_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<Held> held_ ABSL_GUARDED_BY(mutex_);
  // Written before `made_` is set, and not after.
  absl::StatusOr<std::unique_ptr<HttpTransport>> transport_ = absl::UnknownError("not made");
  std::thread thread_;
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_LATE_HTTP_TRANSPORT_H_
