#ifndef REGISTRYD_SERVER_SERVICE_CALL_OBSERVER_H_
#define REGISTRYD_SERVER_SERVICE_CALL_OBSERVER_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "grpcpp/server_context.h"

namespace registryd {

// A call that has been answered. Its members live until OnCall returns.
struct CallRecord {
  // "registry.v1.RegistryService/ParseReference": always one of the API's own
  // names, in static storage.
  absl::string_view method;
  // Holds no secret.
  const absl::Status& status;
  // From the request's arrival to the answer; of a stream, to its end.
  absl::Duration elapsed;
  // The registry that was asked, or was to be: HOST[:PORT], as HostLabel shows it.
  // Empty for calls that ask none.
  absl::string_view registry;
  // Credentials went there, or were to: the call belongs in the audit trail.
  bool used_credentials;
  // Who asked, for whoever wants to know: finding it out costs more than many a
  // call does.
  const grpc::ServerContextBase& context;
};

// Is told of every call. Thread-safe.
class CallObserver {
 public:
  virtual ~CallObserver() = default;

  // A call has arrived. An OnCall follows, whatever becomes of it.
  virtual void OnStart() {}

  // Called just before the answer is sent, on a thread that must not be blocked.
  virtual void OnCall(const CallRecord& call) = 0;
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SERVICE_CALL_OBSERVER_H_
