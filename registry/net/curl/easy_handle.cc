#include "registry/net/curl/easy_handle.h"

#include <openssl/mem.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "registry/base/secret.h"
#include "registry/net/curl/request_check.h"

namespace registryd {
namespace {

// What libcurl calls the server that it dials: a name that no resolver knows, with the
// addresses put beside it, so that nothing about the URL's host can lead elsewhere.
constexpr char kDialled[] = "checked.invalid";

// Both kinds of TLS connection, to the server and to an https proxy, come to the same
// callback; the lowest version that libcurl set tells which it is. What counts is
// what the callback sets then.
constexpr long kTargetVersion = CURL_SSLVERSION_TLSv1_2;
constexpr long kProxyVersion = CURL_SSLVERSION_TLSv1_1;

std::string ResolveEntry(absl::string_view host, int port,
                         const std::vector<IpAddress>& addresses) {
  std::string entry = absl::StrCat(host, ":", port, ":");
  absl::string_view separator = "";
  for (const IpAddress& address : addresses) {
    const std::string text = address.ToString();
    absl::StrAppend(&entry, separator, address.is_v4() ? text : absl::StrCat("[", text, "]"));
    separator = ",";
  }
  return entry;
}

// Methods whose requests say how long their body is even if there is none
// (RFC 9110, section 8.6).
bool ExpectsBody(absl::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

bool HasHeader(const HttpRequest& request, absl::string_view name) {
  for (const HttpHeader& header : request.headers) {
    if (absl::EqualsIgnoreCase(header.name, name)) return true;
  }
  return false;
}

// Libcurl would leave the port out.
bool NamesOwnPort(const UrlTarget& target) {
  return target.port == (target.https ? 443 : 80) && absl::StrContains(target.server, ':') &&
         absl::ascii_isdigit(target.server.back());
}

// What a proxy is asked for by http.
std::string AbsoluteForm(absl::string_view url, const UrlTarget& target) {
  constexpr absl::string_view kScheme = "http://";
  const absl::string_view rest = url.substr(kScheme.size() + target.server.size());
  return absl::StrCat(kScheme, target.server, absl::StartsWith(rest, "/") ? "" : "/", rest);
}

}  // namespace

HeaderList::~HeaderList() {
  for (curl_slist* entry = list_; entry != nullptr; entry = entry->next) {
    OPENSSL_cleanse(entry->data, std::strlen(entry->data));
  }
  curl_slist_free_all(list_);
}

void HeaderList::Add(absl::string_view name, absl::string_view value) {
  value = absl::StripAsciiWhitespace(value);
  // An empty value is written like this.
  Append(value.empty() ? absl::StrCat(name, ";") : absl::StrCat(name, ": ", value));
}

void HeaderList::Suppress(absl::string_view name) { Append(absl::StrCat(name, ":")); }

void HeaderList::Append(std::string line) {
  if (curl_slist* list = curl_slist_append(list_, line.c_str())) list_ = list;
  Wipe(line);
}

EasyHandle::EasyHandle(const ExchangePlan& plan, const HttpRequest& request,
                       const HttpOptions& options, absl::Duration connection_lifetime)
    : easy_(curl_easy_init()),
      target_context_(plan.target_context),
      proxy_context_(plan.proxy_context) {
  if (easy_ == nullptr) return;
  Set(CURLOPT_ERRORBUFFER, error_text_.data());
  Set(CURLOPT_NOSIGNAL, 1L);
  Set(CURLOPT_PROTOCOLS_STR, "http,https");
  Set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  Set(CURLOPT_FOLLOWLOCATION, 0L);
  Set(CURLOPT_HTTP09_ALLOWED, 0L);
  Set(CURLOPT_HTTP_CONTENT_DECODING, 0L);
  Set(CURLOPT_UPLOAD_BUFFERSIZE, 16L * 1024);
  const auto milliseconds = [](absl::Duration duration) {
    return static_cast<long>(
        std::clamp<int64_t>(absl::ToInt64Milliseconds(duration), 1, int64_t{1000} * 60 * 60 * 24));
  };
  Set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(options.connect_timeout));
  Set(CURLOPT_MAXAGE_CONN,
      static_cast<long>(std::max<int64_t>(absl::ToInt64Seconds(connection_lifetime), 1)));
  Set(CURLOPT_HTTP_VERSION, plan.target.https && !plan.bulk
                                ? static_cast<long>(CURL_HTTP_VERSION_2TLS)
                                : static_cast<long>(CURL_HTTP_VERSION_1_1));
  Set(CURLOPT_TCP_KEEPALIVE, 1L);  // A peer that has gone without a word is noticed.
  // Rather wait for the first connection to tell whether it can be shared.
  Set(CURLOPT_PIPEWAIT, plan.target.https && !plan.bulk ? 1L : 0L);
  SetTarget(plan, request);
  SetHeaders(plan, request, options);
  SetBody(request);
  SetTls(plan, options);
}

EasyHandle::~EasyHandle() {
  if (easy_ != nullptr) curl_easy_cleanup(easy_);
  curl_slist_free_all(dial_);
  curl_slist_free_all(resolve_);
}

void EasyHandle::SetTarget(const ExchangePlan& plan, const HttpRequest& request) {
  Set(CURLOPT_URL, request.url.c_str());
  Set(CURLOPT_PATH_AS_IS, 1L);
  Set(CURLOPT_NOPROXY, "");  // Else the environment's.
  if (plan.proxy.has_value()) {
    const absl::string_view host = plan.proxy->host;
    const bool v6 = absl::StrContains(host, ':');
    const std::string url = absl::StrCat(plan.proxy->https ? "https://" : "http://", v6 ? "[" : "",
                                         host, v6 ? "]" : "", ":", plan.proxy->port);
    Set(CURLOPT_PROXY, url.c_str());
    // An IPv6 literal is its own address; the list could not name it.
    if (!v6) Resolve(host, plan.proxy->port, plan.addresses);
  } else {
    Set(CURLOPT_PROXY, "");  // Else the environment's.
    dial_ = curl_slist_append(nullptr, absl::StrCat("::", kDialled, ":").c_str());
    Set(CURLOPT_CONNECT_TO, dial_);
    Resolve(kDialled, plan.target.port, plan.addresses);
  }
}

void EasyHandle::Resolve(absl::string_view host, int port,
                         const std::vector<IpAddress>& addresses) {
  resolve_ = curl_slist_append(nullptr, ResolveEntry(host, port, addresses).c_str());
  Set(CURLOPT_RESOLVE, resolve_);
  // And no other name, whatever libcurl should want to look up.
  Set(CURLOPT_RESOLVER_START_FUNCTION,
      static_cast<int (*)(void*, void*, void*)>([](void*, void*, void*) { return 1; }));
}

void EasyHandle::SetHeaders(const ExchangePlan& plan, const HttpRequest& request,
                            const HttpOptions& options) {
  if (NamesOwnPort(plan.target)) {  // As written, as net/http has it; by HTTP/2 :authority too.
    headers_.Add("Host", plan.target.server);
    if (plan.proxy.has_value() && !plan.target.https) {
      Set(CURLOPT_REQUEST_TARGET, AbsoluteForm(request.url, plan.target).c_str());
    }
  }
  if (!HasHeader(request, "Accept")) headers_.Suppress("Accept");
  if (!HasHeader(request, "Expect")) headers_.Suppress("Expect");
  if (plan.decompress) headers_.Add("Accept-Encoding", "gzip");
  for (const HttpHeader& header : request.headers) headers_.Add(header.name, header.value);
  for (const SecretHttpHeader& header : request.secret_headers) {
    headers_.Add(header.name, header.value.Reveal());
  }
  Set(CURLOPT_HTTPHEADER, headers_.get());
  if (!options.proxy.has_value()) return;
  // Neither gets what is the other's.
  Set(CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));
  Set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  proxy_headers_.Suppress("Proxy-Connection");
  if (!options.proxy->authorization.empty()) {
    proxy_headers_.Add("Proxy-Authorization", options.proxy->authorization.Reveal());
  }
  Set(CURLOPT_PROXYHEADER, proxy_headers_.get());
}

