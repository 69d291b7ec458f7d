#include "tests/fuzz/raw_call.h"

#include <chrono>

#include "grpcpp/client_context.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/slice.h"

namespace registryd {
namespace {

// Far beyond what an answer takes: who waits so long, hangs.
constexpr std::chrono::seconds kDeadline(20);

}  // namespace

RawCaller::~RawCaller() {
  queue_.Shutdown();
  (void)Wait();
}

bool RawCaller::Wait() {
  void* tag = nullptr;
  bool ok = false;
  return queue_.Next(&tag, &ok) && ok;
}

RawCaller::Result RawCaller::Call(const std::string& method, absl::string_view request) {
  Result result;
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kDeadline);
  const auto call = stub_.PrepareCall(&context, method, &queue_);
  call->StartCall(nullptr);
  if (Wait()) {
    const grpc::Slice slice(request.data(), request.size());
    call->WriteLast(grpc::ByteBuffer(&slice, 1), grpc::WriteOptions(), nullptr);
    (void)Wait();
    grpc::ByteBuffer response;
    call->Read(&response, nullptr);
    while (Wait()) {
      ++result.responses;
      if (!result.cancelled && method == "/registry.v1.ConfigService/WatchServiceConfig") {
        context.TryCancel();
        result.cancelled = true;
      }
      call->Read(&response, nullptr);
    }
  }
  call->Finish(&result.status, nullptr);
  (void)Wait();
  return result;
}

}  // namespace registryd
