#include "registry/v1/redirected_headers.h"

#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "registry/v1/trusted_location.h"

namespace registryd {
namespace {

class RedirectedHeaders final : public HttpHopHeaders {
 public:
  RedirectedHeaders(std::shared_ptr<HttpHopHeaders> inner, HttpHeader header)
      : inner_(std::move(inner)), header_(std::move(header)) {}

  void Prepare(const HttpHop& hop, const CallContext& context, Ready ready) override {
    if (hop.number == 0) from_trusted_ = IsTrustedLocation(hop.url);
    if (hop.number > 0 && !(from_trusted_ && IsTrustedLocation(hop.url))) {
      ready = [header = header_, ready = std::move(ready)](
                  absl::StatusOr<std::vector<SecretHttpHeader>> headers) mutable {
        if (headers.ok()) {
          headers->push_back({header.name, Secret(absl::string_view(header.value))});
        }
        std::move(ready)(std::move(headers));
      };
    }
    if (inner_ == nullptr) return std::move(ready)(std::vector<SecretHttpHeader>());
    inner_->Prepare(hop, context, std::move(ready));
  }

  void OnResponse(const HttpHop& hop, const HttpResponseHead& head) override {
    if (inner_ != nullptr) inner_->OnResponse(hop, head);
  }

 private:
  const std::shared_ptr<HttpHopHeaders> inner_;
  const HttpHeader header_;
  bool from_trusted_ = false;
};

}  // namespace

std::shared_ptr<HttpHopHeaders> WithRedirectedHeader(std::shared_ptr<HttpHopHeaders> inner,
                                                     HttpHeader header) {
  return std::make_shared<RedirectedHeaders>(std::move(inner), std::move(header));
}

}  // namespace registryd
