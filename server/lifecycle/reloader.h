#ifndef REGISTRYD_SERVER_LIFECYCLE_RELOADER_H_
#define REGISTRYD_SERVER_LIFECYCLE_RELOADER_H_

#include <atomic>
#include <functional>

#include "registry/base/executor.h"

namespace registryd {

// Reloads on a thread of its own: who asks for it reads signals, and must see the next
// one even when a disk does not answer. Thread-safe.
class Reloader {
 public:
  // `reload` is called by one thread at a time.
  explicit Reloader(std::function<void()> reload);
  Reloader(const Reloader&) = delete;
  Reloader& operator=(const Reloader&) = delete;
  // Waits for a reload that runs, and drops one that waits.
  ~Reloader();

  // Has a reload begin after this call, which does not wait for it. While one waits to
  // begin, others are the same.
  void Request();

 private:
  const std::function<void()> reload_;
  std::atomic<bool> waits_{false};
  std::atomic<bool> stopping_{false};
  Executor executor_{ExecutorOptions{/*threads=*/1}};
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_LIFECYCLE_RELOADER_H_
