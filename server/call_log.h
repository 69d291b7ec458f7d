#ifndef REGISTRYD_SERVER_CALL_LOG_H_
#define REGISTRYD_SERVER_CALL_LOG_H_

#include <atomic>
#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/observe/call_metrics.h"
#include "server/observe/logger.h"
#include "server/service/call_observer.h"
#include "server/service/caller_identifier.h"

namespace registryd {

// Counts every call and logs it: at debug level, or at info level when the call
// was to change something or took credentials to a registry, which is the audit
// trail. Of what was asked for only that registry is logged: a request may hold
// credentials. Thread-safe.
class CallLog final : public CallObserver {
 public:
  // Both outlive this object.
  CallLog(CallMetrics& metrics, Logger& logger, CallerIdentifier identify);

  void OnStart() override { running_.fetch_add(1, std::memory_order_relaxed); }
  void OnCall(const CallRecord& call) override;

  // Waits until no call has run for a moment, in which one that is on its way
  // would have begun; at most for `patience`.
  void AwaitIdle(absl::Duration patience) const;

 private:
  struct Method {
    MethodMetrics* metrics;
    LogLevel level;
  };

  Logger& logger_;
  const CallerIdentifier identify_;
  // By full name; every method of the API, so that no call takes a lock.
  absl::flat_hash_map<absl::string_view, Method> methods_;
  std::atomic<int64_t> running_{0};
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_CALL_LOG_H_
