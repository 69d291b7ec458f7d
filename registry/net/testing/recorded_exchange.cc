#include "registry/net/testing/recorded_exchange.h"

#include <gtest/gtest.h>

#include <atomic>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace registryd {

struct RecordedExchange::State {
  absl::Mutex mutex;
  bool has_head ABSL_GUARDED_BY(mutex) = false;
  HttpResponseHead head ABSL_GUARDED_BY(mutex);
  std::string body ABSL_GUARDED_BY(mutex);
  size_t body_bytes ABSL_GUARDED_BY(mutex) = 0;
  size_t parts ABSL_GUARDED_BY(mutex) = 0;
  HttpReceiver::Resume held ABSL_GUARDED_BY(mutex);
  // A part was given, and its Resume not called.
  bool waiting ABSL_GUARDED_BY(mutex) = false;
  bool done ABSL_GUARDED_BY(mutex) = false;
  absl::Status status ABSL_GUARDED_BY(mutex);
  bool destroyed ABSL_GUARDED_BY(mutex) = false;
};

class RecordedExchange::Recorder final : public HttpReceiver {
 public:
  Recorder(const RecordedExchange& exchange)
      : state_(exchange.state_),
        on_head_(exchange.on_head),
        on_body_(exchange.on_body),
        on_done_(exchange.on_done),
        hold_(exchange.hold),
        keep_body_(exchange.keep_body) {}

  ~Recorder() override {
    EXPECT_FALSE(inside_) << "destroyed within a call";
    // What the hooks hold goes before the test is told that all is over.
    on_head_ = on_body_ = on_done_ = nullptr;
    absl::MutexLock lock(&state_->mutex);
    EXPECT_TRUE(state_->done) << "destroyed before OnDone";
    state_->destroyed = true;
  }

  void OnHead(HttpResponseHead head) override {
    EXPECT_FALSE(inside_.exchange(true)) << "OnHead within another call";
    {
      absl::MutexLock lock(&state_->mutex);
      EXPECT_FALSE(state_->has_head || state_->done) << "OnHead out of order";
      state_->has_head = true;
      state_->head = std::move(head);
    }
    if (on_head_ != nullptr) on_head_();
    inside_ = false;
  }

  void OnBody(absl::string_view part, Resume resume) override {
    EXPECT_FALSE(inside_.exchange(true)) << "OnBody within another call";
    EXPECT_FALSE(part.empty());
    {
      absl::MutexLock lock(&state_->mutex);
      EXPECT_TRUE(state_->has_head && !state_->done) << "OnBody out of order";
      EXPECT_FALSE(state_->waiting) << "OnBody before Resume";
      state_->body_bytes += part.size();
      if (keep_body_) state_->body.append(part.data(), part.size());
      ++state_->parts;
      state_->waiting = hold_;
      if (hold_) state_->held = std::exchange(resume, nullptr);
    }
    if (on_body_ != nullptr) on_body_();
    inside_ = false;
    if (resume != nullptr) std::move(resume)();
  }

  void OnDone(absl::Status status) override {
    EXPECT_FALSE(inside_.exchange(true)) << "OnDone within another call";
    {
      absl::MutexLock lock(&state_->mutex);
      EXPECT_FALSE(state_->done) << "a second OnDone";
      EXPECT_TRUE(state_->has_head || !status.ok()) << "complete without a head";
      EXPECT_FALSE(state_->waiting && status.ok()) << "complete before Resume";
      state_->done = true;
      state_->status = std::move(status);
    }
    if (on_done_ != nullptr) on_done_();
    inside_ = false;
  }

 private:
  const std::shared_ptr<State> state_;
  std::function<void()> on_head_, on_body_, on_done_;
  const bool hold_;
  const bool keep_body_;
  std::atomic<bool> inside_{false};
};

RecordedExchange::RecordedExchange() : state_(std::make_shared<State>()) {}

std::unique_ptr<HttpReceiver> RecordedExchange::Receiver() {
  return std::make_unique<Recorder>(*this);
}

absl::Status RecordedExchange::Await(absl::Duration timeout) const {
  absl::MutexLock lock(&state_->mutex);
  if (!state_->mutex.AwaitWithTimeout(absl::Condition(&state_->destroyed), timeout)) {
    ADD_FAILURE() << "the exchange does not end";
    return absl::UnknownError("the exchange does not end");
  }
  return state_->status;
}

bool RecordedExchange::AwaitHead(absl::Duration timeout) const {
  absl::MutexLock lock(&state_->mutex);
  return state_->mutex.AwaitWithTimeout(absl::Condition(&state_->has_head), timeout);
}

bool RecordedExchange::AwaitHeld(absl::Duration timeout) const {
  const auto held = [this]() ABSL_SHARED_LOCKS_REQUIRED(state_->mutex) {
    return state_->held != nullptr || state_->done;
  };
  absl::MutexLock lock(&state_->mutex);
  state_->mutex.AwaitWithTimeout(absl::Condition(&held), timeout);
  return state_->held != nullptr;
}

void RecordedExchange::Resume() {
  HttpReceiver::Resume resume = TakeResume();
  ASSERT_NE(resume, nullptr) << "no part is held";
  std::move(resume)();
}

HttpReceiver::Resume RecordedExchange::TakeResume() {
  absl::MutexLock lock(&state_->mutex);
  state_->waiting = false;
  return std::exchange(state_->held, nullptr);
}

bool RecordedExchange::done() const {
  absl::MutexLock lock(&state_->mutex);
  return state_->done;
}

bool RecordedExchange::has_head() const {
  absl::MutexLock lock(&state_->mutex);
  return state_->has_head;
}

HttpResponseHead RecordedExchange::head() const {
  absl::MutexLock lock(&state_->mutex);
  return state_->head;
}

std::string RecordedExchange::body() const {
  absl::MutexLock lock(&state_->mutex);
  return state_->body;
}

size_t RecordedExchange::body_bytes() const {
  absl::MutexLock lock(&state_->mutex);
  return state_->body_bytes;
}

size_t RecordedExchange::parts() const {
  absl::MutexLock lock(&state_->mutex);
  return state_->parts;
}

}  // namespace registryd
