#include "tests/bench/load/load_call.h"

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/async_unary_call.h"
#include "registry/v1/registry_service.grpc.pb.h"
#include "tests/bench/load/echo.grpc.pb.h"

namespace registryd {
namespace {

namespace api = ::registry::v1;

// Fails a call whose answer holds nothing: a server that is quick by answering nothing is
// of no interest.
bool IsEmpty(const api::ResolveRepositoryResponse& response) { return !response.has_repository(); }
bool IsEmpty(const api::LookupPullEndpointsResponse& response) {
  return response.endpoints().empty();
}
bool IsEmpty(const api::BatchLookupPullEndpointsResponse& response) {
  return response.results().empty() || response.results(0).endpoints().empty();
}
bool IsEmpty(const bench::EchoResponse& response) { return response.text().empty(); }

template <typename Service, typename Request, typename Response>
class UnaryCall final : public LoadCall {
 public:
  using Stub = typename Service::Stub;
  using Reader = std::unique_ptr<grpc::ClientAsyncResponseReader<Response>>;
  using Method = Reader (Stub::*)(grpc::ClientContext*, const Request&, grpc::CompletionQueue*);

  UnaryCall(const std::shared_ptr<grpc::Channel>& channel, Method method, Request request)
      : stub_(Service::NewStub(channel)), method_(method), request_(std::move(request)) {}

  void Start(grpc::CompletionQueue& queue, void* tag) override {
    reader_.reset();
    context_.emplace();
    response_.Clear();
    reader_ = (*stub_.*method_)(&*context_, request_, &queue);
    reader_->Finish(&response_, &status_, tag);
  }

  std::string Error() const override {
    if (!status_.ok()) return absl::StrCat(status_.error_code(), " ", status_.error_message());
    return IsEmpty(response_) ? "the answer is empty" : "";
  }

 private:
  const std::unique_ptr<Stub> stub_;
  const Method method_;
  const Request request_;
  std::optional<grpc::ClientContext> context_;
  Reader reader_;
  Response response_;
  grpc::Status status_;
};

template <typename Service, typename Request, typename Response>
std::unique_ptr<LoadCall> Unary(const std::shared_ptr<grpc::Channel>& channel,
                                std::unique_ptr<grpc::ClientAsyncResponseReader<Response>> (
                                    Service::Stub::*method)(grpc::ClientContext*, const Request&,
                                                            grpc::CompletionQueue*),
                                Request request) {
  return std::make_unique<UnaryCall<Service, Request, Response>>(channel, method,
                                                                 std::move(request));
}

}  // namespace

absl::StatusOr<std::unique_ptr<LoadCall>> MakeLoadCall(
    const LoadQuestion& question, size_t number, const std::shared_ptr<grpc::Channel>& channel) {
  if (question.texts.empty()) return absl::InvalidArgumentError("nothing to ask about");
  const std::string& text = question.texts[number % question.texts.size()];
  if (question.method == "ResolveRepository") {
    api::ResolveRepositoryRequest request;
    request.set_reference(text);
    return Unary<api::RegistryService>(channel, &api::RegistryService::Stub::AsyncResolveRepository,
                                       std::move(request));
  }
  if (question.method == "LookupPullEndpoints") {
    api::LookupPullEndpointsRequest request;
    request.set_reference(text);
    return Unary<api::RegistryService>(
        channel, &api::RegistryService::Stub::AsyncLookupPullEndpoints, std::move(request));
  }
  if (question.method == "BatchLookupPullEndpoints") {
    api::BatchLookupPullEndpointsRequest request;
    for (const std::string& each : question.texts) request.add_targets()->set_reference(each);
    return Unary<api::RegistryService>(
        channel, &api::RegistryService::Stub::AsyncBatchLookupPullEndpoints, std::move(request));
  }
  if (question.method == "Echo") {
    bench::EchoRequest request;
    request.set_text(text);
    return Unary<bench::EchoService>(channel, &bench::EchoService::Stub::AsyncEcho,
                                     std::move(request));
  }
  return absl::InvalidArgumentError(absl::StrCat("unknown method ", question.method));
}

}  // namespace registryd
