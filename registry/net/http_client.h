#ifndef REGISTRYD_REGISTRY_NET_HTTP_CLIENT_H_
#define REGISTRYD_REGISTRY_NET_HTTP_CLIENT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "registry/base/cancellation.h"
#include "registry/base/secret.h"
#include "registry/net/dns_resolver.h"
#include "registry/net/http_message.h"
#include "registry/net/http_transport.h"
#include "registry/net/proxy_rules.h"
#include "registry/net/upstream.h"
#include "registry/uri/url.h"

namespace registryd {

// One request of the chain that redirects make.
struct HttpHop {
  const Url& url;
  // 0 for the request itself.
  int number = 0;
  // Scheme, host and port are those of the call's upstream: what is secret may go
  // there. After a hop elsewhere it stays false, even if a later one leads back.
  bool own_origin = true;
};

// Adds to each hop what it alone may carry: credentials, cookies. One object serves
// one call; its methods are not called at the same time.
class HttpHopHeaders {
 public:
  using Ready = absl::AnyInvocable<void(absl::StatusOr<std::vector<SecretHttpHeader>>) &&>;

  virtual ~HttpHopHeaders() = default;

  // Calls `ready` once with what to add, before or after it returns; at the deadline or
  // cancellation of `context` at the latest. `hop` is valid until it returns. An error
  // ends the call. What is added where `hop.own_origin` is false is not sent.
  virtual void Prepare(const HttpHop& hop, const CallContext& context, Ready ready) = 0;

  // A response has come, a redirect's too.
  virtual void OnResponse(const HttpHop& hop, const HttpResponseHead& head) {}
};

// A request, and how far to go for its answer.
struct HttpCall {
  // On whose behalf: the registry itself, or what it has named.
  std::shared_ptr<const Upstream> upstream;
  std::string method = "GET";
  // At `upstream`, or elsewhere.
  std::string url;
  // An operator named the url's host: it may have any address.
  bool host_is_configured = false;
  // Sent at every hop, but what is for the upstream alone (Authorization, cookies,
  // X-Docker-Token and Proxy-*) only where HttpHop::own_origin is true.
  std::vector<HttpHeader> headers;
  // Null: nothing is added.
  std::shared_ptr<HttpHopHeaders> hop_headers;
  // A body that can be sent again when a redirect asks for it; secret, as token
  // requests are. Not sent to another origin than that of `url`: a redirect that would
  // need it there is refused.
  Secret body;
  // A body that cannot: a redirect that would need it again is the answer. Null:
  // there is none.
  std::unique_ptr<HttpBodySource> stream;
  // False: a redirect is the answer.
  bool follow_redirects = true;
  // As in HttpOptions; of the last response.
  uint64_t max_body_bytes = uint64_t{1024} * 1024;
  // As in HttpOptions; of each response. A redirect is followed also when its body has
  // not come in time.
  absl::Duration max_body_time = absl::InfiniteDuration();
  bool decompress = true;
  std::string connection_group;
};

// A response that has come whole.
struct HttpReply {
  HttpResponseHead head;
  std::string body;
  // Of the last hop.
  std::string url;
};

struct HttpClientOptions {
  // `User-Agent`, unless the call has one, which may be empty.
  std::string user_agent;
  // The redirect of this number is refused, as net/http does with its tenth: so many
  // requests are made at most.
  int max_redirects = 10;
  absl::Duration connect_timeout = absl::Seconds(10);
};

// Sends requests as the registries' clients do: resolves names, follows redirects
// by this service's rules, goes through proxies. Thread-safe.
//
// Redirects (301, 302, 303, 307, 308 with a Location) are followed as net/http does:
// 301, 302 and 303 turn another method than HEAD into GET without a body. A `Referer`
// is not sent. What a registry may make us do is bounded (docs/security.md, rows 2, 4, 7):
//   - from https there is no way to http;
//   - to another origin (scheme, host or port) go neither secret headers, cookies and
//     bodies, nor the upstream's client certificates; its certificate is verified
//     against the system's roots and the upstream's, whatever the upstream's own
//     trust is;
//   - another host than the upstream's is dialled only at public addresses and at the
//     upstream's own (any port); one address that is neither is enough to refuse it;
//   - a host must be a name or an address in the usual form: "2130706433", "0x7f.1" and
//     "127。0。0。1" are refused;
//   - what was checked is what is dialled: a call resolves each host once;
//   - user information in a Location is refused.
// A proxy resolves names itself: of a host that is reached through one, only the form
// and addresses that are literal are checked.
//
// Errors: those of HttpReceiver::OnDone and DnsResolver::Resolve; and
//   INVALID_ARGUMENT     FIELD_INVALID: a URL or header that cannot be sent
//   FAILED_PRECONDITION  REDIRECT_REFUSED: too many (the hops are named, a loop's
//                        alone where there is one), or one that the rules forbid;
//                        ADDRESS_REFUSED
class HttpClient {
 public:
  // All outlive the client and its calls.
  HttpClient(HttpTransport& transport, DnsResolver& resolver, const ProxyRules& proxies,
             HttpClientOptions options);

  // The last response goes to `receiver` as it comes. The deadline and the
  // cancellation of `context` hold for all hops together.
  void Stream(HttpCall call, const CallContext& context, std::unique_ptr<HttpReceiver> receiver);

  // The last response whole. Calls `done` exactly once.
  void Fetch(HttpCall call, const CallContext& context,
             absl::AnyInvocable<void(absl::StatusOr<HttpReply>) &&> done);

 private:
  // `answered_url`, where it is not null, gets the URL of the last hop.
  void Start(HttpCall call, const CallContext& context, std::unique_ptr<HttpReceiver> receiver,
             std::shared_ptr<std::string> answered_url);

  HttpTransport& transport_;
  DnsResolver& resolver_;
  const ProxyRules& proxies_;
  const HttpClientOptions options_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_HTTP_CLIENT_H_
