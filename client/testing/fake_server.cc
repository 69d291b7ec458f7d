#include "client/testing/fake_server.h"

#include <chrono>
#include <cstddef>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server_builder.h"

namespace registryd::client {
namespace {

// Writes a service's versions. Owns itself.
class Watch final : public grpc::ServerWriteReactor<v1::WatchServiceConfigResponse> {
 public:
  explicit Watch(const FakeConfigService& service) : service_(service) {
    const absl::MutexLock lock(&mutex_);
    Proceed();
  }

  void OnWriteDone(bool ok) override {
    const absl::MutexLock lock(&mutex_);
    writing_ = false;
    cancelled_ = cancelled_ || !ok;
    Proceed();
  }
  void OnCancel() override {
    const absl::MutexLock lock(&mutex_);
    cancelled_ = true;
    if (!writing_) Proceed();
  }
  void OnDone() override { delete this; }

 private:
  void Proceed() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (finished_) return;
    if (!cancelled_ && next_ < service_.versions.size()) {
      writing_ = true;
      StartWrite(&service_.versions[next_++]);
    } else if (cancelled_ || service_.end_watch) {
      finished_ = true;
      Finish(cancelled_ ? grpc::Status::CANCELLED : service_.watch_end);
    }
  }

  const FakeConfigService& service_;
  absl::Mutex mutex_;
  size_t next_ ABSL_GUARDED_BY(mutex_) = 0;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace

grpc::ServerWriteReactor<v1::WatchServiceConfigResponse>* FakeConfigService::WatchServiceConfig(
    grpc::CallbackServerContext*, const v1::WatchServiceConfigRequest*) {
  return new Watch(*this);
}

FakeServer::FakeServer() : address_(absl::StrCat("unix:", folder_.Path("x.sock"))) {
  grpc::ServerBuilder builder;
  builder.AddListeningPort(address_, grpc::InsecureServerCredentials());
  builder.RegisterService(&registry);
  builder.RegisterService(&config);
  builder.RegisterService(&v1_session);
  builder.RegisterService(&health);
  server_ = builder.BuildAndStart();
}

FakeServer::~FakeServer() { server_->Shutdown(std::chrono::system_clock::now()); }

}  // namespace registryd::client
