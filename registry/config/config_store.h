#ifndef REGISTRYD_REGISTRY_CONFIG_CONFIG_STORE_H_
#define REGISTRYD_REGISTRY_CONFIG_CONFIG_STORE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "registry/base/clock.h"
#include "registry/base/published.h"
#include "registry/config/service_config.h"
#include "registry/config/transaction_table.h"
#include "registry/config/watcher_set.h"

namespace registryd {

// A configuration and its place in history. Versions begin at 1 and grow by one
// with each change; they start anew with the process unless state was kept.
struct VersionedConfig {
  uint64_t version = 0;
  std::shared_ptr<const ServiceConfig> config;
};

struct ConfigStoreOptions {
  // How long a prepared transaction waits for its commit. Positive.
  absl::Duration transaction_lifetime = absl::Minutes(1);
  // Prepared at one time; more are refused with RESOURCE_EXHAUSTED.
  size_t max_transactions = 64;
  size_t max_watchers = 10'000;
  InsecureMatch insecure_match = InsecureMatch::kStrict;
  // Of the initial configuration: greater than 1 where state was kept. At least 1.
  uint64_t first_version = 1;
};

// The present configuration, and the only way to change it. Readers take no
// lock; writers are serialised. Thread-safe.
class ConfigStore {
 public:
  // Makes a change durable before it is seen. Called with writers serialised and
  // nothing else locked; a failure leaves the store as it was.
  using Persist = absl::AnyInvocable<absl::Status(const VersionedConfig&)>;

  struct Prepared {
    std::string transaction_id;  // Unguessable.
    VersionedConfig result;      // What a commit at once would make.
    absl::Time expires;
  };

  // Told of each change, but not what it was: it reads Current() itself. So it
  // holds at most the newest version, however slow its reader.
  using Watcher = ChangeWatcher;

  // `clock` outlives the store. `persist` may be null; it is not called for
  // `initial`. Returns INVALID_ARGUMENT as ServiceConfig::Create does, or
  // (SETTING_INVALID) for options out of their bounds.
  static absl::StatusOr<std::unique_ptr<ConfigStore>> Create(ServiceOptions initial,
                                                             const ConfigStoreOptions& options,
                                                             const Clock& clock,
                                                             Persist persist = nullptr);

  // The present configuration; no lock. Valid until this thread's next call.
  const std::shared_ptr<const VersionedConfig>& Current() const { return current_.Get(); }

  // Validates `options` and keeps the configuration that they make. With
  // `expected_version` not 0, ABORTED (CONFIG_VERSION_MISMATCH) unless that is
  // current. RESOURCE_EXHAUSTED (TOO_MANY_TRANSACTIONS) when too many wait.
  absl::StatusOr<Prepared> Prepare(ServiceOptions options, uint64_t expected_version);

  // Makes the prepared configuration current; returns it with its version.
  // ABORTED when another change came since it was prepared, or when
  // `expected_version` is given and not current; NOT_FOUND (TRANSACTION_NOT_FOUND)
  // for an id that is unknown, expired, aborted or committed;
  // UNAVAILABLE (STATE_NOT_WRITTEN) when it could not be made durable: the
  // transaction then stays, and may be committed again until it expires.
  absl::StatusOr<VersionedConfig> Commit(absl::string_view transaction_id,
                                         uint64_t expected_version);

  // Forgets a prepared configuration. NOT_FOUND as above.
  absl::Status Abort(absl::string_view transaction_id);

  // Replaces the options by what `edit` makes of the present ones, atomically.
  // A result that equals the present options changes nothing, the version neither.
  // `expected_version` and errors of the options as in Prepare; UNAVAILABLE as in
  // Commit. `edit` must not call the store.
  absl::StatusOr<VersionedConfig> Update(absl::FunctionRef<void(ServiceOptions&)> edit,
                                         uint64_t expected_version = 0);

  // Calls `watcher` after each change, until RemoveWatcher returns; see
  // WatcherSet. RESOURCE_EXHAUSTED (TOO_MANY_WATCHERS) above the limit.
  absl::Status AddWatcher(Watcher* watcher) { return watchers_.Add(watcher); }
  void RemoveWatcher(Watcher* watcher) { watchers_.Remove(watcher); }

  // Prepared, and not yet expired.
  size_t transactions() const;
  size_t watchers() const { return watchers_.size(); }

 private:
  ConfigStore(const ConfigStoreOptions& options, const Clock& clock, Persist persist);

  // OK when `expected` is 0 or current; ABORTED otherwise.
  absl::Status CheckVersion(uint64_t expected) const;
  // Persists and publishes `config` as the next version.
  absl::StatusOr<VersionedConfig> Publish(std::shared_ptr<const ServiceConfig> config)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(writer_);

  const ConfigStoreOptions options_;
  const Clock& clock_;
  TransactionTable transactions_;
  WatcherSet watchers_;
  Published<VersionedConfig> current_;
  // Held from the look at the present version to the publication of the next.
  absl::Mutex writer_;
  Persist persist_ ABSL_GUARDED_BY(writer_);
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_CONFIG_CONFIG_STORE_H_
