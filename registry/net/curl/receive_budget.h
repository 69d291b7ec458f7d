#ifndef REGISTRYD_REGISTRY_NET_CURL_RECEIVE_BUDGET_H_
#define REGISTRYD_REGISTRY_NET_CURL_RECEIVE_BUDGET_H_

#include <cstddef>
#include <memory>
#include <utility>

namespace registryd {

// What the exchanges of an event loop may receive, all together, ahead of their
// receivers. A large part costs a receiver little more than a small one; but slow
// receivers may be many. For the loop's thread.
class ReceiveBudget {
 public:
  static constexpr size_t kBytes = size_t{64} << 20;

  // What one exchange has of it, given back with this object.
  class Share {
   public:
    // What each has without asking. Libcurl hands over as much at a time.
    static constexpr size_t kLeastBytes = size_t{16} << 10;
    static constexpr size_t kMostBytes = size_t{1} << 20;

    explicit Share(std::shared_ptr<ReceiveBudget> budget) : budget_(std::move(budget)) {}
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    ~Share() { budget_->taken_ -= taken_; }

    // May be received ahead of the receiver.
    size_t bytes() const { return bytes_; }
    // Makes it twice as much, if that is not too much for one or for all.
    bool Double() {
      if (bytes_ >= kMostBytes || !Take(bytes_)) return false;
      bytes_ *= 2;
      return true;
    }
    // Takes as much for another purpose, if it is there.
    bool Take(size_t bytes) {
      if (bytes > kBytes - budget_->taken_) return false;
      budget_->taken_ += bytes;
      taken_ += bytes;
      return true;
    }

   private:
    const std::shared_ptr<ReceiveBudget> budget_;
    size_t bytes_ = kLeastBytes;
    size_t taken_ = 0;
  };

 private:
  size_t taken_ = 0;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_CURL_RECEIVE_BUDGET_H_
