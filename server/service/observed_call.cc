#include "server/service/observed_call.h"

#include "absl/time/time.h"
#include "server/grpc_status.h"

namespace registryd {

grpc::Status ObservedCall::End(const absl::Status& status) const {
  const absl::Duration elapsed = absl::FromChrono(std::chrono::steady_clock::now() - started_);
  observer_->OnCall({method_, status, elapsed, registry_, uses_credentials_, *context_});
  return ToGrpcStatus(status);
}

}  // namespace registryd
