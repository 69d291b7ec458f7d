#ifndef REGISTRYD_REGISTRY_NET_HTTP_CHAIN_H_
#define REGISTRYD_REGISTRY_NET_HTTP_CHAIN_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "registry/base/cancellation.h"
#include "registry/net/dns_resolver.h"
#include "registry/net/hop_addresses.h"
#include "registry/net/http_client.h"
#include "registry/net/http_message.h"
#include "registry/net/http_proxy.h"
#include "registry/net/http_transport.h"
#include "registry/net/ip_address.h"
#include "registry/net/proxy_rules.h"
#include "registry/net/redirect.h"
#include "registry/uri/origin.h"
#include "registry/uri/url.h"

namespace registryd {

// One call of an HttpClient, from hop to hop until a response is the answer. For each
// hop it
//
//   finds the addresses -> asks for the hop's headers -> sends -> reads the head
//
// and either hands the response over or goes on where it leads. One step is under way at
// a time, on whatever thread ends the one before it; what waits for a step holds the
// chain. Given up by all, the call ends with UNAVAILABLE (SHUTTING_DOWN).
class HttpChain : public std::enable_shared_from_this<HttpChain> {
 public:
  // All outlive the chain.
  struct Services {
    HttpTransport& transport;
    DnsResolver& resolver;
    const ProxyRules& proxies;
  };

  // `answered_url`, where it is not null, gets the URL of the last hop before the
  // receiver gets its head.
  HttpChain(const Services& services, const HttpClientOptions& options, HttpCall call,
            const CallContext& context, std::unique_ptr<HttpReceiver> receiver,
            std::shared_ptr<std::string> answered_url);
  ~HttpChain();

  // Once.
  void Start();

 private:
  class HopReceiver;

  // What a message says of a hop, and what tells it from others.
  struct Visit {
    std::string method;
    std::string url;
    std::string shown;
  };

  absl::Status CheckCall();
  HttpHop HopAt(const Url& url) const;
  bool own_origin() const { return upstream_is_home_ && at_home_; }

  // The steps of a hop.
  void FindAddresses();
  void FindProxy(HttpProxy proxy);
  void PrepareHeaders();
  void Send(std::vector<SecretHttpHeader> secret_headers);
  void Go(const Redirect& redirect);
  void Finish(absl::Status status);

  std::vector<HttpHeader> Headers() const;
  HttpOptions Options() const;

  // What the transport says.
  void OnHead(HttpResponseHead head);
  void OnBody(absl::string_view part, HttpReceiver::Resume resume);
  void OnDone(absl::Status status);

  // Where `head` leads; nullopt: it is the answer's.
  std::optional<absl::StatusOr<Redirect>> NextHop(const HttpResponseHead& head) const;
  absl::Status TooManyRedirects(const Redirect& next) const;

  const Services services_;
  const HttpClientOptions options_;
  HttpCall call_;
  const CallContext context_;
  std::unique_ptr<HttpReceiver> receiver_;
  const std::shared_ptr<std::string> answered_url_;
  const bool streams_;  // The body, if there is one, can be sent only once.

  // Of the call's URL, and whether that is the upstream's.
  Origin home_;
  bool upstream_is_home_ = false;
  std::optional<HopAddresses> addresses_;
  std::vector<Visit> visits_;

  // Of the hop under way.
  std::optional<Url> url_;
  std::string method_;
  bool at_home_ = true;  // And so were all before it.
  bool has_body_ = false;
  std::vector<IpAddress> dialled_;
  std::optional<HttpProxy> proxy_;
  // The hop's own, so that what a redirect says beside its Location can be cut short;
  // the registration passes the caller's on.
  std::shared_ptr<Cancellation> cancellation_;
  Cancellation::Registration registration_;
  std::optional<absl::StatusOr<Redirect>> next_;
  size_t skipped_bytes_ = 0;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_HTTP_CHAIN_H_
