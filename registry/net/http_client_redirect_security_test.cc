#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "registry/base/error.h"
#include "registry/base/secret.h"
#include "registry/net/fake_http_transport.h"
#include "registry/net/http_client.h"
#include "registry/net/http_client_test_base.h"
#include "registry/tls/host_certificates.h"

namespace registryd {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

// What differs between the first and the second hop.
struct HopCase {
  const char* name;
  absl::string_view target;
  bool is_own;
};

class SecurityRow7 : public HttpClientTestBase {
 protected:
  static void ExpectNoCanary(const FakeHttpTransport::Request& request) {
    EXPECT_THAT(HeadersOf(request), Not(HasSubstr("canary")));
    EXPECT_THAT(request.body, Not(HasSubstr("canary")));
    for (const auto& certificate : request.options.tls.certificates->client_certificates) {
      ADD_FAILURE() << "client certificate " << certificate.certificate_file;
    }
  }

  // A call that carries whatever may be secret.
  HttpCall SecretCall() {
    auto certificates = std::make_shared<HostCertificates>();
    certificates->roots.push_back({"ca.crt", "PEM"});
    certificates->client_certificates.push_back(
        {"client.cert", "client.key", "PEM", Secret(absl::string_view("canary-key"))});
    upstream_->tls.certificates = certificates;
    HttpCall call = Call();
    call.headers = {{"authorization", "Basic canary"},
                    {"Cookie", "canary"},
                    {"Cookie2", "canary"},
                    {"X-Docker-Token", "canary"},
                    {"Proxy-Authorization", "canary"},
                    {"proxy-anything", "canary"},
                    {"WWW-Authenticate", "canary"},
                    {"Accept", "*/*"}};
    call.hop_headers = std::make_shared<RecordingHopHeaders>(Secrets());
    return call;
  }
};

class SecurityRow7Matrix : public SecurityRow7,
                           public testing::WithParamInterface<std::tuple<HopCase, int>> {};

TEST_P(SecurityRow7Matrix, SecretsStayWithTheOrigin) {
  const auto& [hop, status] = GetParam();
  const std::string target(hop.target);
  const std::string sent_to(
      absl::StartsWith(target, "/") ? absl::StrCat("https://registry.example", target) : target);
  Redirect("https://registry.example/v2/", target, status);
  Redirect(sent_to, "https://registry.example/back", status);
  Answer("https://registry.example/back");
  resolver_.SetAddresses("sub.registry.example", {std::string(kPublicAddress)});
  const absl::StatusOr<HttpReply> reply = Fetch(SecretCall());
  ASSERT_TRUE(reply.ok()) << reply.status();
  const auto requests = transport_.requests();
  ASSERT_EQ(requests.size(), 3u);
  // Once away, a way back is no way home.
  for (size_t i = 0; i < requests.size(); ++i) {
    EXPECT_THAT(HeadersOf(requests[i]), HasSubstr("Accept: */*\n"));
    EXPECT_THAT(requests[i].options.tls.certificates->roots, SizeIs(1));
    if (i == 0 || hop.is_own) {
      EXPECT_THAT(HeadersOf(requests[i]), AllOf(HasSubstr("Authorization: Bearer canary-token"),
                                                HasSubstr("Cookie: session=canary-cookie"),
                                                HasSubstr("X-Docker-Token: canary")));
      EXPECT_THAT(requests[i].options.tls.certificates->client_certificates, SizeIs(1));
    } else {
      ExpectNoCanary(requests[i]);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, SecurityRow7Matrix,
    testing::Combine(
        testing::Values(HopCase{"Path", "/v3/", true},
                        HopCase{"SameInFull", "https://registry.example/v3/", true},
                        HopCase{"PortInFull", "https://registry.example:443/v3/", true},
                        HopCase{"Case", "https://REGISTRY.example/v3/", true},
                        HopCase{"Host", "https://cdn.example/v2/", false},
                        HopCase{"Subdomain", "https://sub.registry.example/v2/", false},
                        HopCase{"Port", "https://registry.example:8443/v2/", false},
                        HopCase{"Address", "https://10.1.2.3/v2/", false}),
        testing::Values(301, 302, 303, 307, 308)),
    [](const testing::TestParamInfo<std::tuple<HopCase, int>>& info) {
      return absl::StrCat(std::get<0>(info.param).name, std::get<1>(info.param));
    });

TEST_F(SecurityRow7, TheSchemeIsPartOfTheOrigin) {
  upstream_->origin = "http://registry.example";
  upstream_->tls.insecure_skip_verify = true;
  Redirect("http://registry.example/v2/", "https://registry.example/v2/");
  Answer("https://registry.example/v2/");
  HttpCall call = Call("http://registry.example/v2/");
  call.hop_headers = std::make_shared<RecordingHopHeaders>(Secrets());
  ASSERT_TRUE(Fetch(std::move(call)).ok());
  ExpectNoCanary(transport_.requests()[1]);
  EXPECT_FALSE(transport_.requests()[1].options.tls.insecure_skip_verify);
}

TEST_F(SecurityRow7, FromHttpsThereIsNoWayToHttp) {
  for (const absl::string_view target :
       {"http://registry.example/v2/", "http://registry.example:443/v2/", "http://cdn.example/"}) {
    Redirect("https://registry.example/v2/", target);
    EXPECT_EQ(ReasonOf(Fetch(SecretCall()).status()), Reason::kRedirectRefused);
  }
  EXPECT_THAT(Sent(), SizeIs(3));
  EXPECT_EQ(resolver_.queries("cdn.example"), 0);
}

TEST_F(SecurityRow7, UserInformationIsRefused) {
  for (const absl::string_view target : {"https://u:canary@registry.example/v2/",
                                         "https://u@cdn.example/", "//:canary@cdn.example"}) {
    Redirect("https://registry.example/v2/", target);
    const absl::Status status = Fetch(Call()).status();
    EXPECT_EQ(ReasonOf(status), Reason::kRedirectRefused);
    EXPECT_THAT(status.ToString(), Not(HasSubstr("canary")));
  }
  EXPECT_THAT(Sent(), SizeIs(3));
}

TEST_F(SecurityRow7, AnInsecureRegistryVouchesForNobodyElse) {
  upstream_->tls.insecure_skip_verify = true;
  Redirect("https://registry.example/v2/", "https://cdn.example/blob");
  Answer("https://cdn.example/blob");
  ASSERT_TRUE(Fetch(Call()).ok());
  EXPECT_TRUE(transport_.requests()[0].options.tls.insecure_skip_verify);
  EXPECT_FALSE(transport_.requests()[1].options.tls.insecure_skip_verify);
}

TEST_F(SecurityRow7, ARealmElsewhereIsAnotherOriginFromTheStart) {
  Answer("https://cdn.example/token");
  HttpCall call = SecretCall();
  call.url = "https://cdn.example/token";
  ASSERT_TRUE(Fetch(std::move(call)).ok());
  ExpectNoCanary(transport_.requests()[0]);
}

TEST_F(SecurityRow7, ABodyIsNotSentToAnotherOrigin) {
  for (const int status : {307, 308}) {
    for (const absl::string_view target :
         {"https://cdn.example/", "https://registry.example:444/", "https://10.1.2.3/"}) {
      Redirect("https://registry.example/v2/", target, status, "POST");
      HttpCall call = Call();
      call.method = "POST";
      call.body = Secret(absl::string_view("password=canary"));
      EXPECT_EQ(ReasonOf(Fetch(std::move(call)).status()), Reason::kRedirectRefused);
    }
  }
  EXPECT_THAT(Sent(), SizeIs(6));
}

TEST_F(SecurityRow7, WithoutTheBodyTheWayIsFree) {
  Redirect("https://registry.example/v2/", "https://cdn.example/", 302, "POST");
  Redirect("https://cdn.example/", "https://registry.example/", 307);
  Answer("https://registry.example/");
  HttpCall call = Call();
  call.method = "POST";
  call.body = Secret(absl::string_view("password=canary"));
  ASSERT_TRUE(Fetch(std::move(call)).ok());
  ExpectNoCanary(transport_.requests()[1]);
  ExpectNoCanary(transport_.requests()[2]);
}

TEST_F(SecurityRow7, TenHopsAtMost) {
  for (int i = 0; i < 10; ++i) {
    Redirect(absl::StrCat("https://registry.example/", i, i == 0 ? "" : "?canary"),
             absl::StrCat("/", i + 1, "?canary"));
  }
  const absl::Status status = Fetch(Call("https://registry.example/0")).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(status), Reason::kRedirectRefused);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("stopped after 10 redirects: https://registry.example/0 -> "
                              "https://registry.example/1 -> "),
                    HasSubstr(" -> https://registry.example/10"), Not(HasSubstr("loop")),
                    Not(HasSubstr("canary"))));
  EXPECT_THAT(Sent(), SizeIs(10));
}

