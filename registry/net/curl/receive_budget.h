#ifndef REGISTRYD_REGISTRY_NET_CURL_RECEIVE_BUDGET_H_
#define REGISTRYD_REGISTRY_NET_CURL_RECEIVE_BUDGET_H_

#include <algorithm>
#include <cstddef>

namespace registryd {

// How much of their bodies the bulk exchanges of an event loop may receive ahead of
// their receivers, who get it as one part: much while they are few, since a large part costs
// a receiver little more than a small one, and little when they are many. For the
// loop's thread.
class ReceiveBudget {
 public:
  static constexpr size_t kBytes = size_t{64} << 20;
  static constexpr size_t kMostBytesEach = size_t{1} << 20;
  // Libcurl does not hand over more at a time.
  static constexpr size_t kLeastBytesEach = size_t{16} << 10;

  void Join() { ++exchanges_; }
  void Leave() { --exchanges_; }

  // For each of those that have joined.
  size_t bytes_each() const {
    return std::clamp(kBytes / std::max<size_t>(exchanges_, 1), kLeastBytesEach, kMostBytesEach);
  }

 private:
  size_t exchanges_ = 0;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_CURL_RECEIVE_BUDGET_H_
