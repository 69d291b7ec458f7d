#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "registry/base/cancellation.h"
#include "registry/base/error.h"
#include "registry/base/secret.h"
#include "registry/net/dns_resolver.h"
#include "registry/net/http_client.h"
#include "registry/net/http_client_test_base.h"

namespace registryd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class SecurityRow2 : public HttpClientTestBase {};

struct FormCase {
  const char* name;
  absl::string_view host;
};

class SecurityRow2Form : public SecurityRow2, public testing::WithParamInterface<FormCase> {};

// A redirect and a realm, to what is not public or is in an odd form.
TEST_P(SecurityRow2Form, IsNotDialled) {
  // Even if somebody's resolver takes it for an address.
  for (const absl::string_view name :
       {"2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "127.0.0.1."}) {
    resolver_.SetAddresses(name, {"127.0.0.1"});
  }
  resolver_.SetAddresses("localhost", {"127.0.0.1", "::1"});
  resolver_.SetAddresses("metadata.example", {"169.254.169.254"});
  resolver_.SetAddresses("half.example", {std::string(kPublicAddress), "10.0.0.1"});
  const std::string url = absl::StrCat("https://", GetParam().host, "/");

  Redirect("https://registry.example/v2/", url);
  const absl::Status redirected = Fetch(Call()).status();
  EXPECT_EQ(redirected.code(), absl::StatusCode::kFailedPrecondition) << redirected;
  EXPECT_EQ(ReasonOf(redirected), Reason::kAddressRefused);
  EXPECT_THAT(Sent(), ElementsAre("GET https://registry.example/v2/"));

  const absl::Status named = Fetch(Call(url)).status();
  EXPECT_EQ(ReasonOf(named), Reason::kAddressRefused);
  EXPECT_THAT(Sent(), SizeIs(1));
}

INSTANTIATE_TEST_SUITE_P(
    All, SecurityRow2Form,
    testing::Values(FormCase{"LoopbackName", "localhost"}, FormCase{"LoopbackV4", "127.0.0.1"},
                    FormCase{"LoopbackV6", "[::1]"}, FormCase{"Unspecified", "0.0.0.0"},
                    FormCase{"UnspecifiedV6", "[::]"}, FormCase{"Metadata", "169.254.169.254"},
                    FormCase{"MetadataName", "metadata.example"},
                    FormCase{"LinkLocalV6", "[fe80::1]"}, FormCase{"Private10", "10.0.0.1"},
                    FormCase{"Private172", "172.16.0.1"}, FormCase{"Private192", "192.168.0.1"},
                    FormCase{"CarrierNat", "100.64.0.1"}, FormCase{"UniqueLocal", "[fd00::9]"},
                    FormCase{"MappedLoopback", "[::ffff:127.0.0.1]"},
                    FormCase{"MappedHexadecimal", "[::ffff:7f00:1]"},
                    FormCase{"Nat64", "[64:ff9b::7f00:1]"},
                    FormCase{"SixToFour", "[2002:7f00:1::]"}, FormCase{"OneOfTwo", "half.example"},
                    FormCase{"Decimal", "2130706433"}, FormCase{"Hexadecimal", "0x7f000001"},
                    FormCase{"ShortHexadecimal", "0x7f.1"}, FormCase{"Octal", "0177.0.0.1"},
                    FormCase{"Short", "127.1"}, FormCase{"TrailingDot", "127.0.0.1."},
                    FormCase{"IdeographicDots", "127%E3%80%820%E3%80%820%E3%80%821"},
                    FormCase{"Zone", "[fe80::1%25eth0]"}, FormCase{"Port", "127.0.0.1:8080"}),
    [](const testing::TestParamInfo<FormCase>& info) { return info.param.name; });

TEST_F(SecurityRow2, TheRegistrysOwnAddressIsDialledUnderAnyNameAndPort) {
  resolver_.SetAddresses("cdn.registry.example", {std::string(kOwnAddress)});
  Redirect("https://registry.example/v2/", "https://cdn.registry.example:8443/blob");
  Redirect("https://cdn.registry.example:8443/blob", absl::StrCat("https://", kOwnAddress, "/b"));
  Redirect(absl::StrCat("https://", kOwnAddress, "/b"), "https://registry.example:444/c");
  Answer("https://registry.example:444/c");
  const absl::StatusOr<HttpReply> reply = Fetch(Call());
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_THAT(Dialled(), ElementsAre(kOwnAddress, kOwnAddress, kOwnAddress, kOwnAddress));
}

TEST_F(SecurityRow2, OwnAddressesAreTheCheckedOnes) {
  upstream_->checked_addresses = Addresses({"10.9.9.9"});
  Redirect("https://registry.example/v2/", "https://10.9.9.9/");
  Redirect("https://10.9.9.9/", absl::StrCat("https://", kOwnAddress, "/"));
  EXPECT_EQ(ReasonOf(Fetch(Call()).status()), Reason::kAddressRefused);
  EXPECT_THAT(Dialled(), ElementsAre("10.9.9.9", "10.9.9.9"));
  EXPECT_EQ(resolver_.queries(), 0);
}

TEST_F(SecurityRow2, TheRegistrysNameIsNotNeededForAPublicRealm) {
  resolver_.SetError("registry.example", absl::UnavailableError("down"));
  Answer("https://cdn.example/token");
  EXPECT_TRUE(Fetch(Call("https://cdn.example/token")).ok());
  EXPECT_EQ(resolver_.queries("registry.example"), 0);
  // Nor does it help where the address is not public.
  EXPECT_EQ(ReasonOf(Fetch(Call("https://10.0.0.1/token")).status()), Reason::kAddressRefused);
  EXPECT_EQ(resolver_.queries("registry.example"), 1);
}

TEST_F(SecurityRow2, AConfiguredHostMayBeAnywhereButInAnOddForm) {
  resolver_.SetAddresses("auth.internal", {"10.7.7.7"});
  resolver_.SetAddresses("0x7f.1", {"127.0.0.1"});
  Redirect("https://auth.internal/token", "https://AUTH.internal:444/token");
  Redirect("https://AUTH.internal:444/token", "https://10.7.7.7/token");
  HttpCall call = Call("https://auth.internal/token");
  call.host_is_configured = true;
  // The host, not its address, was named.
  EXPECT_EQ(ReasonOf(Fetch(std::move(call)).status()), Reason::kAddressRefused);
  EXPECT_THAT(Dialled(), ElementsAre("10.7.7.7", "10.7.7.7"));
  call = Call("https://0x7f.1/token");
  call.host_is_configured = true;
  EXPECT_EQ(ReasonOf(Fetch(std::move(call)).status()), Reason::kAddressRefused);
  EXPECT_THAT(Sent(), SizeIs(2));
}

class SecurityRow4 : public HttpClientTestBase {};

TEST_F(SecurityRow4, AnotherAnswerLaterIsNotDialled) {
  // Each time it is asked, the resolver answers worse.
  class Rebinding final : public DnsResolver {
   public:
    void Resolve(absl::string_view host, const CallContext& context, Callback done) override {
      std::move(done)(
          Addresses({++queries == 1 ? std::string(kPublicAddress) : "169.254.169.254"}));
    }
    DnsAnswer Cached(absl::string_view host, bool* known_failure) override { return nullptr; }
    int queries = 0;
  };
  Rebinding resolver;
  HttpClient client(transport_, resolver, proxies_, options_);
  upstream_->checked_addresses = Addresses({std::string(kOwnAddress)});
  Redirect("https://registry.example/v2/", "https://evil.example/a");
  Redirect("https://evil.example/a", "https://evil.example:8443/b");
  Answer("https://evil.example:8443/b");
  absl::Status status = absl::UnknownError("not done");
  client.Fetch(Call(), {}, [&](absl::StatusOr<HttpReply> reply) { status = reply.status(); });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(resolver.queries, 1);
  EXPECT_THAT(Dialled(), ElementsAre(kOwnAddress, kPublicAddress, kPublicAddress));
}

TEST_F(SecurityRow4, TheRegistryTooIsResolvedOnce) {
  Redirect("https://registry.example/v2/", "https://registry.example:8443/latest/meta-data");
  Answer("https://registry.example:8443/latest/meta-data");
  ASSERT_TRUE(Fetch(Call()).ok());
  EXPECT_EQ(resolver_.queries("registry.example"), 1);
}

class SecurityRow5 : public HttpClientTestBase {};

// A registry is insecure, or spoken to by http, because of the addresses that it had then.
TEST_F(SecurityRow5, WhatTrustRestsOnIsDialled) {
  upstream_->origin = "http://registry.example:5000";
  upstream_->checked_addresses = Addresses({"127.0.0.1"});
  resolver_.SetAddresses("registry.example", {"127.0.0.1", std::string(kPublicAddress)});
  Redirect("http://registry.example:5000/v2/", "http://registry.example:5000/v3/");
  Redirect("http://registry.example:5000/v3/", "http://registry.example:5001/v4/");
  Answer("http://registry.example:5001/v4/");
  ASSERT_TRUE(Fetch(Call("http://registry.example:5000/v2/")).ok());
  EXPECT_THAT(Dialled(), ElementsAre("127.0.0.1", "127.0.0.1", "127.0.0.1"));
  EXPECT_EQ(resolver_.queries(), 0);
}

class SecurityRow11 : public HttpClientTestBase {};

TEST_F(SecurityRow11, ControlCharactersAreNotSent) {
  for (const absl::string_view bad :
       {absl::string_view("a\rb"), absl::string_view("a\nb"), absl::string_view("a\0b", 3),
        absl::string_view("a\r\nX-Injected: b")}) {
    HttpCall call = Call();
    call.headers = {{"Accept", "*/*"}, {"X-Docker-Token", std::string(bad)}};
    absl::Status status = Fetch(std::move(call)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(FieldOf(status), "X-Docker-Token");

    call = Call();
    call.headers = {{absl::StrCat("X-", bad), "a"}};
    EXPECT_EQ(ReasonOf(Fetch(std::move(call)).status()), Reason::kFieldInvalid);

    call = Call();
    call.method = std::string(bad);
    EXPECT_EQ(FieldOf(Fetch(std::move(call)).status()), "method");

    call = Call();
    std::vector<SecretHttpHeader> secrets;
    secrets.push_back({"Authorization", Secret(absl::StrCat("Bearer canary", bad))});
    call.hop_headers = std::make_shared<RecordingHopHeaders>(std::move(secrets));
    status = Fetch(std::move(call)).status();
    EXPECT_EQ(FieldOf(status), "Authorization");
    EXPECT_THAT(status.ToString(), Not(HasSubstr("canary")));

    options_.user_agent = std::string(bad);
    EXPECT_EQ(FieldOf(Fetch(Call()).status()), "User-Agent");
    options_.user_agent = "";
  }
  EXPECT_THAT(Sent(), IsEmpty());
}

}  // namespace
}  // namespace registryd
