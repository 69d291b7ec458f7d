#include "registry/search/index_search.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/auth/auth_config.h"
#include "registry/auth/fake_token_source.h"
#include "registry/auth/plaintext_hosts.h"
#include "registry/base/cancellation.h"
#include "registry/base/error.h"
#include "registry/config/service_config.h"
#include "registry/endpoint/endpoint_lookup.h"
#include "registry/tls/fake_certificate_store.h"
#include "registry/v1/v1_test_base.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kBody[] =
    R"({"results": [{"name": "foo", "star_count": 10, "is_official": true},
                    {"name": "a/foo", "star_count": 2, "is_automated": true},
                    {"name": "b/foo"}]})";
constexpr char kBasic[] = " Authorization:Basic YW5uOnMzY3JldCBwYXNz";

class IndexSearchTest : public V1TestBase {
 protected:
  IndexSearchTest()
      : config_(*ServiceConfig::Create({{}, {}, {"r.internal:5000", "10.0.0.0/8"}})),
        plaintext_(*PlaintextHosts::Create({"r.internal:5000"})) {}

  static IndexSearchQuery Query(absl::string_view term) {
    IndexSearchQuery query;
    query.term = std::string(term);
    return query;
  }

  static std::shared_ptr<AuthConfig> Ann() {
    auto config = std::make_shared<AuthConfig>();
    config->username = "ann";
    config->password = Secret(absl::string_view("s3cret pass"));
    return config;
  }

  static std::shared_ptr<AuthConfig> AnnsIdentity() {
    auto config = std::make_shared<AuthConfig>();
    config->username = "ann";
    config->identity_token = Secret(absl::string_view("idtok"));
    return config;
  }

  absl::StatusOr<std::vector<SearchResult>> Search(IndexSearchQuery query,
                                                   const CallContext& context = {}) {
    IndexSearch search(lookup_, client_, tokens_, clock_, plaintext_);
    V1Outcome<std::vector<SearchResult>> outcome;
    search.Search(config_, std::move(query), context, outcome.Done());
    return outcome.Take();
  }

  // Names of what was found; the error's text otherwise.
  static std::vector<std::string> Names(const absl::StatusOr<std::vector<SearchResult>>& results) {
    if (!results.ok()) return {results.status().ToString()};
    std::vector<std::string> names;
    for (const SearchResult& result : *results) names.push_back(result.name);
    return names;
  }

  // An index that answers by https: pings, then the question.
  void ScriptHttps(absl::string_view ping, int pings = 2, absl::string_view query = "q=foo&n=25") {
    for (int i = 0; i < pings; ++i) {
      transport_.Reply("GET", "https://r.example/v1/_ping", {{200, {}}, {std::string(ping)}});
    }
    transport_.Reply("GET", absl::StrCat("https://r.example/v1/search?", query),
                     {{200, {}}, {kBody}});
  }

  // One that answers by http alone, on its first ping.
  void ScriptHttp() {
    transport_.Reply("GET", "https://r.internal:5000/v1/_ping", Refused());
    transport_.Reply("GET", "http://r.internal:5000/v1/_ping",
                     {{200, {{"Set-Cookie", "session=abc; Path=/"}}}, {"{}"}});
    transport_.Reply("GET", "http://r.internal:5000/v1/search?q=foo&n=25", {{200, {}}, {kBody}});
  }

  EndpointLookup::Config config_;
  PlaintextHosts plaintext_;
  FakeCertificateStore certificates_;
  EndpointLookup lookup_{resolver_, certificates_};
  FakeTokenSource tokens_{[](const TokenRequest&) {
    return Token{Secret(absl::string_view("good")), {}, absl::InfiniteFuture()};
  }};
};

TEST_F(IndexSearchTest, AnIndexByHttpsIsPingedTwice) {
  ScriptHttps("{}");
  EXPECT_THAT(Names(Search(Query("r.example/foo"))), ElementsAre("foo", "a/foo", "b/foo"));
  EXPECT_THAT(Sent(),
              ElementsAre("GET https://r.example/v1/_ping", "GET https://r.example/v1/_ping",
                          "GET https://r.example/v1/search?q=foo&n=25 "
                          "X-Docker-Token:true"));
  EXPECT_EQ(transport_.replies_left(), 0u);
}

