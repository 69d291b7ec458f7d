#include "server/service/config_service.h"

#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "registry/base/cancellation.h"
#include "registry/base/error.h"
#include "server/service/convert.h"
#include "server/service/observed_call.h"
#include "server/service/unary_call.h"

namespace registryd {
namespace {

absl::Status ShuttingDown() {
  return Error(absl::StatusCode::kUnavailable, Reason::kShuttingDown,
               "the service is shutting down");
}

// A change that waits for its turn. It is made or given up, whichever comes
// first; thread-safe.
class WaitingChange : public std::enable_shared_from_this<WaitingChange> {
 public:
  using Task = absl::AnyInvocable<absl::Status() &&>;

  WaitingChange(Task change, DoneCallback done)
      : change_(std::move(change)), done_(std::move(done)) {}

  // From now on it is given up when `context` is cancelled, as it also is at the
  // caller's deadline. Called before anything else.
  void Await(const CallContext& context) {
    cancelled_ = context.cancellation->OnCancel([weak = weak_from_this()] {
      if (const auto change = weak.lock()) {
        change->GiveUp(Error(absl::StatusCode::kCancelled, Reason::kCancelled,
                             "the caller cancelled the call before its change was made"));
      }
    });
  }

  void Make() {
    if (!taken_.exchange(true)) std::move(done_)(std::move(change_)());
  }

  void GiveUp(absl::Status status) {
    if (!taken_.exchange(true)) std::move(done_)(std::move(status));
  }

