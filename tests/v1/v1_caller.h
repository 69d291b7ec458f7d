#ifndef REGISTRYD_TESTS_V1_V1_CALLER_H_
#define REGISTRYD_TESTS_V1_V1_CALLER_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "registry/v1/v1_session_service.grpc.pb.h"
#include "tests/server/connection.h"

namespace registryd {

// Calls V1SessionService through the generated stub.
class V1Caller {
 public:
  using Stub = api::V1SessionService::Stub;

  explicit V1Caller(const std::string& address)
      : stub_(api::V1SessionService::NewStub(Connect(address))) {}

  template <typename Response, typename Request>
  absl::StatusOr<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const Request& request) {
    grpc::ClientContext context;
    SetDeadline(context);
    Response response;
    const grpc::Status status = (*stub_.*method)(&context, request, &response);
    if (!status.ok()) return Failure(status);
    return response;
  }

  // Gives `take` each message of the stream.
  absl::Status Download(const api::GetRemoteImageLayerRequest& request,
                        const std::function<void(const api::GetRemoteImageLayerResponse&)>& take);

  // Sends `layer` in chunks of `chunk_size`.
  absl::StatusOr<api::PushImageLayerRegistryResponse> Upload(const api::V1LayerMetadata& metadata,
                                                             absl::string_view layer,
                                                             size_t chunk_size = 1 << 18);

 private:
  static void SetDeadline(grpc::ClientContext& context);
  static absl::Status Failure(const grpc::Status& status);

  const std::unique_ptr<Stub> stub_;
};

}  // namespace registryd

#endif  // REGISTRYD_TESTS_V1_V1_CALLER_H_