TEST_F(IndexSearchTest, AnInsecureIndexIsAskedByHttpAndItsPingsCookieForgotten) {
  ScriptHttp();
  EXPECT_THAT(Names(Search(Query("r.internal:5000/foo"))), SizeIs(3));
  EXPECT_THAT(Sent(), ElementsAre("GET https://r.internal:5000/v1/_ping",
                                  "GET http://r.internal:5000/v1/_ping",
                                  "GET http://r.internal:5000/v1/search?q=foo&n=25 "
                                  "X-Docker-Token:true"));
  EXPECT_TRUE(transport_.requests()[0].options.tls.insecure_skip_verify);
}

TEST_F(IndexSearchTest, WhatWasCheckedIsDialled) {
  // Insecure by its address, which changes after the check.
  resolver_.SetAddresses("10.example", {"10.1.2.3"});
  transport_.Reply("GET", "https://10.example/v1/_ping", Refused());
  transport_.Reply("GET", "http://10.example/v1/_ping", {{200, {}}, {"{}"}});
  transport_.Reply("GET", "http://10.example/v1/search?q=foo&n=25", {{200, {}}, {kBody}});
  EXPECT_THAT(Names(Search(Query("10.example/foo"))), SizeIs(3));
  EXPECT_EQ(resolver_.queries("10.example"), 1);
  for (const auto& request : transport_.requests()) {
    EXPECT_THAT(request.options.addresses, ElementsAre(*IpAddress::Parse("10.1.2.3")));
  }
}

TEST_F(IndexSearchTest, DockerHubIsNotPinged) {
  certificates_.Set("docker.io", {{{"ca.crt", "pem"}}, {}});
  const char* const kTerms[] = {"foo", "docker.io/foo", "index.docker.io/library/foo"};
  for (const char* term : kTerms) {
    transport_.Reply("GET", "https://index.docker.io/v1/search?q=foo&n=25", {{200, {}}, {kBody}});
    EXPECT_THAT(Names(Search(Query(term))), SizeIs(3)) << term;
  }
  EXPECT_THAT(Sent(), SizeIs(3));
  EXPECT_THAT(transport_.requests()[0].options.tls.certificates->roots, SizeIs(1));
}

TEST_F(IndexSearchTest, AStandaloneIndexGetsThePassword) {
  ScriptHttps("{\"standalone\": true}");
  IndexSearchQuery query = Query("r.example/foo");
  query.credentials = Ann();
  EXPECT_THAT(Names(Search(query)), SizeIs(3));
  EXPECT_THAT(Sent().back(), HasSubstr(kBasic));
  EXPECT_THAT(Sent().front(), Not(HasSubstr("Authorization")));
}

TEST_F(IndexSearchTest, ConnectionsWithCredentialsAreTheCallersOwn) {
  IndexSearchQuery query = Query("r.example/foo");
  query.caller = "uid:7";
  ScriptHttps("{}");
  EXPECT_THAT(Names(Search(query)), SizeIs(3));
  EXPECT_EQ(transport_.requests().back().options.connection_group, "");
  query.credentials = Ann();
  ScriptHttps("{}");
  EXPECT_THAT(Names(Search(query)), SizeIs(3));
  EXPECT_EQ(transport_.requests().back().options.connection_group, "uid:7");
}

TEST_F(IndexSearchTest, ThePasswordByHttpOnlyWhereItIsAllowed) {
  IndexSearchQuery query = Query("r.internal:5000/foo");
  query.credentials = Ann();
  ScriptHttp();
  EXPECT_THAT(Names(Search(query)), SizeIs(3));
  EXPECT_THAT(Sent().back(), HasSubstr(kBasic));

  plaintext_ = PlaintextHosts();
  ScriptHttp();
  const absl::Status status = Search(query).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(status), Reason::kPlaintextCredentialsRefused);
  EXPECT_FALSE(absl::StrContains(status.ToString(), "s3cret"));
}

