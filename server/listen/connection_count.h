#ifndef REGISTRYD_SERVER_LISTEN_CONNECTION_COUNT_H_
#define REGISTRYD_SERVER_LISTEN_CONNECTION_COUNT_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

namespace registryd {

// How many connections are open: of one listener, and, through `all`, of every
// listener together. A connection is open for as long as its Hold lives.
// Thread-safe.
class ConnectionCount {
 public:
  class Hold {
   public:
    explicit Hold(std::shared_ptr<ConnectionCount> count) : count_(std::move(count)) {
      count_->Add(1);
    }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    ~Hold() { count_->Add(-1); }

   private:
    const std::shared_ptr<ConnectionCount> count_;
  };

  explicit ConnectionCount(std::shared_ptr<ConnectionCount> all = nullptr) : all_(std::move(all)) {}

  int64_t open() const { return open_.load(std::memory_order_relaxed); }

 private:
  void Add(int64_t change) {
    open_.fetch_add(change, std::memory_order_relaxed);
    if (all_ != nullptr) all_->Add(change);
  }

  const std::shared_ptr<ConnectionCount> all_;
  std::atomic<int64_t> open_{0};
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_LISTEN_CONNECTION_COUNT_H_