void EasyHandle::SetBody(const HttpRequest& request) {
  if (request.method == "HEAD") {
    Set(CURLOPT_NOBODY, 1L);
    return;
  }
  if (request.body != nullptr || ExpectsBody(request.method)) {
    Set(CURLOPT_UPLOAD, 1L);
    curl_off_t size = 0;
    if (request.body != nullptr) {
      const std::optional<uint64_t> known = request.body->size();
      size = known.has_value() ? static_cast<curl_off_t>(*known) : -1;
    }
    Set(CURLOPT_INFILESIZE_LARGE, size);
  }
  if (request.method != "GET" || request.body != nullptr) {
    Set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
}

void EasyHandle::SetTls(const ExchangePlan& plan, const HttpOptions& options) {
  if (target_context_ == nullptr && proxy_context_ == nullptr) return;
  const bool verify = !options.tls.insecure_skip_verify;
  if (target_context_ != nullptr && verify) {
    target_check_ =
        std::make_shared<CertificateCheck>(plan.target.host, plan.target.server,
                                           absl::StrCat("certs.d/", plan.target.server, "/ca.crt"));
  }
  if (proxy_context_ != nullptr) {
    proxy_check_ = std::make_shared<CertificateCheck>(
        plan.proxy->host, absl::StrCat("the proxy ", plan.proxy->server),
        "the system's trust roots");
  }
  Set(CURLOPT_SSLVERSION, kTargetVersion);
  Set(CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L);
  Set(CURLOPT_PROXY_SSLVERSION, kProxyVersion);
  Set(CURLOPT_PROXY_SSL_VERIFYPEER, 1L);
  // Libcurl knows other rules for names than Docker does. Those are CertificateCheck's,
  // which OnSslContext installs wherever the certificate is verified, or refuses.
  Set(CURLOPT_SSL_VERIFYHOST, 0L);
  Set(CURLOPT_PROXY_SSL_VERIFYHOST, 0L);
  Set(CURLOPT_SSL_SESSIONID_CACHE, 0L);
  Set(CURLOPT_SSL_CTX_FUNCTION, OnSslContext);
  Set(CURLOPT_SSL_CTX_DATA, this);
}

CURLcode EasyHandle::OnSslContext(CURL*, void* context, void* handle) {
  auto& self = *static_cast<EasyHandle*>(handle);
  auto* ctx = static_cast<SSL_CTX*>(context);
  const bool proxy = SSL_CTX_get_min_proto_version(ctx) == TLS1_1_VERSION;
  const SslContext& model = proxy ? self.proxy_context_ : self.target_context_;
  const auto& check = proxy ? self.proxy_check_ : self.target_check_;
  if (model == nullptr) return CURLE_SSL_CONNECT_ERROR;
  ConfigureLike(model, ctx);
  if (check != nullptr) {
    CertificateCheck::Install(check, ctx);
  } else if (SSL_CTX_get_verify_mode(ctx) != SSL_VERIFY_NONE) {
    return CURLE_SSL_CONNECT_ERROR;  // Nobody would look at the name.
  }
  // Libcurl writes session keys to the file that an environment variable names.
  SSL_CTX_set_keylog_callback(ctx, nullptr);
  return CURLE_OK;
}

absl::Status EasyHandle::certificate_status() const {
  if (target_check_ != nullptr && !target_check_->status().ok()) return target_check_->status();
  if (proxy_check_ != nullptr && !proxy_check_->status().ok()) return proxy_check_->status();
  return absl::OkStatus();
}

}  // namespace registryd
