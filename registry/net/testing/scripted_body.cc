#include "registry/net/testing/scripted_body.h"

#include <gtest/gtest.h>

#include <deque>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace registryd {

struct ScriptedBody::State {
  // The next part, of at most `max_bytes`.
  Part Next(size_t max_bytes) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    EXPECT_FALSE(ended) << "Read after the end";
    if (parts.empty() || !parts.front().ok()) {
      ended = true;
      return parts.empty() ? Part("") : parts.front();
    }
    std::string part = parts.front()->substr(0, max_bytes);
    parts.front()->erase(0, part.size());
    if (parts.front()->empty()) parts.pop_front();
    given += part.size();
    return part;
  }

  absl::Mutex mutex;
  std::deque<Part> parts ABSL_GUARDED_BY(mutex);
  std::optional<uint64_t> size;
  bool hold ABSL_GUARDED_BY(mutex) = false;
  HttpBodySource::Ready waiting ABSL_GUARDED_BY(mutex);
  size_t wanted ABSL_GUARDED_BY(mutex) = 0;
  bool ended ABSL_GUARDED_BY(mutex) = false;
  uint64_t given ABSL_GUARDED_BY(mutex) = 0;
  bool destroyed ABSL_GUARDED_BY(mutex) = false;
};

class ScriptedBody::Reader final : public HttpBodySource {
 public:
  explicit Reader(std::shared_ptr<State> state) : state_(std::move(state)) {}
  ~Reader() override {
    absl::MutexLock lock(&state_->mutex);
    state_->destroyed = true;
  }

  std::optional<uint64_t> size() const override { return state_->size; }

  void Read(size_t max_bytes, Ready ready) override {
    EXPECT_GT(max_bytes, 0u);
    Part part;
    {
      absl::MutexLock lock(&state_->mutex);
      EXPECT_EQ(state_->waiting, nullptr) << "Read before the last was answered";
      if (state_->hold) {
        state_->waiting = std::move(ready);
        state_->wanted = max_bytes;
        return;
      }
      part = state_->Next(max_bytes);
    }
    std::move(ready)(std::move(part));
  }

 private:
  const std::shared_ptr<State> state_;
};

ScriptedBody::ScriptedBody(std::vector<Part> parts, std::optional<uint64_t> size)
    : state_(std::make_shared<State>()) {
  absl::MutexLock lock(&state_->mutex);
  state_->size = size;
  for (Part& part : parts) {
    if (!part.ok() || !part->empty()) state_->parts.push_back(std::move(part));
  }
}

void ScriptedBody::Hold() {
  absl::MutexLock lock(&state_->mutex);
  state_->hold = true;
}

std::unique_ptr<HttpBodySource> ScriptedBody::Source() { return std::make_unique<Reader>(state_); }

bool ScriptedBody::AwaitRead(absl::Duration timeout) const {
  const auto waiting = [this]() ABSL_SHARED_LOCKS_REQUIRED(state_->mutex) {
    return state_->waiting != nullptr;
  };
  absl::MutexLock lock(&state_->mutex);
  return state_->mutex.AwaitWithTimeout(absl::Condition(&waiting), timeout);
}

void ScriptedBody::Give() {
  HttpBodySource::Ready ready = TakeReady();
  ASSERT_NE(ready, nullptr) << "no Read waits";
  Part part;
  {
    absl::MutexLock lock(&state_->mutex);
    part = state_->Next(state_->wanted);
  }
  std::move(ready)(std::move(part));
}

HttpBodySource::Ready ScriptedBody::TakeReady() {
  absl::MutexLock lock(&state_->mutex);
  return std::exchange(state_->waiting, nullptr);
}

uint64_t ScriptedBody::given() const {
  absl::MutexLock lock(&state_->mutex);
  return state_->given;
}

bool ScriptedBody::AwaitDestroyed(absl::Duration timeout) const {
  absl::MutexLock lock(&state_->mutex);
  return state_->mutex.AwaitWithTimeout(absl::Condition(&state_->destroyed), timeout);
}

}  // namespace registryd
