#ifndef REGISTRYD_SERVER_SERVICE_CONFIG_SERVICE_H_
#define REGISTRYD_SERVER_SERVICE_CONFIG_SERVICE_H_

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"
#include "registry/base/executor.h"
#include "registry/config/config_store.h"
#include "registry/v1/config_service.grpc.pb.h"
#include "server/service/call_observer.h"
#include "server/service/caller_identifier.h"
#include "server/service/config_watch.h"

namespace registryd {

namespace api = ::registry::v1;

// registry.v1.ConfigService, as its .proto describes it. What changes the store
// may wait for another change and for the disk, and so runs on an executor.
// Thread-safe.
class ConfigService final : public ::registry::v1::ConfigService::CallbackService {
 public:
  // All of them outlive the service, which outlives the server's calls.
  ConfigService(ConfigStore& store, Executor& executor, CallerIdentifier identify,
                CallObserver& observer);

  // Ends all streams, and those that come later at once, with UNAVAILABLE
  // (SHUTTING_DOWN), so that a server that drains need not wait for them. A
  // stream whose reader does not read ends with its connection.
  void Shutdown();

  grpc::ServerUnaryReactor* GetServiceConfig(grpc::CallbackServerContext* context,
                                             const api::GetServiceConfigRequest* request,
                                             api::GetServiceConfigResponse* response) override;
  grpc::ServerUnaryReactor* PrepareServiceConfig(
      grpc::CallbackServerContext* context, const api::PrepareServiceConfigRequest* request,
      api::PrepareServiceConfigResponse* response) override;
  grpc::ServerUnaryReactor* CommitServiceConfig(
      grpc::CallbackServerContext* context, const api::CommitServiceConfigRequest* request,
      api::CommitServiceConfigResponse* response) override;
  grpc::ServerUnaryReactor* AbortServiceConfig(grpc::CallbackServerContext* context,
                                               const api::AbortServiceConfigRequest* request,
                                               api::AbortServiceConfigResponse* response) override;
  grpc::ServerUnaryReactor* LoadMirrors(grpc::CallbackServerContext* context,
                                        const api::LoadMirrorsRequest* request,
                                        api::LoadMirrorsResponse* response) override;
  grpc::ServerUnaryReactor* LoadInsecureRegistries(
      grpc::CallbackServerContext* context, const api::LoadInsecureRegistriesRequest* request,
      api::LoadInsecureRegistriesResponse* response) override;
  grpc::ServerUnaryReactor* LoadAllowNondistributableArtifacts(
      grpc::CallbackServerContext* context,
      const api::LoadAllowNondistributableArtifactsRequest* request,
      api::LoadAllowNondistributableArtifactsResponse* response) override;
  grpc::ServerWriteReactor<api::WatchServiceConfigResponse>* WatchServiceConfig(
      grpc::CallbackServerContext* context, const api::WatchServiceConfigRequest* request) override;

 private:
  // Answers an admin's call with what `change` returns, which runs on the
  // executor; another caller's with PERMISSION_DENIED.
  grpc::ServerUnaryReactor* Change(grpc::CallbackServerContext* context, const ObservedCall& call,
                                   absl::AnyInvocable<absl::Status() &&> change);

  ConfigStore& store_;
  Executor& executor_;
  const CallerIdentifier identify_;
  CallObserver& observer_;
  absl::Mutex mutex_;
  bool shutting_down_ ABSL_GUARDED_BY(mutex_) = false;
  absl::flat_hash_map<ConfigWatch*, std::shared_ptr<ConfigWatch>> watches_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SERVICE_CONFIG_SERVICE_H_
