#include "registry/v1/redirected_headers.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "registry/uri/url.h"

namespace registryd {
namespace {

// Adds "Authorization: x", or fails; counts responses.
class Inner final : public HttpHopHeaders {
 public:
  void Prepare(const HttpHop&, const CallContext&, Ready ready) override {
    if (!error.ok()) return std::move(ready)(error);
    std::vector<SecretHttpHeader> headers;
    headers.push_back({"Authorization", Secret(absl::string_view("x"))});
    std::move(ready)(std::move(headers));
  }
  void OnResponse(const HttpHop&, const HttpResponseHead&) override { ++responses; }

  absl::Status error;
  int responses = 0;
};

std::string Prepare(HttpHopHeaders& headers, absl::string_view url, int number) {
  std::optional<std::string> text;
  headers.Prepare({*Url::Parse(url), number, true}, {},
                  [&](absl::StatusOr<std::vector<SecretHttpHeader>> result) {
                    text.emplace();
                    if (!result.ok()) {
                      text = "error";
                      return;
                    }
                    for (const SecretHttpHeader& h : *result) {
                      absl::StrAppend(&*text, h.name, ":", h.value.Reveal(), " ");
                    }
                  });
  return text.value_or("not called");
}

TEST(RedirectedHeaders, SecondTimeAfterARedirect) {
  const auto headers = WithRedirectedHeader(nullptr, {"X-Docker-Token", "true"});
  EXPECT_EQ(Prepare(*headers, "http://r.example/", 0), "");
  EXPECT_EQ(Prepare(*headers, "http://r.example/b", 1), "X-Docker-Token:true ");
  EXPECT_EQ(Prepare(*headers, "http://r.example/c", 2), "X-Docker-Token:true ");
}

TEST(RedirectedHeaders, NotFromTrustedToTrusted) {
  const auto headers = WithRedirectedHeader(nullptr, {"A", "b"});
  EXPECT_EQ(Prepare(*headers, "https://index.docker.io/", 0), "");
  EXPECT_EQ(Prepare(*headers, "https://index.docker.io/b", 1), "");
  EXPECT_EQ(Prepare(*headers, "https://r.example/b", 2), "A:b ");
  const auto others = WithRedirectedHeader(nullptr, {"A", "b"});
  EXPECT_EQ(Prepare(*others, "https://r.example/", 0), "");
  EXPECT_EQ(Prepare(*others, "https://index.docker.io/b", 1), "A:b ");
}

TEST(RedirectedHeaders, ComeBehindTheInnerOnes) {
  const auto inner = std::make_shared<Inner>();
  const auto headers = WithRedirectedHeader(inner, {"A", "b"});
  EXPECT_EQ(Prepare(*headers, "http://r.example/", 0), "Authorization:x ");
  EXPECT_EQ(Prepare(*headers, "http://r.example/b", 1), "Authorization:x A:b ");
  headers->OnResponse({*Url::Parse("http://r.example/"), 0, true}, {});
  EXPECT_EQ(inner->responses, 1);
  inner->error = absl::InternalError("no");
  EXPECT_EQ(Prepare(*headers, "http://r.example/b", 1), "error");
}

}  // namespace
}  // namespace registryd
