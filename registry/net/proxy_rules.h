#ifndef REGISTRYD_REGISTRY_NET_PROXY_RULES_H_
#define REGISTRYD_REGISTRY_NET_PROXY_RULES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "registry/net/http_proxy.h"
#include "registry/net/ip_address.h"
#include "registry/uri/url.h"

namespace registryd {

struct ProxyOptions {
  // Proxies by the scheme of the request: URLs, or HOST:PORT for http. May hold user
  // information. Empty: none.
  std::string http_proxy;
  std::string https_proxy;
  // Separated by commas: a host name (its subdomains too), ".name" (subdomains only),
  // an IP address, each with ":PORT" if only that port is meant; a CIDR; or "*". Names
  // outside ASCII match nothing.
  std::string no_proxy;
};

// The proxies of $HTTP_PROXY, $HTTPS_PROXY and $NO_PROXY, or of the same names in
// lower case where those are not set, or empty. As in Go there is no http proxy where
// $REQUEST_METHOD says that this is a CGI program. `getenv` returns nullptr for what is
// not set.
ProxyOptions ProxiesFromEnvironment(absl::FunctionRef<const char*(const char*)> getenv);

// Which requests go through a proxy, by the rules of Go's httpproxy package, which
// Docker Engine uses. `localhost` and loopback addresses never do. Immutable and
// thread-safe.
class ProxyRules {
 public:
  // No proxy at all.
  ProxyRules() = default;

  // Returns INVALID_ARGUMENT (SETTING_INVALID), naming the option and without any
  // password, for what is no http or https URL. As in Go, entries of `no_proxy` that
  // make no sense are passed over.
  static absl::StatusOr<ProxyRules> Create(const ProxyOptions& options);

  // The proxy for `url`, its addresses left empty; nullopt: straight to the server.
  std::optional<HttpProxy> For(const Url& url) const;

 private:
  // The port is empty where every one is meant.
  struct AddressPort {
    IpAddress address;
    std::string port;
  };
  struct Domain {
    std::string suffix;  // With a '.' before it.
    bool subdomains_only = false;
    std::string port;
  };

  // Takes over an entry of `no_proxy`, in lower case.
  void Except(absl::string_view entry);
  // `host` in lower case, without brackets.
  bool IsExcepted(absl::string_view host, absl::string_view port) const;

  std::optional<HttpProxy> http_;
  std::optional<HttpProxy> https_;
  bool no_proxy_at_all_ = false;
  std::vector<Cidr> blocks_;
  std::vector<AddressPort> addresses_;
  std::vector<Domain> domains_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_PROXY_RULES_H_
