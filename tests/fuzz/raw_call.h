#ifndef REGISTRYD_TESTS_FUZZ_RAW_CALL_H_
#define REGISTRYD_TESTS_FUZZ_RAW_CALL_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "grpcpp/channel.h"
#include "grpcpp/completion_queue.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/support/status.h"

namespace registryd {

// Calls methods of any kind with one request each, of bytes that need not be a message
// at all: the server parses them. Not thread-safe.
class RawCaller {
 public:
  explicit RawCaller(const std::shared_ptr<grpc::Channel>& channel) : stub_(channel) {}
  ~RawCaller();

  struct Result {
    grpc::Status status;
    int responses = 0;
    // A stream that would go on was cancelled after its first response.
    bool cancelled = false;
  };

  // `method`: "/registry.v1.RegistryService/Auth".
  Result Call(const std::string& method, absl::string_view request);

 private:
  // Whether the operation that was started last was done.
  bool Wait();

  grpc::CompletionQueue queue_;
  grpc::GenericStub stub_;
};

}  // namespace registryd

#endif  // REGISTRYD_TESTS_FUZZ_RAW_CALL_H_
