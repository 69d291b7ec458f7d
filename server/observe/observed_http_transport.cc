#include "server/observe/observed_http_transport.h"

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "registry/uri/url.h"

namespace registryd {
namespace {

// Passes an exchange on, and tells of its end.
class ObservedReceiver final : public HttpReceiver {
 public:
  ObservedReceiver(std::unique_ptr<HttpReceiver> receiver, std::string host, const Clock& clock,
                   UpstreamMetrics& metrics)
      : receiver_(std::move(receiver)),
        host_(std::move(host)),
        clock_(clock),
        metrics_(metrics),
        started_(clock.Now()) {}

  void OnHead(HttpResponseHead head) override {
    http_status_ = head.status;
    receiver_->OnHead(std::move(head));
  }

  void OnBody(absl::string_view part, Resume resume) override {
    receiver_->OnBody(part, std::move(resume));
  }

  void OnDone(absl::Status status) override {
    metrics_.OnResult(host_, {http_status_, status, clock_.Now() - started_});
    receiver_->OnDone(std::move(status));
  }

 private:
  const std::unique_ptr<HttpReceiver> receiver_;
  const std::string host_;
  const Clock& clock_;
  UpstreamMetrics& metrics_;
  const absl::Time started_;
  int http_status_ = 0;
};

}  // namespace

ObservedHttpTransport::ObservedHttpTransport(HttpTransport& transport, const Clock& clock,
                                             UpstreamMetrics& metrics)
    : transport_(transport), clock_(clock), metrics_(metrics) {}

void ObservedHttpTransport::Send(HttpRequest request, HttpOptions options,
                                 const CallContext& context,
                                 std::unique_ptr<HttpReceiver> receiver) {
  const absl::StatusOr<Url> url = Url::Parse(request.url);
  metrics_.OnStart();
  transport_.Send(std::move(request), std::move(options), context,
                  std::make_unique<ObservedReceiver>(
                      std::move(receiver), url.ok() ? url->host() : "", clock_, metrics_));
}

}  // namespace registryd
