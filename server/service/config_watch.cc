#include "server/service/config_watch.h"

#include <utility>

#include "registry/base/error.h"
#include "server/service/convert.h"

namespace registryd {
namespace {

absl::Status ReaderIsGone() {
  return Error(absl::StatusCode::kCancelled, Reason::kCancelled, "the caller ended the stream");
}

}  // namespace

ConfigWatch::ConfigWatch(ConfigStore& store, const ObservedCall& call, DoneCallback done)
    : store_(store), call_(call), done_(std::move(done)) {}

void ConfigWatch::Start() {
  absl::Status added = store_.AddWatcher(this);
  if (!added.ok()) return End(std::move(added));
  Proceed();
}

void ConfigWatch::End(absl::Status status) {
  {
    absl::MutexLock lock(&mutex_);
    if (end_.has_value()) return;
    end_ = std::move(status);
  }
  Proceed();
}

void ConfigWatch::OnChange() { Proceed(); }

void ConfigWatch::OnWriteDone(bool ok) {
  {
    absl::MutexLock lock(&mutex_);
    writing_ = false;
    if (!ok && !end_.has_value()) end_ = ReaderIsGone();
  }
  Proceed();
}

void ConfigWatch::OnCancel() { End(ReaderIsGone()); }

void ConfigWatch::OnDone() {
  store_.RemoveWatcher(this);
  DoneCallback done = std::move(done_);
  std::move(done)(this);
}

void ConfigWatch::Proceed() {
  VersionedConfig current;
  std::optional<absl::Status> end;
  {
    absl::MutexLock lock(&mutex_);
    if (writing_ || finished_) return;
    if (end_.has_value()) {
      finished_ = true;
      end = end_;
    } else {
      current = *store_.Current();
      if (current.version <= written_version_) return;
      written_version_ = current.version;
      writing_ = true;
    }
  }
  if (end.has_value()) return Finish(call_.End(*end));
  message_.Clear();
  Fill(*current.config, message_.mutable_config());
  Fill(current.config->options(), message_.mutable_options());
  message_.set_version(current.version);
  StartWrite(&message_);
}

}  // namespace registryd