TEST_F(IndexSearchTest, AnIdentityTokenAndAUserNameBuyABearerToken) {
  transport_.Reply("GET", "https://r.example/v1/_ping", {{200, {}}, {"{}"}});
  transport_.Reply(
      "GET", "https://r.example/v2/",
      {{401, {{"WWW-Authenticate", "Bearer realm=\"https://r.example/token\",service=\"s\""}}},
       {}});
  transport_.Reply("GET", "https://r.example/v1/search?q=foo&n=25", {{200, {}}, {kBody}});
  IndexSearchQuery query = Query("r.example/foo");
  query.credentials = AnnsIdentity();
  query.user_agent = "agent/2";
  query.caller = "uid:7";
  EXPECT_THAT(Names(Search(query)), SizeIs(3));
  EXPECT_THAT(Sent(), ElementsAre("GET https://r.example/v1/_ping User-Agent:agent/2",
                                  "GET https://r.example/v2/ User-Agent:agent/2",
                                  "GET https://r.example/v1/search?q=foo&n=25 User-Agent:agent/2 "
                                  "X-Docker-Token:true Authorization:Bearer good"));
  ASSERT_THAT(tokens_.requests(), SizeIs(1));
  EXPECT_THAT(tokens_.requests()[0].scopes, ElementsAre("registry:catalog:search"));
  EXPECT_EQ(tokens_.requests()[0].realm, "https://r.example/token");
  EXPECT_EQ(tokens_.requests()[0].caller, "uid:7");
  EXPECT_EQ(tokens_.requests()[0].user_agent, "agent/2");
}

TEST_F(IndexSearchTest, OneOfThemAloneDoesNot) {
  auto no_name = AnnsIdentity();
  no_name->username.clear();
  for (const auto& credentials : {no_name, Ann()}) {
    ScriptHttps("{\"standalone\": false}");
    IndexSearchQuery query = Query("r.example/foo");
    query.credentials = credentials;
    EXPECT_THAT(Names(Search(query)), SizeIs(3));
  }
  EXPECT_THAT(tokens_.requests(), IsEmpty());
}

TEST_F(IndexSearchTest, FiltersChooseAndAreNotSent) {
  struct Case {
    std::vector<SearchFilterValue> filters;
    std::vector<std::string> names;
  };
  for (const Case& c : {
           Case{{{"is-official", "0"}}, {"a/foo", "b/foo"}},
           Case{{{"is-official", "true"}}, {"foo"}},
           Case{{{"stars", "1"}, {"stars", "5"}}, {"foo"}},
           Case{{{"stars", "-4"}}, {"foo", "a/foo", "b/foo"}},
           Case{{{"is-automated", "false"}}, {"foo", "a/foo", "b/foo"}},
       }) {
    ScriptHttps("{}");
    IndexSearchQuery query = Query("r.example/foo");
    query.filters = c.filters;
    EXPECT_EQ(Names(Search(query)), c.names);
  }
}

TEST_F(IndexSearchTest, NothingIsAskedForAutomatedBuilds) {
  IndexSearchQuery query = Query("r.example/foo");
  query.filters = {{"is-automated", "true"}};
  EXPECT_THAT(Names(Search(query)), IsEmpty());
  EXPECT_THAT(Sent(), IsEmpty());
}

TEST_F(IndexSearchTest, ALimitOutOfRangeIsFoundAfterThePings) {
  for (const int64_t limit : {-1, 101}) {
    ScriptHttps("{}");
    IndexSearchQuery query = Query("r.example/foo");
    query.limit = limit;
    const absl::Status status = Search(query).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(FieldOf(status), "limit");
  }
  EXPECT_THAT(Sent(), SizeIs(4));
}

TEST_F(IndexSearchTest, ALimitIsPassedOn) {
  ScriptHttps("{}", 2, "q=foo&n=100");
  IndexSearchQuery query = Query("r.example/foo");
  query.limit = 100;
  EXPECT_THAT(Names(Search(query)), SizeIs(3));
}

TEST_F(IndexSearchTest, TheCallersHeadersGoWithEveryRequest) {
  ScriptHttps("{}");
  IndexSearchQuery query = Query("r.example/foo");
  query.user_agent = "agent/2";
  query.headers = {{"X-Meta-Test", "m1"}, {"X-Meta-Test", "m2"}};
  EXPECT_THAT(Names(Search(query)), SizeIs(3));
  const char* const kAll = " User-Agent:agent/2 X-Meta-Test:m1 X-Meta-Test:m2";
  EXPECT_THAT(Sent(), ElementsAre(HasSubstr(kAll), HasSubstr(kAll), HasSubstr(kAll)));
}

TEST_F(IndexSearchTest, TheTermIsSentWithoutItsIndex) {
  ScriptHttps("{}", 2, "q=library%2Ffoo&n=25");
  EXPECT_THAT(Names(Search(Query("r.example/library/foo"))), SizeIs(3));
  ScriptHttps("{}", 2, "q=&n=25");
  EXPECT_THAT(Names(Search(Query("r.example/"))), SizeIs(3));
}

