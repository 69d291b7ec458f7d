#ifndef REGISTRYD_SERVER_OBSERVE_OBSERVED_HTTP_TRANSPORT_H_
#define REGISTRYD_SERVER_OBSERVE_OBSERVED_HTTP_TRANSPORT_H_

#include <memory>

#include "registry/base/clock.h"
#include "registry/net/http_transport.h"
#include "server/observe/upstream_metrics.h"

namespace registryd {

// Counts what another transport carries, by the host that each request goes to:
// redirects and token requests are requests of their own. Adds nothing else.
// Thread-safe.
class ObservedHttpTransport final : public HttpTransport {
 public:
  // All outlive the transport and its requests.
  ObservedHttpTransport(HttpTransport& transport, const Clock& clock, UpstreamMetrics& metrics);

  void Send(HttpRequest request, HttpOptions options, const CallContext& context,
            std::unique_ptr<HttpReceiver> receiver) override;

 private:
  HttpTransport& transport_;
  const Clock& clock_;
  UpstreamMetrics& metrics_;
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_OBSERVE_OBSERVED_HTTP_TRANSPORT_H_
