#include "registry/net/http_chain.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "registry/base/error.h"
#include "registry/base/secret.h"
#include "registry/net/header_check.h"

namespace registryd {
namespace {

// A redirect's body is read so far to use its connection again; a longer one costs the
// connection.
constexpr size_t kMaxSkippedBytes = size_t{16} * 1024;

// Of each hop that a message lists.
constexpr size_t kMaxShownBytes = 128;

constexpr absl::string_view kUserAgent = "User-Agent";

// A body that is kept for the next hop.
class SecretBody final : public HttpBodySource {
 public:
  explicit SecretBody(Secret body) : body_(std::move(body)) {}

  std::optional<uint64_t> size() const override { return body_.Reveal().size(); }

  void Read(size_t max_bytes, Ready ready) override {
    std::string part(body_.Reveal().substr(sent_, max_bytes));
    sent_ += part.size();
    std::move(ready)(std::move(part));
  }

 private:
  const Secret body_;
  size_t sent_ = 0;
};

bool IsOneOf(absl::string_view name, std::initializer_list<absl::string_view> names) {
  return std::any_of(names.begin(), names.end(), [name](absl::string_view other) {
    return absl::EqualsIgnoreCase(name, other);
  });
}

// For the upstream alone, whoever put it among the plain headers.
bool IsCredential(absl::string_view name) {
  return absl::StartsWithIgnoreCase(name, "Proxy-") ||
         IsOneOf(name,
                 {"Authorization", "Cookie", "Cookie2", "WWW-Authenticate", "X-Docker-Token"});
}

bool DescribesBody(absl::string_view name) {
  return IsOneOf(name,
                 {"Content-Encoding", "Content-Language", "Content-Location", "Content-Type"});
}

absl::Status UrlError(absl::string_view message) {
  return FieldError(Reason::kFieldInvalid, "url", message);
}

// How servers other than the upstream are trusted.
TlsConfig StrangersTls(const TlsConfig& upstream) {
  TlsConfig tls;
  if (upstream.certificates->client_certificates.empty()) {
    tls.certificates = upstream.certificates;
  } else {
    auto roots = std::make_shared<HostCertificates>();
    roots->roots = upstream.certificates->roots;
    tls.certificates = std::move(roots);
  }
  return tls;
}

}  // namespace

class HttpChain::HopReceiver final : public HttpReceiver {
 public:
  explicit HopReceiver(std::shared_ptr<HttpChain> chain) : chain_(std::move(chain)) {}

  void OnHead(HttpResponseHead head) override { chain_->OnHead(std::move(head)); }
  void OnBody(absl::string_view part, Resume resume) override {
    chain_->OnBody(part, std::move(resume));
  }
  void OnDone(absl::Status status) override { chain_->OnDone(std::move(status)); }

