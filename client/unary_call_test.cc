#include "client/unary_call.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/status.h"
#include "gtest/gtest.h"
#include "registry/v1/registry_service.pb.h"

namespace registryd::client {
namespace {

using Request = ::registry::v1::ConvertToHostnameRequest;
using Response = ::registry::v1::ConvertToHostnameResponse;

// Every call of it ends with one status.
class EndingStub {
 public:
  explicit EndingStub(grpc::Status status) : status_(std::move(status)) {}

  grpc::Status Ask(grpc::ClientContext*, const Request&, Response*) { return status_; }

 private:
  const grpc::Status status_;
};

TEST(UnaryCallTest, AnAnswerThatWasLostToTheDeadlineIsLate) {
  const grpc::Status lost(grpc::StatusCode::UNIMPLEMENTED, "No message");
  const grpc::Status by_service(grpc::StatusCode::UNIMPLEMENTED, "not here", "details");
  const grpc::Status other(grpc::StatusCode::UNAVAILABLE, "gone");
  const absl::Time past = absl::Now() - absl::Seconds(1);
  const absl::Time future = absl::Now() + absl::Hours(1);
  const struct {
    const char* name;
    const grpc::Status& status;
    absl::Time deadline;
    absl::StatusCode code;
  } kCases[] = {
      {"lost", lost, past, absl::StatusCode::kDeadlineExceeded},
      {"in time", lost, future, absl::StatusCode::kUnimplemented},
      {"without a deadline", lost, absl::InfiniteFuture(), absl::StatusCode::kUnimplemented},
      {"the service's own", by_service, past, absl::StatusCode::kUnimplemented},
      {"another code", other, past, absl::StatusCode::kUnavailable},
      {"OK", grpc::Status::OK, past, absl::StatusCode::kOk},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    EndingStub stub(c.status);
    EXPECT_EQ(Call(stub, &EndingStub::Ask, Request(), c.deadline).status().code(), c.code);
  }
}

}  // namespace
}  // namespace registryd::client
