#ifndef REGISTRYD_REGISTRY_NET_CURL_EASY_HANDLE_H_
#define REGISTRYD_REGISTRY_NET_CURL_EASY_HANDLE_H_

#include <curl/curl.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "registry/net/curl/exchange_plan.h"
#include "registry/net/http_message.h"
#include "registry/net/http_transport.h"
#include "registry/net/ip_address.h"
#include "registry/tls/certificate_check.h"

namespace registryd {

// A list of headers for libcurl, overwritten when it goes.
class HeaderList {
 public:
  HeaderList() = default;
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;
  ~HeaderList();

  void Add(absl::string_view name, absl::string_view value);
  // Keeps libcurl from adding the header by itself.
  void Suppress(absl::string_view name);
  curl_slist* get() const { return list_; }

 private:
  void Append(std::string line);

  curl_slist* list_ = nullptr;
};

// One of libcurl's easy handles, set up for a request: where it goes, by which
// protocol and trust, and what it says. Libcurl is left no freedom of its own: it
// follows no redirect, looks no name up, knows no cookies, no environment and no files.
// Its state is that of one transfer; callbacks for data are the user's to set.
class EasyHandle {
 public:
  // `connection_lifetime`: how old an idle connection may be to be used again.
  EasyHandle(const ExchangePlan& plan, const HttpRequest& request, const HttpOptions& options,
             absl::Duration connection_lifetime);
  EasyHandle(const EasyHandle&) = delete;
  EasyHandle& operator=(const EasyHandle&) = delete;
  ~EasyHandle();

  // Null without memory.
  CURL* get() const { return easy_; }

  // The failed verification of the server's certificate, or the proxy's; OK if none.
  absl::Status certificate_status() const;
  absl::string_view error_text() const { return error_text_.data(); }

  template <typename T>
  T Info(CURLINFO info, T value) const {
    curl_easy_getinfo(easy_, info, &value);
    return value;
  }

 private:
  void SetTarget(const ExchangePlan& plan, const HttpRequest& request);
  // Gives `host` these addresses.
  void Resolve(absl::string_view host, int port, const std::vector<IpAddress>& addresses);
  void SetHeaders(const ExchangePlan& plan, const HttpRequest& request, const HttpOptions& options);
  void SetBody(const HttpRequest& request);
  void SetTls(const ExchangePlan& plan, const HttpOptions& options);
  template <typename T>
  void Set(CURLoption option, T value) {
    curl_easy_setopt(easy_, option, value);
  }

  static CURLcode OnSslContext(CURL*, void* context, void* handle);

  CURL* const easy_;
  HeaderList headers_;
  HeaderList proxy_headers_;
  curl_slist* dial_ = nullptr;     // CURLOPT_CONNECT_TO
  curl_slist* resolve_ = nullptr;  // CURLOPT_RESOLVE
  std::array<char, CURL_ERROR_SIZE> error_text_{};
  SslContext target_context_;
  SslContext proxy_context_;
  std::shared_ptr<CertificateCheck> target_check_;  // Null: not verified.
  std::shared_ptr<CertificateCheck> proxy_check_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_CURL_EASY_HANDLE_H_