 private:
  const std::shared_ptr<HttpChain> chain_;
};

HttpChain::HttpChain(const Services& services, const HttpClientOptions& options, HttpCall call,
                     const CallContext& context, std::unique_ptr<HttpReceiver> receiver,
                     std::shared_ptr<std::string> answered_url)
    : services_(services),
      options_(options),
      call_(std::move(call)),
      context_(context),
      receiver_(std::move(receiver)),
      answered_url_(std::move(answered_url)),
      streams_(call_.stream != nullptr),
      method_(call_.method),
      has_body_(streams_ || !call_.body.empty()) {}

HttpChain::~HttpChain() {
  Finish(Error(absl::StatusCode::kUnavailable, Reason::kShuttingDown, "the call was given up"));
}

void HttpChain::Start() {
  if (absl::Status status = CheckCall(); !status.ok()) return Finish(std::move(status));
  FindAddresses();
}

absl::Status HttpChain::CheckCall() {
  if (absl::Status status = CheckMethod(call_.method); !status.ok()) return status;
  for (const HttpHeader& header : call_.headers) {
    if (absl::Status status = CheckHeader(header.name, header.value); !status.ok()) return status;
  }
  if (absl::Status status = CheckHeader(kUserAgent, options_.user_agent); !status.ok()) {
    return status;
  }

  absl::StatusOr<Url> url = Url::Parse(call_.url);
  if (!url.ok()) return url.status();
  const std::optional<Origin> home = OriginOf(*url);
  if (!home.has_value()) {
    return UrlError(absl::StrCat("no request can go to ", url->WithoutQuery()));
  }
  if (url->has_user_info()) {
    return UrlError(absl::StrCat("user information before the host of ", url->WithoutQuery()));
  }
  const absl::StatusOr<Url> upstream_url = Url::Parse(call_.upstream->origin);
  if (!upstream_url.ok()) return upstream_url.status();
  const std::optional<Origin> upstream = OriginOf(*upstream_url);
  if (!upstream.has_value()) {
    return UrlError(absl::StrCat("no registry can be at ", upstream_url->WithoutQuery()));
  }

  url_ = *std::move(url);
  home_ = *home;
  upstream_is_home_ = home_ == *upstream;
  addresses_.emplace(services_.resolver, upstream->host, call_.upstream->checked_addresses,
                     call_.host_is_configured ? home_.host : "");
  return absl::OkStatus();
}

HttpHop HttpChain::HopAt(const Url& url) const {
  return HttpHop{url, static_cast<int>(visits_.size()) - 1, own_origin()};
}

void HttpChain::FindAddresses() {
  visits_.push_back({method_, url_->RequestUrl(), url_->WithoutQuery().substr(0, kMaxShownBytes)});
  std::optional<HttpProxy> proxy = services_.proxies.For(*url_);
  const bool proxied = proxy.has_value();
  addresses_->Find(*url_, proxied, context_,
                   [chain = shared_from_this(), proxy = std::move(proxy)](
                       absl::StatusOr<std::vector<IpAddress>> addresses) mutable {
                     if (!addresses.ok()) return chain->Finish(addresses.status());
                     if (proxy.has_value()) return chain->FindProxy(*std::move(proxy));
                     chain->proxy_.reset();
                     chain->dialled_ = *std::move(addresses);
                     chain->PrepareHeaders();
                   });
}

void HttpChain::FindProxy(HttpProxy proxy) {
  dialled_.clear();
  proxy_ = std::move(proxy);
  const absl::StatusOr<Url> url = Url::Parse(proxy_->url);
  if (!url.ok()) return Finish(url.status());
  services_.resolver.Resolve(url->hostname(), context_,
                             [chain = shared_from_this()](absl::StatusOr<DnsAnswer> answer) {
                               if (!answer.ok()) return chain->Finish(answer.status());
                               chain->proxy_->addresses = **answer;
                               chain->PrepareHeaders();
                             });
}

void HttpChain::PrepareHeaders() {
  if (call_.hop_headers == nullptr) return Send({});
  const Url url = *url_;  // `ready` may lead to the next hop before Prepare returns.
  call_.hop_headers->Prepare(
      HopAt(url), context_,
      [chain = shared_from_this()](absl::StatusOr<std::vector<SecretHttpHeader>> headers) {
        if (!headers.ok()) return chain->Finish(headers.status());
        chain->Send(*std::move(headers));
      });
}

void HttpChain::Send(std::vector<SecretHttpHeader> secret_headers) {
  if (!own_origin()) secret_headers.clear();
  for (const SecretHttpHeader& header : secret_headers) {
    if (absl::Status status = CheckHeader(header.name, header.value.Reveal()); !status.ok()) {
      return Finish(std::move(status));
    }
  }
  HttpRequest request;
  request.method = method_;
  request.url = visits_.back().url;
  request.headers = Headers();
  request.secret_headers = std::move(secret_headers);
  if (has_body_) {
    request.body = streams_ ? std::move(call_.stream) : std::make_unique<SecretBody>(call_.body);
  }

  cancellation_ = std::make_shared<Cancellation>();
  if (context_.cancellation != nullptr) {
    registration_ = context_.cancellation->OnCancel([hop = cancellation_] { hop->Cancel(); });
  }
  services_.transport.Send(std::move(request), Options(), {context_.deadline, cancellation_},
                           std::make_unique<HopReceiver>(shared_from_this()));
}

std::vector<HttpHeader> HttpChain::Headers() const {
  std::vector<HttpHeader> headers;
  bool has_user_agent = false;
  const bool lost_body = !has_body_ && (streams_ || !call_.body.empty());
  for (const HttpHeader& header : call_.headers) {
    if (absl::EqualsIgnoreCase(header.name, kUserAgent)) has_user_agent = true;
    const bool is_secret = !own_origin() && IsCredential(header.name);
    if (!is_secret && !(lost_body && DescribesBody(header.name))) headers.push_back(header);
  }
  if (!has_user_agent && !options_.user_agent.empty()) {
    headers.push_back({std::string(kUserAgent), options_.user_agent});
  }
  return headers;
}

HttpOptions HttpChain::Options() const {
  HttpOptions options;
  options.addresses = dialled_;
  options.proxy = proxy_;
  options.connection_group = call_.connection_group;
  options.tls = own_origin() ? call_.upstream->tls : StrangersTls(call_.upstream->tls);
  options.connect_timeout = options_.connect_timeout;
  options.max_body_bytes = call_.max_body_bytes;
  options.max_body_time = call_.max_body_time;
  options.decompress = call_.decompress;
  return options;
}

void HttpChain::OnHead(HttpResponseHead head) {
  if (call_.hop_headers != nullptr) call_.hop_headers->OnResponse(HopAt(*url_), head);
  next_ = NextHop(head);
  if (!next_.has_value()) {
    if (answered_url_ != nullptr) *answered_url_ = visits_.back().url;
    receiver_->OnHead(std::move(head));
  } else if (!next_->ok()) {
    cancellation_->Cancel();
  }
}

void HttpChain::OnBody(absl::string_view part, HttpReceiver::Resume resume) {
  if (!next_.has_value()) return receiver_->OnBody(part, std::move(resume));
  skipped_bytes_ += part.size();
  if (skipped_bytes_ > kMaxSkippedBytes) return cancellation_->Cancel();
  std::move(resume)();
}

void HttpChain::OnDone(absl::Status status) {
  if (!next_.has_value()) return Finish(std::move(status));
  if (!next_->ok()) return Finish(next_->status());
  const bool was_cancelled = absl::IsCancelled(status) && context_.cancellation != nullptr &&
                             context_.cancellation->cancelled();
  if (was_cancelled || absl::IsDeadlineExceeded(status)) return Finish(std::move(status));
  // Whatever else became of the redirect's body is nothing to us.
  Go(**next_);
}

std::optional<absl::StatusOr<Redirect>> HttpChain::NextHop(const HttpResponseHead& head) const {
  if (!call_.follow_redirects) return std::nullopt;
  absl::StatusOr<std::optional<Redirect>> read = ReadRedirect(head, *url_, method_);
  if (!read.ok()) return read.status();
  if (!read->has_value()) return std::nullopt;
  Redirect& redirect = **read;
  const bool needs_body = has_body_ && redirect.keeps_body;
  if (needs_body && streams_) return std::nullopt;
  if (visits_.size() >= static_cast<size_t>(options_.max_redirects)) {
    return TooManyRedirects(redirect);
  }
  if (needs_body && OriginOf(redirect.url) != home_) {
    return Error(absl::StatusCode::kFailedPrecondition, Reason::kRedirectRefused,
                 absl::StrCat("redirect from ", visits_.back().shown, " refused: the body of ",
                              method_, " is not sent to another origin, ",
                              redirect.url.WithoutQuery().substr(0, kMaxShownBytes)));
  }
  return std::move(redirect);
}

absl::Status HttpChain::TooManyRedirects(const Redirect& next) const {
  std::vector<Visit> hops = visits_;
  hops.push_back(
      {next.method, next.url.RequestUrl(), next.url.WithoutQuery().substr(0, kMaxShownBytes)});
  const auto same_as = [](const Visit& a) {
    return [&a](const Visit& b) { return a.method == b.method && a.url == b.url; };
  };
  // From the first hop that comes again to where it does; all hops, if none does.
  auto first = hops.cbegin();
  auto last = hops.cend();
  absl::string_view what = "";
  for (auto hop = hops.cbegin(); hop != hops.cend(); ++hop) {
    const auto again = std::find_if(hop + 1, hops.cend(), same_as(*hop));
    if (again == hops.cend()) continue;
    first = hop;
    last = again + 1;
    what = "in a loop, ";
    break;
  }
  const auto show = [](std::string* out, const Visit& visit) { out->append(visit.shown); };
  return Error(absl::StatusCode::kFailedPrecondition, Reason::kRedirectRefused,
               absl::StrCat("stopped after ", visits_.size(), " redirects: ", what,
                            absl::StrJoin(first, last, " -> ", show)));
}

void HttpChain::Go(const Redirect& redirect) {
  at_home_ = at_home_ && OriginOf(redirect.url) == home_;
  has_body_ = has_body_ && redirect.keeps_body;
  url_ = redirect.url;
  method_ = redirect.method;
  next_.reset();
  skipped_bytes_ = 0;
  FindAddresses();
}

void HttpChain::Finish(absl::Status status) {
  const std::unique_ptr<HttpReceiver> receiver = std::move(receiver_);
  registration_ = Cancellation::Registration();
  if (receiver != nullptr) receiver->OnDone(std::move(status));
}

}  // namespace registryd
