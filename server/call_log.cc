#include "server/call_log.h"

#include <chrono>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "registry/base/error.h"
#include "server/api.h"

namespace registryd {
namespace {

// Methods that change what others see: the configuration, or what a registry holds.
bool Changes(absl::string_view method) {
  if (absl::ConsumePrefix(&method, "registry.v1.ConfigService/")) {
    return !absl::StartsWith(method, "Get") && !absl::StartsWith(method, "Watch");
  }
  return absl::StartsWith(method, "registry.v1.V1SessionService/Push");
}

}  // namespace

CallLog::CallLog(CallMetrics& metrics, Logger& logger, CallerIdentifier identify)
    : logger_(logger), identify_(std::move(identify)) {
  for (const std::string& method : ApiMethods()) {
    methods_[method] = {&metrics.Method(method),
                        Changes(method) ? LogLevel::kInfo : LogLevel::kDebug};
  }
}

void CallLog::AwaitIdle(absl::Duration patience) const {
  using Clock = std::chrono::steady_clock;
  constexpr absl::Duration kQuiet = absl::Milliseconds(100);
  constexpr absl::Duration kLook = absl::Milliseconds(10);
  const Clock::time_point begun = Clock::now();
  Clock::time_point busy = begun;
  for (Clock::time_point now = begun;
       absl::FromChrono(now - begun) < patience && absl::FromChrono(now - busy) < kQuiet;
       now = Clock::now()) {
    if (running_.load(std::memory_order_relaxed) > 0) busy = now;
    absl::SleepFor(kLook);
  }
}

void CallLog::OnCall(const CallRecord& call) {
  running_.fetch_sub(1, std::memory_order_relaxed);
  const auto method = methods_.find(call.method);
  if (method == methods_.end()) return;
  method->second.metrics->Record(call.status.code(), call.elapsed);

  const LogLevel level = call.used_credentials ? LogLevel::kInfo : method->second.level;
  if (!logger_.Enabled(level)) return;
  const std::string code = absl::StatusCodeToString(call.status.code());
  const absl::string_view reason = ReasonName(ReasonOf(call.status));
  const std::string caller = identify_(call.context).id;
  if (call.registry.empty()) {
    logger_.Log(level, "call",
                {{"method", call.method},
                 {"code", code},
                 {"reason", reason},
                 {"seconds", call.elapsed},
                 {"caller", caller}});
  } else {
    logger_.Log(level, "call",
                {{"method", call.method},
                 {"registry", call.registry},
                 {"code", code},
                 {"reason", reason},
                 {"seconds", call.elapsed},
                 {"caller", caller}});
  }
}

}  // namespace registryd
