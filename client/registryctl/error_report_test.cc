#include "client/registryctl/error_report.h"

#include <string>

#include "client/registryctl/exit_code.h"
#include "client/registryctl/remedy.h"
#include "client/status_from_grpc.h"
#include "client/testing/error_status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace registryd::registryctl {
namespace {

using ::testing::HasSubstr;

absl::Status Failure(const client::ErrorParts& parts) {
  return client::FromGrpcStatus(client::ErrorStatus(parts));
}

TEST(ErrorReportTest, TellsReasonFieldAndRemedy) {
  EXPECT_EQ(ErrorReport(Failure({grpc::StatusCode::INVALID_ARGUMENT,
                                 "invalid reference format",
                                 "REFERENCE_INVALID",
                                 {},
                                 "reference"}),
                        "unix:/x"),
            "registryctl: INVALID_ARGUMENT REFERENCE_INVALID: invalid reference format\n"
            "  field: reference\n"
            "  remedy: write [HOST[:PORT]/]NAME[:TAG][@DIGEST], the name in lower case: "
            "localhost:5000/team/app:1\n");
}

TEST(ErrorReportTest, TellsMetadataAndDelay) {
  EXPECT_EQ(ErrorReport(Failure({grpc::StatusCode::ABORTED,
                                 "version 4 is current",
                                 "SOMETHING_NEW",
                                 {{"current_version", "4"}},
                                 "",
                                 absl::Milliseconds(1500)}),
                        "unix:/x"),
            "registryctl: ABORTED SOMETHING_NEW: version 4 is current\n"
            "  current_version: 4\n"
            "  retry after: 1.5s\n");
}

TEST(ErrorReportTest, NamesThePlaceThatWasNotReached) {
  EXPECT_EQ(ErrorReport(absl::UnavailableError("connection refused"), "unix:/x"),
            "registryctl: UNAVAILABLE: connection refused\n"
            "  address: unix:/x\n"
            "  remedy: see that registryd runs there; --address or REGISTRYD_ADDRESS name another "
            "place\n");
}

TEST(ErrorReportTest, CanBeShort) {
  EXPECT_EQ(ErrorReport(absl::InternalError(""), "unix:/x"), "registryctl: INTERNAL\n");
  EXPECT_EQ(ErrorReport(absl::UnavailableError("gone"), ""), "registryctl: UNAVAILABLE: gone\n");
}

TEST(ErrorReportTest, IsSafeForTerminals) {
  const std::string report = ErrorReport(
      Failure(
          {grpc::StatusCode::INTERNAL, "\x1b[2J", "\x1b[3J", {{"\x1b[4J", "\x1b[5J"}}, "\x1b[6J"}),
      "unix:/x");
  EXPECT_EQ(report.find('\x1b'), std::string::npos) << report;
}

TEST(TargetErrorLineTest, NamesTheTarget) {
  EXPECT_EQ(TargetErrorLine("UPPER\a", 3, "REFERENCE_INVALID", "bad"),
            "registryctl: UPPER\\x07: INVALID_ARGUMENT REFERENCE_INVALID: bad\n");
}

TEST(RemedyTest, EachReasonHasOne) {
  for (const char* const reason : {"REFERENCE_INVALID",
                                   "HOSTNAME_INVALID",
                                   "INDEX_NAME_INVALID",
                                   "MIRROR_INVALID",
                                   "INSECURE_REGISTRY_INVALID",
                                   "NONDISTRIBUTABLE_ARTIFACTS_INVALID",
                                   "SETTING_INVALID",
                                   "FIELD_MISSING",
                                   "FIELD_INVALID",
                                   "CERTIFICATES_INVALID",
                                   "DNS_FAILED",
                                   "OVERLOADED",
                                   "DEADLINE_EXCEEDED",
                                   "CANCELLED",
                                   "CONFIG_VERSION_MISMATCH",
                                   "TRANSACTION_NOT_FOUND",
                                   "TOO_MANY_TRANSACTIONS",
                                   "TOO_MANY_WATCHERS",
                                   "STATE_NOT_WRITTEN",
                                   "ADMIN_REQUIRED",
                                   "CHANNEL_NOT_PRIVATE",
                                   "NOT_IMPLEMENTED",
                                   "SHUTTING_DOWN",
                                   "PING_RESPONSE_INVALID",
                                   "RESPONSE_INVALID",
                                   "INTERNAL"}) {
    EXPECT_NE(RemedyFor(reason, absl::StatusCode::kUnknown), "") << reason;
  }
  EXPECT_EQ(RemedyFor("", absl::StatusCode::kUnknown), "");
  EXPECT_EQ(RemedyFor("NO_SUCH_REASON", absl::StatusCode::kUnknown), "");
}

TEST(ExitCodeTest, CoversEveryCode) {
  const int expected[] = {0, 7, 9, 3, 7, 4, 6, 5, 7, 3, 6, 3, 8, 9, 7, 9, 5};
  for (int code = 0; code <= 16; ++code) {
    EXPECT_EQ(static_cast<int>(ExitCodeFor(static_cast<absl::StatusCode>(code))), expected[code])
        << absl::StatusCodeToString(static_cast<absl::StatusCode>(code));
  }
}

TEST(ExitCodeTest, HelpListsEveryCode) {
  const std::string help(ExitCodeHelp());
  for (char digit = '0'; digit <= '9'; ++digit) {
    EXPECT_THAT("\n" + help, HasSubstr(std::string("\n  ") + digit + "  "));
  }
}

}  // namespace
}  // namespace registryd::registryctl