TEST_F(SecurityRow7, NineAreFollowed) {
  for (int i = 0; i < 9; ++i) {
    Redirect(absl::StrCat("https://registry.example/", i), absl::StrCat("/", i + 1));
  }
  Answer("https://registry.example/9");
  EXPECT_EQ(Fetch(Call("https://registry.example/0"))->url, "https://registry.example/9");
}

TEST_F(SecurityRow7, ALoopIsNamed) {
  Redirect("https://registry.example/v2/", "https://cdn.example/a?canary");
  for (int i = 0; i < 5; ++i) {
    Redirect("https://cdn.example/a?canary", "https://cdn.example/b");
    Redirect("https://cdn.example/b", "https://cdn.example/a?canary");
  }
  const absl::Status status = Fetch(Call()).status();
  EXPECT_EQ(ReasonOf(status), Reason::kRedirectRefused);
  EXPECT_EQ(status.message(),
            "stopped after 10 redirects: in a loop, https://cdn.example/a -> "
            "https://cdn.example/b -> https://cdn.example/a");
  EXPECT_THAT(Sent(), SizeIs(10));
}

TEST_F(SecurityRow7, ComingBackOnceIsNoLoop) {
  Redirect("https://registry.example/v2/", "/login");
  Redirect("https://registry.example/login", "/v2/");
  Answer("https://registry.example/v2/");
  EXPECT_EQ(Fetch(Call())->body, "the answer");
}

TEST_F(SecurityRow7, LongHopsMakeNoLongMessage) {
  std::string path(5000, 'a');
  for (int i = 0; i < 10; ++i) {
    Redirect(absl::StrCat("https://registry.example/", path, i), absl::StrCat("/", path, i + 1));
  }
  const absl::Status status =
      Fetch(Call(absl::StrCat("https://registry.example/", path, 0))).status();
  EXPECT_EQ(ReasonOf(status), Reason::kRedirectRefused);
  EXPECT_LT(status.message().size(), 2048u);
}

}  // namespace
}  // namespace registryd
