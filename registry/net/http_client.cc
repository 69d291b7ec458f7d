#include "registry/net/http_client.h"

#include <utility>

#include "registry/net/http_chain.h"

namespace registryd {
namespace {

// Puts a response together.
class ReplyReceiver final : public HttpReceiver {
 public:
  using Done = absl::AnyInvocable<void(absl::StatusOr<HttpReply>) &&>;

  ReplyReceiver(std::shared_ptr<const std::string> url, Done done)
      : url_(std::move(url)), done_(std::move(done)) {}

  void OnHead(HttpResponseHead head) override { reply_.head = std::move(head); }

  void OnBody(absl::string_view part, Resume resume) override {
    reply_.body.append(part.data(), part.size());
    std::move(resume)();
  }

  void OnDone(absl::Status status) override {
    if (!status.ok()) return std::move(done_)(std::move(status));
    reply_.url = *url_;
    std::move(done_)(std::move(reply_));
  }

 private:
  const std::shared_ptr<const std::string> url_;
  Done done_;
  HttpReply reply_;
};

}  // namespace

HttpClient::HttpClient(HttpTransport& transport, DnsResolver& resolver, const ProxyRules& proxies,
                       HttpClientOptions options)
    : transport_(transport), resolver_(resolver), proxies_(proxies), options_(std::move(options)) {}

void HttpClient::Stream(HttpCall call, const CallContext& context,
                        std::unique_ptr<HttpReceiver> receiver) {
  Start(std::move(call), context, std::move(receiver), nullptr);
}

void HttpClient::Fetch(HttpCall call, const CallContext& context,
                       absl::AnyInvocable<void(absl::StatusOr<HttpReply>) &&> done) {
  auto url = std::make_shared<std::string>();
  auto receiver = std::make_unique<ReplyReceiver>(url, std::move(done));
  Start(std::move(call), context, std::move(receiver), std::move(url));
}

void HttpClient::Start(HttpCall call, const CallContext& context,
                       std::unique_ptr<HttpReceiver> receiver,
                       std::shared_ptr<std::string> answered_url) {
  std::make_shared<HttpChain>(HttpChain::Services{transport_, resolver_, proxies_}, options_,
                              std::move(call), context, std::move(receiver),
                              std::move(answered_url))
      ->Start();
}

}  // namespace registryd
