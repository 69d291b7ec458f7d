#include "registry/net/registry_url.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "registry/uri/url.h"

namespace registryd {
namespace {

absl::Status Check(absl::string_view url) {
  return CheckRegistryUrl(Url::Parse(url).value(), "the_field");
}

TEST(CheckRegistryUrl, TakesWhatCanBeAsked) {
  for (const char* url :
       {"https://r.example", "http://r.example:1/a?b", "https://r.example:65535",
        "https://r.example:", "https://[::1]:5000", "http://127.0.0.1", "https://localhost"}) {
    EXPECT_TRUE(Check(url).ok()) << url;
  }
}

TEST(CheckRegistryUrl, RefusesWhatNoRequestCanGoTo) {
  for (const char* url :
       {"https:", "https://", "https://:5000", "https://r.example:0", "https://r.example:65536",
        "https://r.example:99999", "ftp://r.example", "//r.example", "r.example"}) {
    const absl::Status status = Check(url);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << url;
    EXPECT_EQ(ReasonOf(status), Reason::kFieldInvalid) << url;
    EXPECT_EQ(FieldOf(status), "the_field") << url;
  }
}

TEST(CheckRegistryUrl, RefusesAHostWithoutAUsualForm) {
  for (const char* url : {"https://a..b", "http://2130706433:5000", "https://127.1/x",
                          "https://[fe80::1%25lo]:5000", "https://::1"}) {
    const absl::Status status = Check(url);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << url;
    EXPECT_EQ(ReasonOf(status), Reason::kHostnameInvalid) << url;
    EXPECT_EQ(FieldOf(status), "the_field") << url;
  }
}

}  // namespace
}  // namespace registryd
