#ifndef REGISTRYD_REGISTRY_NET_TESTING_HTTP_TRANSPORT_SUBJECT_H_
#define REGISTRYD_REGISTRY_NET_TESTING_HTTP_TRANSPORT_SUBJECT_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "registry/base/cancellation.h"
#include "registry/net/http_message.h"
#include "registry/net/http_transport.h"
#include "registry/net/testing/recorded_exchange.h"
#include "registry/net/testing/scripted_http_message.h"

namespace registryd {

// A transport and the server that it talks to: what a contract's tests see of both,
// whether there is a wire between them or not.
class HttpTransportSubject {
 public:
  // Where a response stops for good.
  enum class StallAt { kBeforeHead, kInBody };

  virtual ~HttpTransportSubject() = default;

  virtual HttpTransport& transport() = 0;
  virtual std::string url(absl::string_view target) const = 0;

  // Answers so many such requests; those that have no answer left get none, or 404.
  // Other methods, and paths, are other requests. `interim` goes before, as far as
  // there is a wire for it.
  virtual void Reply(absl::string_view method, absl::string_view target, ScriptedResponse response,
                     int times = 1, const std::vector<std::string>& interim = {}) = 0;
  // 200 and a part of a body ("part"), as far as that; then nothing.
  virtual void Stall(absl::string_view method, absl::string_view target, StallAt where) = 0;

  // What the server got: whole requests, in order; and whether it was reached at all.
  virtual std::vector<ScriptedRequest> requests() const = 0;
  virtual bool reached() const = 0;

  HttpRequest Request(absl::string_view method, absl::string_view target) const;
  // Sends it by the transport.
  void Send(HttpRequest request, RecordedExchange& exchange, const CallContext& context = {},
            const HttpOptions& options = {});
};

// A FakeHttpTransport.
std::unique_ptr<HttpTransportSubject> MakeFakeSubject();
// A CurlHttpTransport, and a server on loopback; the same with TLS.
std::unique_ptr<HttpTransportSubject> MakeCurlSubject();
std::unique_ptr<HttpTransportSubject> MakeCurlTlsSubject();

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_TESTING_HTTP_TRANSPORT_SUBJECT_H_
