#ifndef REGISTRYD_REGISTRY_NET_CURL_EXCHANGE_PLAN_H_
#define REGISTRYD_REGISTRY_NET_CURL_EXCHANGE_PLAN_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "registry/net/curl/request_check.h"
#include "registry/net/http_message.h"
#include "registry/net/http_transport.h"
#include "registry/net/ip_address.h"
#include "registry/tls/ssl_context_cache.h"

namespace registryd {

// What is decided about a request before anything of it is sent.
struct ExchangePlan {
  UrlTarget target;
  std::optional<UrlTarget> proxy;
  // Where to connect to: the target's or the proxy's.
  std::vector<IpAddress> addresses;
  SslContext target_context;  // Null for http.
  SslContext proxy_context;   // Null unless the proxy is reached by TLS.
  // By HTTP/1.1 on a connection of its own time: a body that may be large, or of
  // unknown size, in one direction or the other. Libcurl would let a slow receiver of
  // a multiplexed one hold up all other streams of its connection.
  bool bulk = false;
  bool decompress = false;
  // Equal for what may share connections; a hash, since credentials are in it.
  std::string pool_key;

  // "10.0.0.1, fd00::9": `addresses`, for people.
  std::string Addresses() const;
};

// Checks `request` and `options`. Errors: those that HttpReceiver::OnDone has for a
// request that was not sent, and those of SslContextCache::Get.
absl::StatusOr<ExchangePlan> PlanExchange(const HttpRequest& request, const HttpOptions& options,
                                          SslContextCache& contexts);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_CURL_EXCHANGE_PLAN_H_
