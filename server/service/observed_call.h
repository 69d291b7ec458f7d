#ifndef REGISTRYD_SERVER_SERVICE_OBSERVED_CALL_H_
#define REGISTRYD_SERVER_SERVICE_OBSERVED_CALL_H_

#include <chrono>
#include <string>
#include <utility>

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

  // The call is for `registry`, as CallRecord has it.
  void SetRegistry(std::string registry, bool uses_credentials) {
    registry_ = std::move(registry);
    uses_credentials_ = uses_credentials;
  }

  // Tells the observer. Returns what the caller is to be sent. Called once.
  grpc::Status End(const absl::Status& status) const;

 private:
  CallObserver* observer_;
  const grpc::ServerContextBase* context_;
  absl::string_view method_;
  std::chrono::steady_clock::time_point started_;
  std::string registry_;
  bool uses_credentials_ = false;
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SERVICE_OBSERVED_CALL_H_
