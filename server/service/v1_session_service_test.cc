#include "server/service/v1_session_service.h"

#include <memory>
#include <set>
#include <string>

#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "grpcpp/generic/generic_stub.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "server/service/test_server.h"

namespace registryd {
namespace {

absl::Status CallEmpty(grpc::GenericStub& stub, const std::string& method) {
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  grpc::Slice nothing;
  const grpc::ByteBuffer request(&nothing, 1);
  const auto call = stub.PrepareUnaryCall(&context, method, request, &queue);
  call->StartCall();
  grpc::ByteBuffer response;
  grpc::Status status;
  call->Finish(&response, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  return FromGrpcStatus(status);
}

// Streams too fail at once, as if they were unary.
TEST(V1SessionServiceTest, NoRpcIsImplemented) {
  TestServer server;
  grpc::GenericStub stub(server.InProcessChannel());
  const auto* const service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
      "registry.v1.V1SessionService");
  ASSERT_NE(service, nullptr);
  std::set<std::string> methods;
  for (int i = 0; i < service->method_count(); ++i) {
    const std::string method = service->full_name() + "/" + service->method(i)->name();
    const absl::Status status = CallEmpty(stub, "/" + method);
    EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented) << method;
    EXPECT_EQ(ReasonOf(status), Reason::kNotImplemented) << method;
    EXPECT_NE(status.message(), "") << method;
    methods.insert(method);
  }
  std::set<std::string> observed;
  for (const auto& call : server.observer().calls()) observed.insert(call.method);
  EXPECT_EQ(observed, methods);
}

}  // namespace
}  // namespace registryd
