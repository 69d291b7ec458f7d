#ifndef REGISTRYD_SERVER_OBSERVE_METRICS_HTTP_SERVER_H_
#define REGISTRYD_SERVER_OBSERVE_METRICS_HTTP_SERVER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/observe/loopback_address.h"

namespace registryd {

struct MetricsHttpServerOptions {
  LoopbackAddress address;
  // A connection that is silent for that long is closed.
  absl::Duration timeout = absl::Seconds(5);
  // So is one whose request has not come whole by then: since the connection began, or since
  // the answer before.
  absl::Duration request_timeout = absl::Seconds(10);
  // At one time; more are closed at once.
  size_t max_connections = 64;
  // Of a request; more is refused. In bytes.
  size_t max_header_bytes = 8 << 10;
  size_t max_body_bytes = 0;
};

// Serves GET (and HEAD) of two paths over HTTP, on a thread of its own:
//   /metrics   what `metrics` returns, in Prometheus' text format
//   /healthz   200 "ok" while `healthy` returns true, else 503
// Anything else is 404, another method 405. When descriptors run out it pauses
// and accepts again later; its own connections take no more than a few. The
// destructor closes all connections.
class MetricsHttpServer {
 public:
  // Both are called on the server's thread, one call at a time.
  struct Sources {
    std::function<std::string()> metrics;
    std::function<bool()> healthy;
  };

  // UNAVAILABLE if the address cannot be bound.
  static absl::StatusOr<std::unique_ptr<MetricsHttpServer>> Start(
      const MetricsHttpServerOptions& options, Sources sources);

  MetricsHttpServer(const MetricsHttpServer&) = delete;
  MetricsHttpServer& operator=(const MetricsHttpServer&) = delete;
  ~MetricsHttpServer();

  // The port that is served: the system's choice when 0 was asked for.
  uint16_t port() const;

 private:
  class Loop;
  explicit MetricsHttpServer(std::unique_ptr<Loop> loop);

  const std::unique_ptr<Loop> loop_;
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_OBSERVE_METRICS_HTTP_SERVER_H_
