#include "registry/net/curl/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <limits>

#include "absl/status/status.h"

namespace registryd {
namespace {

// The eventfd's, among the ids of watches.
constexpr EventLoop::WatchId kWakeUp = 0;

epoll_event EventFor(EventLoop::WatchId watch, uint32_t events) {
  epoll_event event = {};
  event.events = events;
  event.data.u64 = watch;
  return event;
}

}  // namespace

absl::StatusOr<std::shared_ptr<EventLoop>> EventLoop::Create() {
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  const int event = epoll < 0 ? -1 : eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (event < 0) {
    if (epoll >= 0) close(epoll);
    return absl::ResourceExhaustedError("no file descriptors for an event loop");
  }
  std::shared_ptr<EventLoop> loop(new EventLoop(epoll, event));
  epoll_event wake_up = EventFor(kWakeUp, EPOLLIN);
  epoll_ctl(epoll, EPOLL_CTL_ADD, event, &wake_up);
  loop->thread_ = std::thread([raw = loop.get()] { raw->Run(); });
  loop->thread_id_ = loop->thread_.get_id();  // Nothing runs on it before the first Post.
  return loop;
}

EventLoop::~EventLoop() {
  close(event_);
  close(epoll_);
}

bool EventLoop::Post(Task task) {
  absl::MutexLock lock(&mutex_);
  if (stopped_) return false;
  queue_.push_back(std::move(task));
  if (queue_.size() == 1) Wake();
  return true;
}

void EventLoop::Stop(Task last) {
  {
    absl::MutexLock lock(&mutex_);
    last_ = std::move(last);
    stopping_ = true;
    Wake();
  }
  thread_.join();
}

void EventLoop::Wake() {
  const uint64_t one = 1;
  // Fails only when the counter is at its end, and then the thread is woken anyway.
  [[maybe_unused]] const ssize_t written = write(event_, &one, sizeof(one));
}

EventLoop::WatchId EventLoop::Watch(int fd, uint32_t events, Watcher& watcher) {
  const WatchId watch = next_id_++;
  epoll_event event = EventFor(watch, events);
  // A descriptor may still be known from a socket that was closed while another process
  // held it; it is this watch's now.
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) {
    epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event);
  }
  watched_[watch] = {fd, &watcher};
  return watch;
}

void EventLoop::Change(WatchId watch, uint32_t events) {
  const auto it = watched_.find(watch);
  if (it == watched_.end()) return;
  epoll_event event = EventFor(watch, events);
  epoll_ctl(epoll_, EPOLL_CTL_MOD, it->second.fd, &event);
}

void EventLoop::Unwatch(WatchId watch) {
  const auto it = watched_.find(watch);
  if (it == watched_.end()) return;
  epoll_ctl(epoll_, EPOLL_CTL_DEL, it->second.fd, nullptr);
  watched_.erase(it);
}

EventLoop::TimerId EventLoop::RunAt(Time when, Task task) {
  const TimerId timer(when, next_id_++);
  timers_.emplace(timer, std::move(task));
  return timer;
}

void EventLoop::Cancel(const TimerId& timer) { timers_.erase(timer); }

int EventLoop::Timeout() const {
  if (timers_.empty()) return -1;
  const auto wait = timers_.begin()->first.first - Now();
  const int64_t milliseconds = std::chrono::ceil<std::chrono::milliseconds>(wait).count();
  return static_cast<int>(
      std::clamp<int64_t>(milliseconds, 0, std::numeric_limits<int>::max() / 2));
}

void EventLoop::RunTimers() {
  // Those that are due now, not the ones that they add: sockets have their turn too.
  const TimerId end(Now(), next_id_);
  while (!timers_.empty() && timers_.begin()->first < end) {
    Task task = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    std::move(task)();
  }
}

void EventLoop::Run() {
  std::array<epoll_event, 256> events;
  while (true) {
    const int count = epoll_wait(epoll_, events.data(), events.size(), Timeout());
    for (int i = 0; i < count; ++i) {
      if (events[i].data.u64 == kWakeUp) {
        uint64_t ignored;
        [[maybe_unused]] const ssize_t bytes = read(event_, &ignored, sizeof(ignored));
        continue;
      }
      // One that ran before may have ended this watch.
      const auto it = watched_.find(events[i].data.u64);
      if (it == watched_.end()) continue;
      const Watched watched = it->second;
      watched.watcher->OnReady(watched.fd, events[i].events);
    }
    RunTimers();

    std::vector<Task> tasks;
    Task last;
    bool stopping = false;
    {
      absl::MutexLock lock(&mutex_);
      tasks.swap(queue_);
      stopping = stopped_ = stopping_;
      if (stopping) last = std::move(last_);
    }
    for (Task& task : tasks) {
      std::move(task)();
      task = nullptr;
    }
    if (!stopping) continue;
    std::move(last)();
    timers_.clear();
    return;
  }
}

}  // namespace registryd
