#include "registry/auth/service_credentials.h"

#include <atomic>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "registry/auth/docker_config_file.h"
#include "registry/base/error.h"
#include "registry/base/pending_call.h"
#include "registry/uri/password_mask.h"
#include "registry/uri/quote.h"

namespace registryd {
namespace {

using Call = PendingCall<AuthConfig>;

// Docker Hub's other names in a server address.
constexpr absl::string_view kHubHosts[] = {"docker.io", "index.docker.io"};

absl::Status Unavailable(absl::string_view message) {
  return Error(absl::StatusCode::kFailedPrecondition, Reason::kCredentialsUnavailable, message);
}

bool HoldsNothing(const AuthConfig& config) {
  return config.username.empty() && config.password.empty() && config.identity_token.empty() &&
         config.registry_token.empty();
}

// What FindAuthConfig looks at, of the index with this key.
IndexInfo IndexOf(const std::string& key) {
  IndexInfo index;
  index.official = key == kIndexServer;
  index.name = key;
  return index;
}

}  // namespace

struct ServiceCredentials::Look {
  // Whether one more may wait for it: not if all have left, which cancels it.
  bool Join() {
    int before = waiting.load();
    while (before > 0 && !waiting.compare_exchange_weak(before, before + 1)) {
    }
    return before > 0;
  }

  void Leave() {
    if (waiting.fetch_sub(1) == 1) cancellation->Cancel();
  }

  const std::shared_ptr<Cancellation> cancellation = std::make_shared<Cancellation>();
  std::atomic<int> waiting{1};  // Begins with the caller who made it.
  // Guarded by ServiceCredentials::mutex_.
  std::vector<std::shared_ptr<Call>> calls;
  std::optional<absl::StatusOr<AuthConfig>> result;
};

ServiceCredentials::ServiceCredentials(ServiceCredentialsOptions options, CredentialHelper helper,
                                       TimerQueue& timers)
    : options_(std::move(options)),
      helper_(std::move(helper)),
      timers_(timers),
      executor_(ExecutorOptions{options_.threads, options_.queue_limit}) {}

ServiceCredentials::~ServiceCredentials() {
  std::vector<std::shared_ptr<Look>> looks;
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& [key, look] : looks_) looks.push_back(look);
  }
  for (const std::shared_ptr<Look>& look : looks) look->cancellation->Cancel();
}

void ServiceCredentials::Get(const IndexInfo& index, const CallContext& context, Callback done) {
  GetByKey(GetAuthConfigKey(index), context, std::move(done));
}

void ServiceCredentials::Get(absl::string_view server_address, const CallContext& context,
                             Callback done) {
  GetByKey(CredentialsKey(server_address), context, std::move(done));
}

void ServiceCredentials::GetByKey(const std::string& key, const CallContext& context,
                                  Callback done) {
  std::shared_ptr<Look> look;
  bool first = false;
  {
    absl::MutexLock lock(&mutex_);
    std::shared_ptr<Look>& present = looks_[key];
    first = present == nullptr || !present->Join();
    if (first) present = std::make_shared<Look>();
    look = present;
  }
  const auto call = Call::Start(
      context, timers_, [look, done = std::move(done)](absl::StatusOr<AuthConfig> result) mutable {
        look->Leave();
        std::move(done)(std::move(result));
      });
  std::optional<absl::StatusOr<AuthConfig>> result;
  {
    absl::MutexLock lock(&mutex_);
    result = look->result;
    if (!result.has_value()) look->calls.push_back(call);
  }
  if (result.has_value()) {
    call->Finish(*std::move(result));
  } else if (first && !executor_.Submit([this, key, look] { Run(key, look); })) {
    Finish(key, look,
           Error(absl::StatusCode::kUnavailable, Reason::kOverloaded,
                 "too many calls wait for the service's credentials"));
  }
}

void ServiceCredentials::Run(const std::string& key, const std::shared_ptr<Look>& look) {
  // Cancelled: nobody waits any more, or the service ends.
  absl::StatusOr<AuthConfig> result = absl::CancelledError("");
  if (!look->cancellation->cancelled()) result = Find(key, look->cancellation.get());
  if (absl::IsCancelled(result.status())) {
    result = Error(absl::StatusCode::kUnavailable, Reason::kShuttingDown, "the service ends");
  }
  Finish(key, look, result);
}

absl::StatusOr<AuthConfig> ServiceCredentials::Find(const std::string& key,
                                                    Cancellation* cancellation) const {
  const std::string& file = options_.docker_config;
  if (file.empty()) {
    return Unavailable("the service has no credentials of its own: docker-config is not set");
  }
  const auto config = ReadDockerConfig(file);
  if (!config.ok()) return config.status();

  const auto own = config->cred_helpers.find(key);
  const std::string& name = own == config->cred_helpers.end() ? config->creds_store : own->second;
  if (!name.empty()) {
    auto found = helper_.Get(name, key, cancellation);
    if (!found.ok()) return found.status();
    if (found->has_value()) return **std::move(found);
    return Unavailable(absl::StrCat("docker-credential-", name, ", which ", file,
                                    " names, has no credentials for ", Quote(MaskPassword(key))));
  }
  const auto entry = FindAuthConfig(config->auths, IndexOf(key));
  if (entry != config->auths.end() && !HoldsNothing(entry->second)) return entry->second;
  return Unavailable(absl::StrCat(file, " has no credentials for ", Quote(MaskPassword(key))));
}

void ServiceCredentials::Finish(const std::string& key, const std::shared_ptr<Look>& look,
                                const absl::StatusOr<AuthConfig>& result) {
  std::vector<std::shared_ptr<Call>> calls;
  {
    absl::MutexLock lock(&mutex_);
    calls.swap(look->calls);
    look->result = result;
    const auto present = looks_.find(key);
    if (present != looks_.end() && present->second == look) looks_.erase(present);
  }
  for (const std::shared_ptr<Call>& call : calls) call->Finish(result);
}

std::string CredentialsKey(absl::string_view server_address) {
  const absl::string_view host = ConvertToHostname(server_address);
  if (host.empty()) return std::string(kIndexServer);
  for (const absl::string_view hub : kHubHosts) {
    if (host == hub) return std::string(kIndexServer);
  }
  return std::string(host);
}

}  // namespace registryd
