#include "registry/config/watcher_set.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

// The watcher whose OnChange runs on this thread.
thread_local const ChangeWatcher* current_watcher = nullptr;

}  // namespace

absl::Status WatcherSet::Add(ChangeWatcher* watcher) {
  absl::MutexLock lock(&mutex_);
  if (entries_.size() >= limit_) {
    return Error(absl::StatusCode::kResourceExhausted, Reason::kTooManyWatchers,
                 absl::StrCat("too many watchers: ", limit_, " are served already"));
  }
  entries_.try_emplace(watcher, std::make_shared<Entry>(Entry{watcher}));
  return absl::OkStatus();
}

void WatcherSet::Remove(ChangeWatcher* watcher) {
  absl::MutexLock lock(&mutex_);
  const auto found = entries_.find(watcher);
  if (found == entries_.end()) return;
  const std::shared_ptr<Entry> entry = std::move(found->second);
  entries_.erase(found);
  entry->removed = true;
  // A watcher that removes itself does not wait for itself.
  const int own = current_watcher == watcher ? 1 : 0;
  const auto idle = [&entry, own] { return entry->running <= own; };
  mutex_.Await(absl::Condition(&idle));
}

void WatcherSet::Notify() {
  std::vector<std::shared_ptr<Entry>> entries;
  {
    absl::MutexLock lock(&mutex_);
    entries.reserve(entries_.size());
    for (const auto& [watcher, entry] : entries_) entries.push_back(entry);
  }
  for (const std::shared_ptr<Entry>& entry : entries) {
    {
      absl::MutexLock lock(&mutex_);
      if (entry->removed) continue;
      ++entry->running;
    }
    const ChangeWatcher* const outer = std::exchange(current_watcher, entry->watcher);
    entry->watcher->OnChange();
    current_watcher = outer;
    absl::MutexLock lock(&mutex_);
    --entry->running;
  }
}

size_t WatcherSet::size() const {
  absl::MutexLock lock(&mutex_);
  return entries_.size();
}

}  // namespace registryd
