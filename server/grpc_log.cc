#include "server/grpc_log.h"

#include <cstring>

#include "absl/base/attributes.h"
#include "absl/base/const_init.h"
#include "absl/synchronization/mutex.h"
#include "grpc/support/log.h"

namespace registryd {
namespace {

ABSL_CONST_INIT absl::Mutex mutex(absl::kConstInit);
ABSL_CONST_INIT Logger* target ABSL_GUARDED_BY(mutex) = nullptr;

void Write(gpr_log_func_args* args) {
  absl::ReaderMutexLock lock(&mutex);
  if (target == nullptr) return;
  const char* slash = std::strrchr(args->file, '/');
  target->Log(LogLevel::kDebug, "gRPC",
              {{"severity", gpr_log_severity_string(args->severity)},
               {"file", slash == nullptr ? args->file : slash + 1},
               {"line", args->line}});
}

void SetTarget(Logger* logger) {
  absl::MutexLock lock(&mutex);
  target = logger;
}

}  // namespace

GrpcLog::GrpcLog(Logger& logger) {
  SetTarget(&logger);
  gpr_set_log_function(&Write);
}

GrpcLog::~GrpcLog() { SetTarget(nullptr); }

}  // namespace registryd
