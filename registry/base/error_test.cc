#include "registry/base/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "absl/strings/string_view.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/error_info.pb.h"

namespace registryd {
namespace {

using ::testing::Pair;
using ::testing::UnorderedElementsAre;

google::rpc::ErrorInfo InfoOf(const absl::Status& status) {
  google::rpc::ErrorInfo info;
  EXPECT_TRUE(
      info.ParseFromString(std::string(status.GetPayload(kErrorInfoUrl).value_or(absl::Cord()))));
  return info;
}

google::rpc::BadRequest BadRequestOf(const absl::Status& status) {
  google::rpc::BadRequest request;
  EXPECT_TRUE(request.ParseFromString(
      std::string(status.GetPayload(kBadRequestUrl).value_or(absl::Cord()))));
  return request;
}

TEST(ReasonTest, ListHoldsEveryReasonInOrder) {
  int expected = static_cast<int>(Reason::kUnspecified);
  for (const Reason reason : AllReasons()) EXPECT_EQ(static_cast<int>(reason), ++expected);
  EXPECT_EQ(expected, static_cast<int>(Reason::kInternal)) << "the last reason of the enum";
}

TEST(ReasonTest, NamesAreUniqueUpperSnake) {
  absl::flat_hash_set<absl::string_view> names;
  for (const Reason reason : AllReasons()) {
    const absl::string_view name = ReasonName(reason);
    ASSERT_FALSE(name.empty()) << static_cast<int>(reason);
    EXPECT_TRUE(names.insert(name).second) << name;
    for (const char c : name) EXPECT_TRUE(absl::ascii_isupper(c) || c == '_') << name;
    EXPECT_TRUE(absl::ascii_isupper(name.front()) && absl::ascii_isupper(name.back())) << name;
  }
}

TEST(ReasonTest, UnlistedValuesHaveNoName) {
  EXPECT_EQ(ReasonName(Reason::kUnspecified), "");
  EXPECT_EQ(ReasonName(static_cast<Reason>(static_cast<int>(Reason::kInternal) + 1)), "");
  EXPECT_EQ(ReasonName(static_cast<Reason>(-1)), "");
}

TEST(ErrorTest, EveryReasonReadsBack) {
  for (const Reason reason : AllReasons()) {
    const absl::Status status = Error(absl::StatusCode::kInternal, reason, "message");
    EXPECT_EQ(ReasonOf(status), reason);
    EXPECT_EQ(InfoOf(status).reason(), ReasonName(reason));
    EXPECT_EQ(InfoOf(status).domain(), kErrorDomain);
  }
}

TEST(ErrorTest, CarriesCodeMessageAndMetadata) {
  const absl::Status status =
      Error(absl::StatusCode::kAborted, Reason::kConfigVersionMismatch, "version 4 is current",
            {{"expected_version", "3"}, {"version", "4"}});
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(status.message(), "version 4 is current");
  EXPECT_THAT(InfoOf(status).metadata(),
              UnorderedElementsAre(Pair("expected_version", "3"), Pair("version", "4")));
  EXPECT_FALSE(status.GetPayload(kBadRequestUrl).has_value());
  EXPECT_EQ(FieldOf(status), "");
}

TEST(FieldErrorTest, NamesTheField) {
  const absl::Status status =
      FieldError(Reason::kMirrorInvalid, "options.mirrors[2]", "invalid mirror");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "invalid mirror");
  EXPECT_EQ(ReasonOf(status), Reason::kMirrorInvalid);
  EXPECT_EQ(FieldOf(status), "options.mirrors[2]");
  const google::rpc::BadRequest request = BadRequestOf(status);
  ASSERT_EQ(request.field_violations_size(), 1);
  EXPECT_EQ(request.field_violations(0).description(), "invalid mirror");
}

TEST(FieldErrorTest, CanBeReadWhateverItQuotes) {
  const absl::Status status = FieldError(Reason::kFieldInvalid, "a\xff", "b\xfe");
  EXPECT_EQ(status.message(), "b\xef\xbf\xbd");
  EXPECT_EQ(FieldOf(status), "a\xef\xbf\xbd");
  EXPECT_EQ(BadRequestOf(status).field_violations(0).description(), "b\xef\xbf\xbd");
  const absl::Status plain = absl::InvalidArgumentError("c\xff");
  EXPECT_EQ(FieldOf(WithFieldPrefix(plain, "d\xff")), "d\xef\xbf\xbd");
  const absl::Status other =
      Error(absl::StatusCode::kInternal, Reason::kInternal, "", {{"k", "\xff"}});
  EXPECT_THAT(InfoOf(other).metadata(), UnorderedElementsAre(Pair("k", "\xef\xbf\xbd")));
}

TEST(WithFieldPrefixTest, Table) {
  const struct {
    absl::string_view prefix, field, want;
  } cases[] = {
      {"options", "mirrors[1]", "options.mirrors[1]"},
      {"requests[3]", "hostname", "requests[3].hostname"},
      {"mirrors", "[1]", "mirrors[1]"},
      {"mirrors", "[1].url", "mirrors[1].url"},
      {"options", "", "options"},
      {"", "mirrors", "mirrors"},
      {"", "", ""},
  };
  for (const auto& c : cases) {
    const absl::Status status =
        WithFieldPrefix(FieldError(Reason::kFieldInvalid, c.field, "text"), c.prefix);
    EXPECT_EQ(FieldOf(status), c.want);
    EXPECT_EQ(ReasonOf(status), Reason::kFieldInvalid);
    EXPECT_EQ(status.message(), "text");
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST(WithFieldPrefixTest, Nests) {
  absl::Status status = FieldError(Reason::kFieldInvalid, "[1]", "text");
  status = WithFieldPrefix(std::move(status), "mirrors");
  status = WithFieldPrefix(std::move(status), "options");
  EXPECT_EQ(FieldOf(status), "options.mirrors[1]");
}

TEST(WithFieldPrefixTest, PrefixesEveryViolation) {
  google::rpc::BadRequest request;
  request.add_field_violations()->set_field("a");
  request.add_field_violations()->set_field("b");
  absl::Status status(absl::StatusCode::kInvalidArgument, "text");
  status.SetPayload(kBadRequestUrl, absl::Cord(request.SerializeAsString()));
  const google::rpc::BadRequest prefixed = BadRequestOf(WithFieldPrefix(status, "p"));
  ASSERT_EQ(prefixed.field_violations_size(), 2);
  EXPECT_EQ(prefixed.field_violations(0).field(), "p.a");
  EXPECT_EQ(prefixed.field_violations(1).field(), "p.b");
}

TEST(WithFieldPrefixTest, AddsABadRequestWhereThereIsNone) {
  const absl::Status status = WithFieldPrefix(
      Error(absl::StatusCode::kInvalidArgument, Reason::kReferenceInvalid, "text"), "reference");
  EXPECT_EQ(FieldOf(status), "reference");
  EXPECT_EQ(BadRequestOf(status).field_violations(0).description(), "text");
  EXPECT_EQ(ReasonOf(status), Reason::kReferenceInvalid);
}

TEST(WithFieldPrefixTest, LeavesOkAlone) {
  EXPECT_EQ(WithFieldPrefix(absl::OkStatus(), "field"), absl::OkStatus());
}

TEST(RetryDelayTest, IsKeptToTheNanosecond) {
  for (const absl::Duration delay :
       {absl::ZeroDuration(), absl::Nanoseconds(1), absl::Milliseconds(1500), absl::Hours(1)}) {
    const absl::Status status = WithRetryDelay(
        Error(absl::StatusCode::kUnavailable, Reason::kRegistryFailed, "text"), delay);
    EXPECT_EQ(RetryDelayOf(status), delay);
    EXPECT_EQ(ReasonOf(status), Reason::kRegistryFailed);
  }
}

TEST(RetryDelayTest, NoneWithoutADetail) {
  EXPECT_EQ(RetryDelayOf(absl::OkStatus()), std::nullopt);
  EXPECT_EQ(RetryDelayOf(absl::UnavailableError("text")), std::nullopt);
  absl::Status broken = absl::UnavailableError("text");
  broken.SetPayload(kRetryInfoUrl, absl::Cord("\xff\xff\xff"));
  EXPECT_EQ(RetryDelayOf(broken), std::nullopt);
}

TEST(ReasonOfTest, UnspecifiedWithoutOneOfOurs) {
  EXPECT_EQ(ReasonOf(absl::OkStatus()), Reason::kUnspecified);
  EXPECT_EQ(ReasonOf(absl::InternalError("text")), Reason::kUnspecified);

  google::rpc::ErrorInfo info;
  info.set_reason("DNS_FAILED");
  info.set_domain("other.example");
  absl::Status foreign = absl::InternalError("text");
  foreign.SetPayload(kErrorInfoUrl, absl::Cord(info.SerializeAsString()));
  EXPECT_EQ(ReasonOf(foreign), Reason::kUnspecified);

  info.set_domain(std::string(kErrorDomain));
  info.set_reason("NEVER_HEARD_OF");
  absl::Status unknown = absl::InternalError("text");
  unknown.SetPayload(kErrorInfoUrl, absl::Cord(info.SerializeAsString()));
  EXPECT_EQ(ReasonOf(unknown), Reason::kUnspecified);
}

TEST(ReasonOfTest, SurvivesBrokenPayloads) {
  absl::Status status = absl::InternalError("text");
  status.SetPayload(kErrorInfoUrl, absl::Cord("\xff\xff\xff"));
  status.SetPayload(kBadRequestUrl, absl::Cord("\xff\xff\xff"));
  EXPECT_EQ(ReasonOf(status), Reason::kUnspecified);
  EXPECT_EQ(FieldOf(status), "");
  EXPECT_EQ(FieldOf(WithFieldPrefix(status, "field")), "field");
}

}  // namespace
}  // namespace registryd
