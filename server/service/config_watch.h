#ifndef REGISTRYD_SERVER_SERVICE_CONFIG_WATCH_H_
#define REGISTRYD_SERVER_SERVICE_CONFIG_WATCH_H_

#include <cstdint>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/support/server_callback.h"
#include "registry/config/config_store.h"
#include "registry/v1/config_service.pb.h"
#include "server/service/observed_call.h"

namespace registryd {

// One stream of WatchServiceConfig. It writes the newest configuration whenever
// the one before has been taken, and holds no other: a reader that does not read
// costs one message, and keeps nobody waiting. Thread-safe.
class ConfigWatch final
    : public grpc::ServerWriteReactor<::registry::v1::WatchServiceConfigResponse>,
      public ConfigStore::Watcher {
 public:
  using DoneCallback = absl::AnyInvocable<void(ConfigWatch*) &&>;

  // `store` outlives the watch. `done` is called when gRPC has let go of the
  // watch, and may destroy it.
  ConfigWatch(ConfigStore& store, const ObservedCall& call, DoneCallback done);

  // Registers with the store, and writes what is current. If the store has too
  // many watchers the stream ends with its error.
  void Start();

  // Ends the stream with `status`, once a write that is under way has ended,
  // unless it is ending already.
  void End(absl::Status status);

  void OnChange() override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  // Does what is to be done next, unless something is being done: ends the
  // stream, or writes what is newer than what was written.
  void Proceed();

  ConfigStore& store_;
  const ObservedCall call_;
  DoneCallback done_;
  absl::Mutex mutex_;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<absl::Status> end_ ABSL_GUARDED_BY(mutex_);
  uint64_t written_version_ ABSL_GUARDED_BY(mutex_) = 0;
  // Belongs to whoever set writing_, then to gRPC until OnWriteDone.
  ::registry::v1::WatchServiceConfigResponse message_;
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SERVICE_CONFIG_WATCH_H_
