#ifndef REGISTRYD_REGISTRY_AUTH_SERVICE_CREDENTIALS_H_
#define REGISTRYD_REGISTRY_AUTH_SERVICE_CREDENTIALS_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "registry/auth/auth_config.h"
#include "registry/auth/credential_helper.h"
#include "registry/base/cancellation.h"
#include "registry/base/executor.h"
#include "registry/base/timer_queue.h"
#include "registry/config/index_info.h"

namespace registryd {

struct ServiceCredentialsOptions {
  // Docker's config.json. Empty: the service has no credentials.
  std::string docker_config;
  // How many registries' credentials are looked for at one time, which each may run a
  // helper, and for how many more a look may wait.
  int threads = 4;
  size_t queue_limit = 256;
};

// The credentials that the service itself has for registries: those of a Docker
// config.json and of the helpers that it names. As in Docker's command line, a
// registry's own helper (`credHelpers`) comes before the common one (`credsStore`),
// and either before what the file holds itself (`auths`): a helper that has none means
// that there are none.
//
// Nothing is kept: the file is read, and the helper asked, at each use, so that changed
// credentials count at once. Calls for one registry at one time share one look.
// Thread-safe.
class ServiceCredentials {
 public:
  using Callback = absl::AnyInvocable<void(absl::StatusOr<AuthConfig>) &&>;

  // `timers` outlives this.
  ServiceCredentials(ServiceCredentialsOptions options, CredentialHelper helper,
                     TimerQueue& timers);
  ServiceCredentials(const ServiceCredentials&) = delete;
  ServiceCredentials& operator=(const ServiceCredentials&) = delete;
  // Stops helpers. Calls that wait end with UNAVAILABLE (SHUTTING_DOWN).
  ~ServiceCredentials();

  // Calls `done` exactly once, with credentials that are not empty. A helper is stopped
  // when nobody waits for it any more.
  //
  // Errors, with a message that says what is missing: FAILED_PRECONDITION
  // (CREDENTIALS_UNAVAILABLE) if there are none for this registry, or the file or a
  // helper cannot be used; UNAVAILABLE (CREDENTIALS_UNAVAILABLE) if a helper failed;
  // UNAVAILABLE (OVERLOADED); DEADLINE_EXCEEDED and CANCELLED.
  void Get(const IndexInfo& index, const CallContext& context, Callback done);

  // The same for a server address as AuthConfig has it: HOST[:PORT] or a URL; empty
  // means Docker Hub.
  void Get(absl::string_view server_address, const CallContext& context, Callback done);

 private:
  // One look, and who waits for it.
  struct Look;

  // By the key of GetAuthConfigKey.
  void GetByKey(const std::string& key, const CallContext& context, Callback done);
  void Run(const std::string& key, const std::shared_ptr<Look>& look);
  absl::StatusOr<AuthConfig> Find(const std::string& key, Cancellation* cancellation) const;
  void Finish(const std::string& key, const std::shared_ptr<Look>& look,
              const absl::StatusOr<AuthConfig>& result);

  const ServiceCredentialsOptions options_;
  const CredentialHelper helper_;
  TimerQueue& timers_;
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, std::shared_ptr<Look>> looks_ ABSL_GUARDED_BY(mutex_);
  Executor executor_;  // First to go: its tasks use the rest.
};

// The key of config.json for a server address as AuthConfig has it: kIndexServer for
// what means Docker Hub, HOST[:PORT] for others.
std::string CredentialsKey(absl::string_view server_address);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_AUTH_SERVICE_CREDENTIALS_H_
