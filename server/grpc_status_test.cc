#include "server/grpc_status.h"

#include <iterator>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/error_info.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

struct CodeCase {
  const char* name;
  absl::StatusCode core;
  grpc::StatusCode wire;
};

constexpr CodeCase kCodes[] = {
    {"Ok", absl::StatusCode::kOk, grpc::StatusCode::OK},
    {"Cancelled", absl::StatusCode::kCancelled, grpc::StatusCode::CANCELLED},
    {"Unknown", absl::StatusCode::kUnknown, grpc::StatusCode::UNKNOWN},
    {"InvalidArgument", absl::StatusCode::kInvalidArgument, grpc::StatusCode::INVALID_ARGUMENT},
    {"DeadlineExceeded", absl::StatusCode::kDeadlineExceeded, grpc::StatusCode::DEADLINE_EXCEEDED},
    {"NotFound", absl::StatusCode::kNotFound, grpc::StatusCode::NOT_FOUND},
    {"AlreadyExists", absl::StatusCode::kAlreadyExists, grpc::StatusCode::ALREADY_EXISTS},
    {"PermissionDenied", absl::StatusCode::kPermissionDenied, grpc::StatusCode::PERMISSION_DENIED},
    {"ResourceExhausted", absl::StatusCode::kResourceExhausted,
     grpc::StatusCode::RESOURCE_EXHAUSTED},
    {"FailedPrecondition", absl::StatusCode::kFailedPrecondition,
     grpc::StatusCode::FAILED_PRECONDITION},
    {"Aborted", absl::StatusCode::kAborted, grpc::StatusCode::ABORTED},
    {"OutOfRange", absl::StatusCode::kOutOfRange, grpc::StatusCode::OUT_OF_RANGE},
    {"Unimplemented", absl::StatusCode::kUnimplemented, grpc::StatusCode::UNIMPLEMENTED},
    {"Internal", absl::StatusCode::kInternal, grpc::StatusCode::INTERNAL},
    {"Unavailable", absl::StatusCode::kUnavailable, grpc::StatusCode::UNAVAILABLE},
    {"DataLoss", absl::StatusCode::kDataLoss, grpc::StatusCode::DATA_LOSS},
    {"Unauthenticated", absl::StatusCode::kUnauthenticated, grpc::StatusCode::UNAUTHENTICATED},
};

google::rpc::Status DetailsOf(const grpc::Status& status) {
  google::rpc::Status details;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  return details;
}

class CodeTest : public testing::TestWithParam<CodeCase> {};

TEST_P(CodeTest, GoesBothWays) {
  const absl::Status core(GetParam().core, "a message");
  const grpc::Status wire = ToGrpcStatus(core);
  EXPECT_EQ(wire.error_code(), GetParam().wire);
  EXPECT_EQ(FromGrpcStatus(wire), core);
}

TEST_P(CodeTest, IsRepeatedInTheDetails) {
  const grpc::Status wire = ToGrpcStatus(absl::Status(GetParam().core, "a message"));
  if (wire.ok()) {
    EXPECT_EQ(wire.error_details(), "");
    return;
  }
  EXPECT_EQ(DetailsOf(wire).code(), GetParam().wire);
  EXPECT_EQ(DetailsOf(wire).message(), "a message");
}

INSTANTIATE_TEST_SUITE_P(All, CodeTest, testing::ValuesIn(kCodes),
                         [](const auto& info) { return std::string(info.param.name); });

static_assert(std::size(kCodes) == 17, "gRPC has 17 codes");

TEST(FromGrpcStatusTest, MakesUnknownOfACodeThatIsNone) {
  // Within the bits of the enumeration, beyond which no value may be.
  for (const int code : {-1, 17, 31}) {
    EXPECT_EQ(FromGrpcStatus({static_cast<grpc::StatusCode>(code), "odd"}).code(),
              absl::StatusCode::kUnknown)
        << code;
  }
}

class ReasonTest : public testing::TestWithParam<Reason> {};

TEST_P(ReasonTest, Travels) {
  const absl::Status core =
      Error(absl::StatusCode::kAborted, GetParam(), "message", {{"current_version", "7"}});
  const absl::Status back = FromGrpcStatus(ToGrpcStatus(core));
  EXPECT_EQ(back, core);
  EXPECT_EQ(ReasonOf(back), GetParam());
}

INSTANTIATE_TEST_SUITE_P(All, ReasonTest, testing::ValuesIn(AllReasons()),
                         [](const auto& info) { return std::string(ReasonName(info.param)); });

TEST(ToGrpcStatusTest, CarriesDetailsThatOtherLanguagesRead) {
  const grpc::Status wire =
      ToGrpcStatus(FieldError(Reason::kMirrorInvalid, "options.mirrors[1]", "no scheme"));
  const google::rpc::Status details = DetailsOf(wire);
  ASSERT_EQ(details.details_size(), 2);
  EXPECT_EQ(details.details(0).type_url(), "type.googleapis.com/google.rpc.ErrorInfo");
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(info.ParseFromString(details.details(0).value()));
  EXPECT_EQ(info.domain(), "registry.v1");
  EXPECT_EQ(info.reason(), "MIRROR_INVALID");
  google::rpc::BadRequest request;
  EXPECT_EQ(details.details(1).type_url(), "type.googleapis.com/google.rpc.BadRequest");
  ASSERT_TRUE(request.ParseFromString(details.details(1).value()));
  ASSERT_EQ(request.field_violations_size(), 1);
  EXPECT_EQ(request.field_violations(0).field(), "options.mirrors[1]");
  EXPECT_EQ(request.field_violations(0).description(), "no scheme");
}

