#include "registry/config/config_store.h"

#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

absl::Status VersionMismatch(absl::string_view message, uint64_t current) {
  return Error(absl::StatusCode::kAborted, Reason::kConfigVersionMismatch, message,
               {{"current_version", absl::StrCat(current)}});
}

absl::Status NotWritten(const absl::Status& status) {
  if (ReasonOf(status) == Reason::kStateNotWritten) return status;
  return Error(absl::StatusCode::kUnavailable, Reason::kStateNotWritten,
               absl::StrCat("the configuration was not changed: ", status.message()));
}

}  // namespace

absl::StatusOr<std::unique_ptr<ConfigStore>> ConfigStore::Create(ServiceOptions initial,
                                                                 const ConfigStoreOptions& options,
                                                                 const Clock& clock,
                                                                 Persist persist) {
  if (options.transaction_lifetime <= absl::ZeroDuration()) {
    return FieldError(Reason::kSettingInvalid, "transaction_lifetime", "must be positive");
  }
  if (options.first_version == 0) {
    return FieldError(Reason::kSettingInvalid, "first_version", "must be at least 1");
  }
  auto config = ServiceConfig::Create(std::move(initial), options.insecure_match);
  if (!config.ok()) return config.status();
  auto store = absl::WrapUnique(new ConfigStore(options, clock, std::move(persist)));
  store->current_.Set(std::make_shared<const VersionedConfig>(
      VersionedConfig{options.first_version, *std::move(config)}));
  return store;
}

ConfigStore::ConfigStore(const ConfigStoreOptions& options, const Clock& clock, Persist persist)
    : options_(options),
      clock_(clock),
      transactions_(options.max_transactions),
      watchers_(options.max_watchers),
      persist_(std::move(persist)) {}

absl::StatusOr<ConfigStore::Prepared> ConfigStore::Prepare(ServiceOptions options,
                                                           uint64_t expected_version) {
  if (absl::Status s = CheckVersion(expected_version); !s.ok()) return s;
  // What the version was checked against may be old by now: then the commit fails.
  const uint64_t base = expected_version != 0 ? expected_version : Current()->version;
  auto config = ServiceConfig::Create(std::move(options), options_.insecure_match);
  if (!config.ok()) return config.status();
  const absl::Time now = clock_.Now();
  const absl::Time expires = now + options_.transaction_lifetime;
  auto id = transactions_.Add(Transaction{*config, base, expires}, now);
  if (!id.ok()) return id.status();
  return Prepared{*std::move(id), VersionedConfig{base + 1, *std::move(config)}, expires};
}

absl::StatusOr<VersionedConfig> ConfigStore::Commit(absl::string_view transaction_id,
                                                    uint64_t expected_version) {
  absl::StatusOr<VersionedConfig> result;
  {
    absl::MutexLock lock(&writer_);
    const auto transaction = transactions_.Find(transaction_id, clock_.Now());
    if (!transaction.ok()) return transaction.status();
    if (absl::Status s = CheckVersion(expected_version); !s.ok()) return s;
    const uint64_t current = Current()->version;
    if (transaction->base_version != current) {
      // It can never be committed.
      transactions_.Take(transaction_id, clock_.Now()).IgnoreError();
      return VersionMismatch(
          absl::StrCat("the configuration has changed since this one was prepared: from version ",
                       transaction->base_version, " to ", current),
          current);
    }
    result = Publish(transaction->config);
    if (!result.ok()) return result;
    transactions_.Take(transaction_id, clock_.Now()).IgnoreError();
  }
  watchers_.Notify();
  return result;
}

absl::Status ConfigStore::Abort(absl::string_view transaction_id) {
  // Not amid a commit, whose outcome would be anyone's guess.
  absl::MutexLock lock(&writer_);
  return transactions_.Take(transaction_id, clock_.Now()).status();
}

absl::StatusOr<VersionedConfig> ConfigStore::Update(absl::FunctionRef<void(ServiceOptions&)> edit,
                                                    uint64_t expected_version) {
  absl::StatusOr<VersionedConfig> result;
  {
    absl::MutexLock lock(&writer_);
    if (absl::Status s = CheckVersion(expected_version); !s.ok()) return s;
    const VersionedConfig current = *Current();
    ServiceOptions options = current.config->options();
    edit(options);
    if (options == current.config->options()) return current;
    auto config = ServiceConfig::Create(std::move(options), options_.insecure_match);
    if (!config.ok()) return config.status();
    result = Publish(*std::move(config));
    if (!result.ok()) return result;
  }
  watchers_.Notify();
  return result;
}

size_t ConfigStore::transactions() const { return transactions_.size(clock_.Now()); }

absl::Status ConfigStore::CheckVersion(uint64_t expected) const {
  const uint64_t current = Current()->version;
  if (expected == 0 || expected == current) return absl::OkStatus();
  return VersionMismatch(absl::StrCat("the configuration is at version ", current, ", not at ",
                                      expected, " as expected"),
                         current);
}

absl::StatusOr<VersionedConfig> ConfigStore::Publish(std::shared_ptr<const ServiceConfig> config) {
  VersionedConfig next{Current()->version + 1, std::move(config)};
  if (persist_) {
    if (absl::Status s = persist_(next); !s.ok()) return NotWritten(s);
  }
  current_.Set(std::make_shared<const VersionedConfig>(next));
  return next;
}

}  // namespace registryd
