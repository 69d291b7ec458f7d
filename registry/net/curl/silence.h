#ifndef REGISTRYD_REGISTRY_NET_CURL_SILENCE_H_
#define REGISTRYD_REGISTRY_NET_CURL_SILENCE_H_

#include <chrono>
#include <cstddef>

namespace registryd {

// For how long a connection has left requests without an answer: the time since the last
// byte of any answer in which at least one request waited, all such times added up. Pure
// calculation.
class Silence {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;

  // A request begins, or ceases, to wait, whether it was answered or given up.
  void Begin(Time now);
  void End(Time now);

  // A byte of an answer has come.
  void Break(Time now);

  Duration Lasted(Time now) const;

 private:
  size_t waiting_ = 0;
  Time since_;         // While a request waits.
  Duration before_{};  // Since the last byte, until no request waited.
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_CURL_SILENCE_H_
