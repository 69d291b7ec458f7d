// Requests: the first byte chooses a method of the three services, the rest is its request
// message, as bytes. The services run in this process over fakes of everything beyond them,
// and their caller is an admin. Every answer is one that the API documents: in time, with
// a reason, and without the caller's secrets.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "registry/base/error.h"
#include "registry/v1/config_service.pb.h"
#include "registry/v1/registry_service.pb.h"
#include "registry/v1/v1_session_service.pb.h"
#include "server/grpc_status.h"
#include "server/service/test_server.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/message_secrets.h"
#include "tests/fuzz/raw_call.h"

namespace registryd {
namespace {

using google::protobuf::Message;
using google::protobuf::MessageFactory;
using google::protobuf::MethodDescriptor;

// What earlier calls left behind (versions, transactions, sessions, a record of each call)
// is kept for so many calls.
constexpr int kCallsPerServer = 2000;

std::vector<const MethodDescriptor*> Methods() {
  std::vector<const MethodDescriptor*> methods;
  for (const auto* file :
       {api::AuthRequest::descriptor()->file(), api::GetServiceConfigRequest::descriptor()->file(),
        api::CreateSessionRequest::descriptor()->file()}) {
    for (int i = 0; i < file->service(0)->method_count(); ++i) {
      methods.push_back(file->service(0)->method(i));
    }
  }
  return methods;
}

class Service {
 public:
  Service() : server_(Options()), caller_(server_.InProcessChannel()) {
    server_.SetCaller(Role::kAdmin, true);
  }
  RawCaller& caller() { return caller_; }

 private:
  static TestServerOptions Options() {
    TestServerOptions options;
    options.config.insecure_registries = {"insecure.example:5000", "10.0.0.0/8"};
    options.hosts = {{"registry.example", {"8.8.8.8"}}, {"insecure.example", {"10.1.2.3"}}};
    return options;
  }

  TestServer server_;
  RawCaller caller_;
};

void CheckFailure(const grpc::Status& status, const Message& request) {
  const absl::Status error = FromGrpcStatus(status);
  FUZZ_CHECK(ReasonOf(error) != Reason::kUnspecified);
  FUZZ_CHECK(ReasonOf(error) != Reason::kInternal);
  FUZZ_CHECK(status.error_message().size() <= 32 * request.ByteSizeLong() + 4096);
  const MessageTexts texts = TextsOf(request);
  const std::string open = absl::StrCat(texts.open, "password registry authentication identity");
  for (const std::string& secret : texts.secrets) {
    FUZZ_CHECK(!Reveals(status.error_message(), secret, open));
    FUZZ_CHECK(!Reveals(status.error_details(), secret, open));
  }
}

}  // namespace

void FuzzOne(absl::string_view input) {
  static const auto& methods = *new std::vector<const MethodDescriptor*>(Methods());
  static auto& service = *new std::unique_ptr<Service>;
  static int calls = 0;
  if (calls++ % kCallsPerServer == 0) service = std::make_unique<Service>();

  FuzzInput parts(input);
  const MethodDescriptor& method = *methods[parts.Byte() % methods.size()];
  const RawCaller::Result result = service->caller().Call(
      absl::StrCat("/", method.service()->full_name(), "/", method.name()), parts.Rest());

  const std::unique_ptr<Message> request(
      MessageFactory::generated_factory()->GetPrototype(method.input_type())->New());
  const bool parsed =
      request->ParseFromArray(parts.Rest().data(), static_cast<int>(parts.Rest().size()));
  const grpc::Status& status = result.status;
  FUZZ_CHECK(status.error_code() != grpc::StatusCode::UNKNOWN);
  FUZZ_CHECK(status.error_code() != grpc::StatusCode::DEADLINE_EXCEEDED);
  FUZZ_CHECK(status.error_code() != grpc::StatusCode::CANCELLED || result.cancelled);
  if (!parsed) {
    FUZZ_CHECK(!status.ok() && result.responses == 0);
  } else if (status.ok()) {
    FUZZ_CHECK(result.responses == 1 || method.server_streaming());
  } else if (!result.cancelled) {
    CheckFailure(status, *request);
  }
}

}  // namespace registryd