TEST(ToGrpcStatusTest, CarriesRetryInfo) {
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(30);
  absl::Status core = Error(absl::StatusCode::kUnavailable, Reason::kOverloaded, "later");
  core.SetPayload(kRetryInfoUrl, absl::Cord(retry.SerializeAsString()));
  EXPECT_EQ(FromGrpcStatus(ToGrpcStatus(core)), core);
}

TEST(ToGrpcStatusTest, LeavesUnknownPayloadsBehind) {
  absl::Status core = absl::InternalError("message");
  core.SetPayload("type.googleapis.com/other.Thing", absl::Cord("secret"));
  const grpc::Status wire = ToGrpcStatus(core);
  EXPECT_EQ(DetailsOf(wire).details_size(), 0);
  EXPECT_EQ(wire.error_details().find("secret"), std::string::npos);
}

TEST(FromGrpcStatusTest, IgnoresUnknownDetails) {
  google::rpc::Status details;
  details.add_details()->set_type_url("type.googleapis.com/other.Thing");
  details.add_details()->set_type_url("");
  const absl::Status core = FromGrpcStatus(
      grpc::Status(grpc::StatusCode::NOT_FOUND, "message", details.SerializeAsString()));
  EXPECT_EQ(core, absl::NotFoundError("message"));
}

TEST(FromGrpcStatusTest, IgnoresDetailsThatAreNone) {
  for (const char* details : {"", "\xFF\xFF\xFF", "garbage"}) {
    EXPECT_EQ(FromGrpcStatus(grpc::Status(grpc::StatusCode::NOT_FOUND, "message", details)),
              absl::NotFoundError("message"));
  }
}

TEST(ToGrpcStatusTest, FitsIntoTrailersHoweverLongItsParts) {
  // Each character is three bytes, which are nine where they are percent-encoded.
  std::string text;
  while (text.size() < 100'000) text += "\u20AC";
  const grpc::Status wire = ToGrpcStatus(FieldError(Reason::kFieldInvalid, "field", text));
  const size_t message_size = 3 * wire.error_message().size();
  const size_t details_size = (wire.error_details().size() + 2) / 3 * 4;
  EXPECT_LE(message_size + details_size, 7 * 1024);
  const absl::Status back = FromGrpcStatus(wire);
  EXPECT_EQ(ReasonOf(back), Reason::kFieldInvalid);
  EXPECT_EQ(FieldOf(back), "field");
}

TEST(ToGrpcStatusTest, KeepsTheReasonWhenTheRestIsTooLarge) {
  google::rpc::BadRequest request;
  for (int i = 0; i < 1000; ++i) request.add_field_violations()->set_field("a field");
  absl::Status core = Error(absl::StatusCode::kInvalidArgument, Reason::kFieldInvalid, "message");
  core.SetPayload(kBadRequestUrl, absl::Cord(request.SerializeAsString()));
  const absl::Status back = FromGrpcStatus(ToGrpcStatus(core));
  EXPECT_EQ(ReasonOf(back), Reason::kFieldInvalid);
  EXPECT_EQ(FieldOf(back), "");
}

struct MessageCase {
  const char* name;
  std::string message;
  std::string safe;
};

class SafeMessageTest : public testing::TestWithParam<MessageCase> {};

TEST_P(SafeMessageTest, IsUtf8) { EXPECT_EQ(SafeMessage(GetParam().message), GetParam().safe); }

INSTANTIATE_TEST_SUITE_P(
    All, SafeMessageTest,
    testing::Values(
        MessageCase{"Empty", "", ""}, MessageCase{"Ascii", "plain\ttext\n", "plain\ttext\n"},
        MessageCase{"Nul", std::string("a\0b", 3), std::string("a\0b", 3)},
        MessageCase{"TwoBytes", "\u00E9", "\u00E9"}, MessageCase{"ThreeBytes", "\u20AC", "\u20AC"},
        MessageCase{"FourBytes", "\U0001F40B", "\U0001F40B"},
        MessageCase{"FirstAndLast", "\u0080\u07FF\u0800\uFFFF\U00010000\U0010FFFF",
                    "\u0080\u07FF\u0800\uFFFF\U00010000\U0010FFFF"},
        MessageCase{"AroundSurrogates", "\xED\x9F\xBF\xEE\x80\x80", "\xED\x9F\xBF\xEE\x80\x80"},
        MessageCase{"LoneContinuation", "a\x80z", "a\uFFFDz"},
        MessageCase{"NoSuchByte", "a\xFFz", "a\uFFFDz"},
        MessageCase{"CutShort", "a\xE2\x82", "a\uFFFD\uFFFD"},
        MessageCase{"Overlong2", "\xC0\xAF", "\uFFFD\uFFFD"},
        MessageCase{"Overlong3", "\xE0\x9F\xBF", "\uFFFD\uFFFD\uFFFD"},
        MessageCase{"Overlong4", "\xF0\x8F\xBF\xBF", "\uFFFD\uFFFD\uFFFD\uFFFD"},
        MessageCase{"Surrogate", "\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},
        MessageCase{"AboveUnicode", "\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},
        MessageCase{"LongestThatStays", std::string(1024, 'x'), std::string(1024, 'x')},
        MessageCase{"Longer", std::string(1025, 'x'), std::string(1021, 'x') + "..."},
        MessageCase{"CutBetweenCharacters", std::string(1020, 'x') + "\u20AC\u20AC",
                    std::string(1020, 'x') + "..."}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(ToGrpcStatusTest, MakesTheMessageSafe) {
  const grpc::Status wire = ToGrpcStatus(absl::InternalError("file \xFF"));
  EXPECT_EQ(wire.error_message(), "file \uFFFD");
  EXPECT_EQ(DetailsOf(wire).message(), "file \uFFFD");
}

}  // namespace
}  // namespace registryd