 private:
  std::atomic<bool> taken_{false};
  Task change_;
  DoneCallback done_;
  Cancellation::Registration cancelled_;
};

// The core names options by their own names, a request below this field.
absl::Status BelowOptions(absl::Status status) {
  if (status.code() != absl::StatusCode::kInvalidArgument) return status;
  return WithFieldPrefix(std::move(status), "options");
}

template <typename Response>
void FillWarnings(const ServiceConfig& config, Response* response) {
  response->mutable_warnings()->Assign(config.warnings().begin(), config.warnings().end());
}

// Fills in what Commit and Load answer with.
template <typename Response>
absl::Status FillResult(const absl::StatusOr<VersionedConfig>& result, Response* response) {
  if (!result.ok()) return result.status();
  Fill(*result->config, response->mutable_config());
  response->set_version(result->version);
  return absl::OkStatus();
}

// Replaces one list of the options.
template <typename Response>
absl::Status LoadList(ConfigStore& store, std::vector<std::string> ServiceOptions::*list,
                      const google::protobuf::RepeatedPtrField<std::string>& values,
                      uint64_t expected_version, Response* response) {
  const absl::StatusOr<VersionedConfig> result = store.Update(
      [&](ServiceOptions& options) { (options.*list).assign(values.begin(), values.end()); },
      expected_version);
  if (result.ok()) FillWarnings(*result->config, response);
  return FillResult(result, response);
}

}  // namespace

ConfigService::ConfigService(ConfigStore& store, Executor& executor, CallerIdentifier identify,
                             CallObserver& observer)
    : store_(store), executor_(executor), identify_(std::move(identify)), observer_(observer) {}

void ConfigService::Shutdown() {
  std::vector<std::shared_ptr<ConfigWatch>> watches;
  {
    absl::MutexLock lock(&mutex_);
    shutting_down_ = true;
    watches.reserve(watches_.size());
    for (const auto& [key, watch] : watches_) watches.push_back(watch);
  }
  for (const std::shared_ptr<ConfigWatch>& watch : watches) watch->End(ShuttingDown());
}

grpc::ServerUnaryReactor* ConfigService::Change(grpc::CallbackServerContext* context,
                                                const ObservedCall& call,
                                                absl::AnyInvocable<absl::Status() &&> change) {
  const absl::Status allowed = RequireAdmin(identify_(*context));
  if (!allowed.ok()) return Answer(context, call, allowed);
  return Await(context, call, [&](const CallContext& call_context, DoneCallback done) {
    const auto waiting = std::make_shared<WaitingChange>(std::move(change), std::move(done));
    waiting->Await(call_context);
    if (executor_.Submit([waiting] { waiting->Make(); })) return;
    waiting->GiveUp(Error(absl::StatusCode::kUnavailable, Reason::kOverloaded,
                          "too many changes are waiting to be made"));
  });
}

grpc::ServerUnaryReactor* ConfigService::GetServiceConfig(grpc::CallbackServerContext* context,
                                                          const api::GetServiceConfigRequest*,
                                                          api::GetServiceConfigResponse* response) {
  const ObservedCall call(observer_, *context, "registry.v1.ConfigService/GetServiceConfig");
  const VersionedConfig current = *store_.Current();
  Fill(*current.config, response->mutable_config());
  Fill(current.config->options(), response->mutable_options());
  response->set_version(current.version);
  response->set_insecure_match(ToMessage(current.config->insecure_match()));
  FillWarnings(*current.config, response);
  return Answer(context, call, absl::OkStatus());
}

grpc::ServerUnaryReactor* ConfigService::PrepareServiceConfig(
    grpc::CallbackServerContext* context, const api::PrepareServiceConfigRequest* request,
    api::PrepareServiceConfigResponse* response) {
  const ObservedCall call(observer_, *context, "registry.v1.ConfigService/PrepareServiceConfig");
  return Change(context, call, [this, request, response] {
    absl::StatusOr<ConfigStore::Prepared> prepared =
        store_.Prepare(FromMessage(request->options()), request->expected_version());
    if (!prepared.ok()) return BelowOptions(prepared.status());
    response->set_transaction_id(std::move(prepared->transaction_id));
    Fill(*prepared->result.config, response->mutable_config());
    response->set_version(prepared->result.version);
    Fill(prepared->expires, response->mutable_expire_time());
    FillWarnings(*prepared->result.config, response);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* ConfigService::CommitServiceConfig(
    grpc::CallbackServerContext* context, const api::CommitServiceConfigRequest* request,
    api::CommitServiceConfigResponse* response) {
  const ObservedCall call(observer_, *context, "registry.v1.ConfigService/CommitServiceConfig");
  return Change(context, call, [this, request, response] {
    return FillResult(store_.Commit(request->transaction_id(), request->expected_version()),
                      response);
  });
}

grpc::ServerUnaryReactor* ConfigService::AbortServiceConfig(
    grpc::CallbackServerContext* context, const api::AbortServiceConfigRequest* request,
    api::AbortServiceConfigResponse*) {
  const ObservedCall call(observer_, *context, "registry.v1.ConfigService/AbortServiceConfig");
  return Change(context, call, [this, request] { return store_.Abort(request->transaction_id()); });
}

grpc::ServerUnaryReactor* ConfigService::LoadMirrors(grpc::CallbackServerContext* context,
                                                     const api::LoadMirrorsRequest* request,
                                                     api::LoadMirrorsResponse* response) {
  const ObservedCall call(observer_, *context, "registry.v1.ConfigService/LoadMirrors");
  return Change(context, call, [this, request, response] {
    return LoadList(store_, &ServiceOptions::mirrors, request->mirrors(),
                    request->expected_version(), response);
  });
}

grpc::ServerUnaryReactor* ConfigService::LoadInsecureRegistries(
    grpc::CallbackServerContext* context, const api::LoadInsecureRegistriesRequest* request,
    api::LoadInsecureRegistriesResponse* response) {
  const ObservedCall call(observer_, *context, "registry.v1.ConfigService/LoadInsecureRegistries");
  return Change(context, call, [this, request, response] {
    return LoadList(store_, &ServiceOptions::insecure_registries, request->insecure_registries(),
                    request->expected_version(), response);
  });
}

grpc::ServerUnaryReactor* ConfigService::LoadAllowNondistributableArtifacts(
    grpc::CallbackServerContext* context,
    const api::LoadAllowNondistributableArtifactsRequest* request,
    api::LoadAllowNondistributableArtifactsResponse* response) {
  const ObservedCall call(observer_, *context,
                          "registry.v1.ConfigService/LoadAllowNondistributableArtifacts");
  return Change(context, call, [this, request, response] {
    return LoadList(store_, &ServiceOptions::allow_nondistributable_artifacts,
                    request->allow_nondistributable_artifacts(), request->expected_version(),
                    response);
  });
}

grpc::ServerWriteReactor<api::WatchServiceConfigResponse>* ConfigService::WatchServiceConfig(
    grpc::CallbackServerContext* context, const api::WatchServiceConfigRequest*) {
  const ObservedCall call(observer_, *context, "registry.v1.ConfigService/WatchServiceConfig");
  const auto watch = std::make_shared<ConfigWatch>(store_, call, [this](ConfigWatch* ended) {
    std::shared_ptr<ConfigWatch> last;  // Leaves after the lock.
    absl::MutexLock lock(&mutex_);
    if (auto node = watches_.extract(ended); !node.empty()) last = std::move(node.mapped());
  });
  bool too_late = false;
  {
    absl::MutexLock lock(&mutex_);
    watches_.emplace(watch.get(), watch);
    too_late = shutting_down_;
  }
  if (too_late) {
    watch->End(ShuttingDown());
  } else {
    watch->Start();
  }
  return watch.get();
}

}  // namespace registryd
