#ifndef REGISTRYD_REGISTRY_NET_CURL_TRANSPORT_FIXTURE_H_
#define REGISTRYD_REGISTRY_NET_CURL_TRANSPORT_FIXTURE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "registry/net/curl_http_transport.h"
#include "registry/net/testing/recorded_exchange.h"
#include "registry/net/testing/scripted_http_server.h"

namespace registryd {

// What the tests of CurlHttpTransport share.

// Without system roots, unless `roots` are given.
inline std::unique_ptr<CurlHttpTransport> NewTransport(
    CurlHttpTransportOptions options = {}, std::shared_ptr<const SystemRoots> roots = nullptr) {
  SystemRootsOptions none;
  none.files = {};
  none.folders = {};
  if (roots == nullptr) roots = *SystemRoots::Load(none);
  return *CurlHttpTransport::Create(std::move(roots), options);
}

inline HttpRequest Get(std::string url) {
  HttpRequest request;
  request.url = std::move(url);
  return request;
}

// Options with these addresses.
inline HttpOptions At(const std::vector<std::string>& addresses) {
  HttpOptions options;
  for (const std::string& address : addresses) {
    options.addresses.push_back(*IpAddress::Parse(address));
  }
  return options;
}

// How the whole exchange ends.
inline absl::Status Fetch(CurlHttpTransport& transport, HttpRequest request,
                          HttpOptions options = {}, CallContext context = {}) {
  RecordedExchange exchange;
  transport.Send(std::move(request), std::move(options), context, exchange.Receiver());
  return exchange.Await();
}

// `host` at the server's port.
inline std::string UrlOf(absl::string_view scheme, absl::string_view host,
                         const ScriptedHttpServer& server, absl::string_view target = "/v2/") {
  return absl::StrCat(scheme, "://", host, ":", server.port(), target);
}

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_CURL_TRANSPORT_FIXTURE_H_
