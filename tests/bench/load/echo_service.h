#ifndef REGISTRYD_TESTS_BENCH_LOAD_ECHO_SERVICE_H_
#define REGISTRYD_TESTS_BENCH_LOAD_ECHO_SERVICE_H_

#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"
#include "tests/bench/load/echo.grpc.pb.h"

namespace registryd {

// Sends the text of each call back.
class TextEcho final : public bench::EchoService::CallbackService {
 public:
  grpc::ServerUnaryReactor* Echo(grpc::CallbackServerContext* context,
                                 const bench::EchoRequest* request,
                                 bench::EchoResponse* response) override {
    response->set_text(request->text());
    grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

}  // namespace registryd

#endif  // REGISTRYD_TESTS_BENCH_LOAD_ECHO_SERVICE_H_
