#ifndef REGISTRYD_REGISTRY_NET_CURL_HTTP_TRANSPORT_H_
#define REGISTRYD_REGISTRY_NET_CURL_HTTP_TRANSPORT_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "registry/base/cancellation.h"
#include "registry/base/error.h"
#include "registry/net/http_transport.h"
#include "registry/tls/system_roots.h"

namespace registryd {

struct CurlHttpTransportOptions {
  // Requests at the same time. Beyond that Send refuses: UNAVAILABLE, OVERLOADED.
  size_t max_active = 10000;
  // Connections that wait for their next request: for one key (see below), at least 1,
  // and for all keys together that have no request at the moment. Where there are more,
  // those that were not used for the longest time are closed.
  size_t max_idle_per_key = 64;
  size_t max_idle = 256;
  // How long one waits.
  absl::Duration idle_lifetime = absl::Seconds(60);
};

// Carries HTTP/1.1, and HTTP/2 where a server offers it, by libcurl over BoringSSL.
// All requests share one thread, on which receivers and body sources are called.
//
// Connections are pooled by key: scheme, host and port, checked addresses, proxy and
// its credentials, TLS configuration (the very object of its certificates) and
// HttpOptions::connection_group. Each key has a pool of its own in libcurl, so that
// its rules for using a connection again never see a connection of another key.
//
// What HttpTransport leaves open:
//   - Accept-Encoding is sent, and a gzip body decompressed, unless the caller names
//     Accept-Encoding or Range; Content-Encoding and Content-Length are then left out
//     of the head, since they describe what is no longer there.
//   - A request on a connection that the server had closed meanwhile is sent again on
//     a new one, if not one byte of an answer came and at most 16 KiB of its body had
//     been sent.
//   - Responses without max_body_bytes come by HTTP/1.1, each on its own connection:
//     the pace of one receiver holds no other back.
//   - Libcurl keeps copies of headers, secret ones too, as long as a request is active,
//     and does not overwrite them. Nothing is logged.
//
//   auto transport = CurlHttpTransport::Create(roots);
//   (*transport)->Send(std::move(request), options, context, std::move(receiver));
class CurlHttpTransport final : public HttpTransport {
 public:
  // `roots`: what servers and https proxies are verified against, beside the roots of
  // HttpOptions. Returns RESOURCE_EXHAUSTED when out of file descriptors.
  static absl::StatusOr<std::unique_ptr<CurlHttpTransport>> Create(
      std::shared_ptr<const SystemRoots> roots, CurlHttpTransportOptions options = {});

  // Ends all requests with UNAVAILABLE, SHUTTING_DOWN. Not to be called by a receiver
  // or a body source.
  ~CurlHttpTransport() override;

  // Errors beyond those of HttpReceiver::OnDone: UNAVAILABLE, OVERLOADED or
  // SHUTTING_DOWN; INVALID_ARGUMENT, CERTIFICATES_INVALID, for a client certificate
  // that cannot be used.
  void Send(HttpRequest request, HttpOptions options, const CallContext& context,
            std::unique_ptr<HttpReceiver> receiver) override;

  struct Stats {
    uint64_t requests = 0;  // Started, failed ones included.
    size_t active = 0;
    uint64_t connections_opened = 0;  // Attempts that failed included.
    uint64_t connections_reused = 0;  // Requests that found one.
    size_t connections = 0;           // Open now.
    size_t idle = 0;                  // Of these, the ones that wait.
    size_t keys = 0;
    std::map<Reason, uint64_t> failures;  // Requests that ended with an error.
  };
  Stats stats() const;

 private:
  class Core;

  explicit CurlHttpTransport(std::shared_ptr<Core> core);

  const std::shared_ptr<Core> core_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_CURL_HTTP_TRANSPORT_H_
