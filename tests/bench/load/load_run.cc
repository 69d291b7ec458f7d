#include "tests/bench/load/load_run.h"

#include <sys/prctl.h>
#include <time.h>

#include <cerrno>
#include <deque>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "grpcpp/completion_queue.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/channel_arguments.h"

namespace registryd {
namespace {

constexpr int64_t kConnectSeconds = 10;

absl::StatusOr<std::vector<std::shared_ptr<grpc::Channel>>> Connect(const LoadOptions& options) {
  grpc::ChannelArguments arguments;
  // Otherwise channels to the same target share a connection.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  for (int i = 0; i < options.connections; ++i) {
    channels.push_back(
        grpc::CreateCustomChannel(options.target, grpc::InsecureChannelCredentials(), arguments));
    channels.back()->GetState(/*try_to_connect=*/true);
  }
  const auto deadline = absl::ToChronoTime(absl::Now() + absl::Seconds(kConnectSeconds));
  for (const auto& channel : channels) {
    if (!channel->WaitForConnected(deadline)) return absl::UnavailableError("cannot connect");
  }
  return channels;
}

// One of the calls that are under way at the same time.
struct Slot {
  std::unique_ptr<LoadCall> call;
  // What its latency is counted from.
  absl::Time due;
};

// Slots without a call, each in its turn. Thread-safe.
class FreeSlots {
 public:
  void Put(Slot* slot) {
    absl::MutexLock lock(&mutex_);
    slots_.push_back(slot);
  }

  // Waits for one.
  Slot* Take() {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(
        +[](std::deque<Slot*>* slots) { return !slots->empty(); }, &slots_));
    Slot* const slot = slots_.front();
    slots_.pop_front();
    return slot;
  }

 private:
  absl::Mutex mutex_;
  std::deque<Slot*> slots_ ABSL_GUARDED_BY(mutex_);
};

// absl::SleepFor would be a jiffy late.
void SleepUntil(absl::Time time) {
  const absl::Duration left = time - absl::Now();
  if (left <= absl::ZeroDuration()) return;
  timespec rest = absl::ToTimespec(left);
  while (clock_nanosleep(CLOCK_MONOTONIC, 0, &rest, &rest) == EINTR) {
  }
}

class Load {
 public:
  Load(const LoadOptions& options, std::vector<Slot> slots)
      : options_(options), slots_(std::move(slots)) {}

  LoadResult Run() {
    start_ = absl::Now();
    begin_ = start_ + options_.warm_up;
    end_ = begin_ + options_.duration;
    if (options_.rate > 0) {
      std::thread pace([this] { Pace(); });
      Reap();
      pace.join();
    } else {
      for (Slot& slot : slots_) Start(slot, absl::Now());
      Reap();
    }
    return std::move(result_);
  }

 private:
  void Start(Slot& slot, absl::Time due) {
    slot.due = due;
    slot.call->Start(queue_, &slot);
  }

  // The open loop's clock.
  void Pace() {
    prctl(PR_SET_TIMERSLACK, 1);
    for (Slot& slot : slots_) free_.Put(&slot);
    const absl::Duration interval = absl::Seconds(1) / options_.rate;
    int64_t number = 0;
    for (absl::Time due = start_; due < end_; due = start_ + interval * ++number) {
      SleepUntil(due);
      Start(*free_.Take(), due);
    }
    // All back: nothing is under way.
    for (size_t i = 0; i < slots_.size(); ++i) free_.Take();
    queue_.Shutdown();
  }

  // Takes what has ended; in the closed loop, begins it again.
  void Reap() {
    size_t under_way = slots_.size();
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) {
      Slot& slot = *static_cast<Slot*>(tag);
      const absl::Time now = absl::Now();
      Count(slot, now);
      if (options_.rate > 0) {
        free_.Put(&slot);
      } else if (now < end_) {
        Start(slot, now);
      } else if (--under_way == 0) {
        queue_.Shutdown();
      }
    }
  }

  void Count(const Slot& slot, absl::Time now) {
    if (slot.due < begin_) return;
    const std::string error = slot.call->Error();
    if (!error.empty() && result_.errors++ == 0) result_.first_error = error;
    result_.latencies.Record(now - slot.due);
    if (now < end_) ++result_.answered;
  }

  const LoadOptions options_;
  std::vector<Slot> slots_;
  grpc::CompletionQueue queue_;
  FreeSlots free_;
  absl::Time start_;
  // Calls that are due in between count.
  absl::Time begin_;
  absl::Time end_;
  LoadResult result_;
};

}  // namespace

absl::StatusOr<LoadResult> PutLoad(const LoadOptions& options, const LoadQuestion& question) {
  const auto channels = Connect(options);
  if (!channels.ok()) return channels.status();
  std::vector<Slot> slots;
  for (int i = 0; i < options.outstanding; ++i) {
    auto call = MakeLoadCall(question, i, (*channels)[i % channels->size()]);
    if (!call.ok()) return call.status();
    slots.push_back({*std::move(call), absl::InfinitePast()});
  }
  return Load(options, std::move(slots)).Run();
}

}  // namespace registryd