struct Refused {
  const char* name;
  const char* term;
  std::vector<SearchFilterValue> filters;
  std::vector<HttpHeader> headers;
  const char* field;
  Reason reason;
};

class IndexSearchRefusesTest : public IndexSearchTest,
                               public ::testing::WithParamInterface<struct Refused> {};

TEST_P(IndexSearchRefusesTest, BeforeAnyRequest) {
  IndexSearchQuery query = Query(GetParam().term);
  query.filters = GetParam().filters;
  query.headers = GetParam().headers;
  const absl::Status status = Search(query).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(FieldOf(status), GetParam().field);
  EXPECT_EQ(ReasonOf(status), GetParam().reason);
  EXPECT_THAT(Sent(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Table, IndexSearchRefusesTest,
    ::testing::Values(
        Refused{"Scheme", "https://r.example/foo", {}, {}, "term", Reason::kFieldInvalid},
        Refused{"HyphenFirst", "-bad.example/foo", {}, {}, "term", Reason::kIndexNameInvalid},
        Refused{"HyphenLast", "bad.example-/foo", {}, {}, "term", Reason::kIndexNameInvalid},
        Refused{"UserInIndex", "ann:pw@r.example/foo", {}, {}, "term", Reason::kHostnameInvalid},
        Refused{"QueryInIndex", "r.example?x/foo", {}, {}, "term", Reason::kHostnameInvalid},
        Refused{"PortInIndex", "r.example:x/foo", {}, {}, "term", Reason::kHostnameInvalid},
        Refused{"PortTooLarge", "r.example:99999/foo", {}, {}, "term", Reason::kHostnameInvalid},
        Refused{"TwoDots", "a..b/foo", {}, {}, "term", Reason::kHostnameInvalid},
        Refused{"NoHost", ":/foo", {}, {}, "term", Reason::kHostnameInvalid},
        Refused{"DotsAsIndex", "../foo", {}, {}, "term", Reason::kHostnameInvalid},
        Refused{"NulInIndex", "r.example%00/foo", {}, {}, "term", Reason::kHostnameInvalid},
        Refused{"Filter", "foo", {{"label", "x"}}, {}, "filters[0]", Reason::kFieldInvalid},
        Refused{"FilterValue",
                "foo",
                {{"is-official", "maybe"}},
                {},
                "filters[0]",
                Reason::kFieldInvalid},
        Refused{"Header",
                "foo",
                {},
                {{"X-A", "b"}, {"Cookie", "c"}},
                "headers[1]",
                Reason::kFieldInvalid},
        Refused{"HeaderLineFeed",
                "foo",
                {},
                {{"X-A", "b\r\nCookie: c"}},
                "headers[0]",
                Reason::kFieldInvalid}),
    [](const auto& info) { return info.param.name; });

TEST_F(IndexSearchTest, ASecureIndexThatFailsIsNotAskedByHttp) {
  transport_.Reply("GET", "https://r.example/v1/_ping", V1TestBase::Refused());
  const absl::Status status = Search(Query("r.example/foo")).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("--insecure-registry r.example"));
  EXPECT_THAT(Sent(), SizeIs(1));
}

TEST_F(IndexSearchTest, UnusableCertificatesAreAnError) {
  certificates_.SetError("r.example", Error(absl::StatusCode::kInvalidArgument,
                                            Reason::kCertificatesInvalid, "missing key"));
  EXPECT_EQ(ReasonOf(Search(Query("r.example/foo")).status()), Reason::kCertificatesInvalid);
  EXPECT_THAT(Sent(), IsEmpty());
}

TEST_F(IndexSearchTest, TheCallerMayGiveUp) {
  auto cancellation = std::make_shared<Cancellation>();
  cancellation->Cancel();
  EXPECT_EQ(Search(Query("r.example/foo"), {absl::InfiniteFuture(), cancellation}).status().code(),
            absl::StatusCode::kCancelled);
  EXPECT_EQ(
      Search(Query("r.example/foo"), {absl::Now() - absl::Seconds(1), nullptr}).status().code(),
      absl::StatusCode::kDeadlineExceeded);
}

}  // namespace
}  // namespace registryd
