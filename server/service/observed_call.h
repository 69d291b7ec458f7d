#ifndef REGISTRYD_SERVER_SERVICE_OBSERVED_CALL_H_
#define REGISTRYD_SERVER_SERVICE_OBSERVED_CALL_H_

#include <chrono>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/status.h"
#include "server/service/call_observer.h"

namespace registryd {

// Measures one call, from its construction to its end.
class ObservedCall {
 public:
  // `observer` and `context` outlive the call; `method` is as in CallRecord.
  ObservedCall(CallObserver& observer, const grpc::ServerContextBase& context,
               absl::string_view method)
      : observer_(&observer),
        context_(&context),
        method_(method),
        started_(std::chrono::steady_clock::now()) {
    observer.OnStart();
  }

  // Tells the observer. Returns what the caller is to be sent. Called once.
  grpc::Status End(const absl::Status& status) const;

 private:
  CallObserver* observer_;
  const grpc::ServerContextBase* context_;
  absl::string_view method_;
  std::chrono::steady_clock::time_point started_;
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SERVICE_OBSERVED_CALL_H_
