#include "server/configuration.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "registry/base/clock.h"
#include "server/setting_fault.h"
#include "server/settings/file_stamp.h"

namespace registryd {

Configuration::Configuration(const LoadedSettings& loaded, SettingValues flags,
                             Environment environment)
    : flags_(std::move(flags)),
      environment_(std::move(environment)),
      running_(loaded.settings),
      written_(loaded.settings.service_options),
      file_stamp_(loaded.file_stamp) {
  if (!running_.state_dir.empty()) state_.emplace(running_.state_dir);
}

absl::StatusOr<std::unique_ptr<Configuration>> Configuration::Create(const LoadedSettings& loaded,
                                                                     SettingValues flags,
                                                                     Environment environment) {
  std::unique_ptr<Configuration> configuration(
      new Configuration(loaded, std::move(flags), std::move(environment)));
  if (absl::Status status = configuration->Start(); !status.ok()) return status;
  return configuration;
}

absl::Status Configuration::Start() {
  ConfigStoreOptions options;
  options.transaction_lifetime = running_.transaction_lifetime;
  options.max_transactions = running_.max_transactions;
  options.max_watchers = running_.max_watchers;
  options.insecure_match = running_.insecure_match;

  ServiceOptions initial = running_.service_options;
  bool is_saved = false;
  bool changed_by_operator = false;
  if (state_.has_value()) {
    if (absl::Status s = state_->Lock(); !s.ok()) return s;
    const auto saved = state_->Load();
    if (!saved.ok()) return saved.status();
    if (saved->has_value()) {
      options.first_version = (*saved)->version;
      changed_by_operator = !((*saved)->settings == running_.service_options);
      is_saved = !changed_by_operator;
      if (is_saved) initial = (*saved)->options;
    }
  }
  if (changed_by_operator) ++options.first_version;

  ConfigStore::Persist persist;
  if (state_.has_value()) {
    persist = [this](const VersionedConfig& config) { return Save(config); };
  }
  auto store = ConfigStore::Create(std::move(initial), options, Clock::Real(), std::move(persist));
  if (!store.ok()) return NameSetting(store.status(), is_saved ? state_->path() : "");
  store_ = *std::move(store);
  if (!state_.has_value()) return absl::OkStatus();
  absl::Status status = Save(*store_->Current());
  if (status.ok() || !is_saved) return status;
  // Nothing is lost yet: what is there is what is current.
  warnings_.push_back(
      absl::StrCat("changes by callers will be refused until this is mended: ", status.message()));
  return absl::OkStatus();
}

absl::Status Configuration::Save(const VersionedConfig& config) {
  absl::MutexLock lock(&mutex_);
  return state_->Save({config.version, config.config->options(), written_});
}

bool Configuration::FileChanged() const {
  if (running_.config_file.empty()) return false;
  std::error_code error;
  if (std::filesystem::file_size(running_.config_file, error) == 0) return false;
  const std::string stamp = FileStamp(running_.config_file);
  absl::MutexLock lock(&mutex_);
  return stamp != file_stamp_;
}

absl::StatusOr<Configuration::Reloaded> Configuration::Reload() {
  {
    std::string stamp = FileStamp(running_.config_file);
    absl::MutexLock lock(&mutex_);
    file_stamp_ = std::move(stamp);
  }
  auto reloaded = ReadAndTake();
  if (!reloaded.ok() && !absl::IsInvalidArgument(reloaded.status())) {
    absl::MutexLock lock(&mutex_);
    file_stamp_.reset();
  }
  return reloaded;
}

absl::StatusOr<Configuration::Reloaded> Configuration::ReadAndTake() {
  auto loaded = LoadSettings(flags_, environment_);
  if (!loaded.ok()) return loaded.status();
  const auto usable = ServiceConfig::Create(loaded->settings.service_options);
  if (!usable.ok()) return NameSetting(usable.status());
  if (absl::Status s = Take(loaded->settings.service_options); !s.ok()) return s;
  Reloaded result;
  result.beyond_reload = ChangedBeyondReload(running_, loaded->settings);
  result.notes = std::move(loaded->notes);
  result.settings = std::move(loaded->settings);
  return result;
}

absl::Status Configuration::Take(const ServiceOptions& lists) {
  ServiceOptions before;
  absl::Status saved;
  // No change by a caller comes between: what is saved with it are the lists before or
  // after.
  const auto updated = store_->Update([&](ServiceOptions& options) {
    {
      absl::MutexLock lock(&mutex_);
      before = std::exchange(written_, lists);
    }
    if (before == lists) return;
    const bool is_current = options == lists;
    options = lists;
    // Then nothing changes but whose word it is, which has to be kept too.
    if (is_current && state_.has_value()) saved = Save(*store_->Current());
  });
  absl::Status status = updated.ok() ? saved : NameSetting(updated.status());
  if (!status.ok()) {
    absl::MutexLock lock(&mutex_);
    written_ = before;
  }
  return status;
}

}  // namespace registryd
