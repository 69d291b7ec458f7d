#include "client/status_from_grpc.h"

#include <string>

#include "client/error_details.h"
#include "client/testing/error_status.h"
#include "gmock/gmock.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"

namespace registryd::client {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(FromGrpcStatusTest, KeepsEveryCode) {
  for (int code = 1; code <= 16; ++code) {
    const auto status = FromGrpcStatus(grpc::Status(static_cast<grpc::StatusCode>(code), "why"));
    EXPECT_EQ(static_cast<int>(status.raw_code()), code);
    EXPECT_EQ(status.message(), "why");
  }
  EXPECT_TRUE(FromGrpcStatus(grpc::Status::OK).ok());
}

TEST(FromGrpcStatusTest, KeepsDetails) {
  const auto status = FromGrpcStatus(ErrorStatus({grpc::StatusCode::INVALID_ARGUMENT,
                                                  "invalid reference",
                                                  "REFERENCE_INVALID",
                                                  {{"a", "1"}, {"b", ""}},
                                                  "options.mirrors[1]",
                                                  absl::Milliseconds(2500)}));
  const ErrorDetails details = DetailsOf(status);
  EXPECT_EQ(details.reason, "REFERENCE_INVALID");
  EXPECT_EQ(details.domain, kErrorDomain);
  EXPECT_THAT(details.metadata, ElementsAre(Pair("a", "1"), Pair("b", "")));
  ASSERT_EQ(details.field_violations.size(), 1u);
  EXPECT_EQ(details.field_violations[0].field, "options.mirrors[1]");
  EXPECT_EQ(details.field_violations[0].description, "invalid reference");
  EXPECT_EQ(details.retry_delay, absl::Milliseconds(2500));
}

TEST(FromGrpcStatusTest, WithoutDetailsThereAreNone) {
  const ErrorDetails details =
      DetailsOf(FromGrpcStatus(grpc::Status(grpc::StatusCode::UNAVAILABLE, "gone")));
  EXPECT_EQ(details.reason, "");
  EXPECT_THAT(details.metadata, IsEmpty());
  EXPECT_THAT(details.field_violations, IsEmpty());
  EXPECT_FALSE(details.retry_delay.has_value());
}

TEST(FromGrpcStatusTest, LeavesOutWhatCannotBeRead) {
  const auto status =
      FromGrpcStatus(grpc::Status(grpc::StatusCode::INTERNAL, "broken", "\xff\xff\xff"));
  EXPECT_EQ(status, absl::InternalError("broken"));
}

TEST(FromGrpcStatusTest, KeepsTheFirstOfAType) {
  google::rpc::Status wire;
  for (const char* const value : {"first", "second"}) {
    wire.add_details()->set_type_url("type.example/x");
    wire.mutable_details(wire.details_size() - 1)->set_value(value);
  }
  wire.add_details();  // Without a type.
  const auto status =
      FromGrpcStatus(grpc::Status(grpc::StatusCode::INTERNAL, "twice", wire.SerializeAsString()));
  EXPECT_EQ(status.GetPayload("type.example/x"), absl::Cord("first"));
  int payloads = 0;
  status.ForEachPayload([&](absl::string_view, const absl::Cord&) { ++payloads; });
  EXPECT_EQ(payloads, 1);
}

TEST(DetailsOfTest, ReadsNothingOutOfGarbage) {
  for (const char* const type : {"ErrorInfo", "BadRequest", "RetryInfo"}) {
    absl::Status status = absl::InternalError("broken");
    status.SetPayload(std::string("type.googleapis.com/google.rpc.") + type,
                      absl::Cord("\xff\xff\xff"));
    const ErrorDetails details = DetailsOf(status);
    EXPECT_EQ(details.reason, "") << type;
    EXPECT_THAT(details.field_violations, IsEmpty()) << type;
    EXPECT_FALSE(details.retry_delay.has_value()) << type;
  }
}

TEST(DetailsOfTest, ANegativeDelayIsNone) {
  const auto status = FromGrpcStatus(
      ErrorStatus({grpc::StatusCode::UNAVAILABLE, "later", "", {}, "", absl::Seconds(-3)}));
  EXPECT_EQ(DetailsOf(status).retry_delay, absl::ZeroDuration());
}

}  // namespace
}  // namespace registryd::client
