// What every HttpTransport makes of requests and responses. The time that it takes,
// and its end, are in http_transport_end_contract_test.cc; bodies of requests in
// http_transport_upload_contract_test.cc.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "registry/base/error.h"
#include "registry/base/secret.h"
#include "registry/net/http_message.h"
#include "registry/net/http_transport.h"
#include "registry/net/testing/http_transport_subject.h"
#include "registry/net/testing/recorded_exchange.h"
#include "registry/net/testing/scripted_http_message.h"

namespace registryd {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Framing = ScriptedResponse::Framing;

struct SubjectCase {
  const char* name;
  std::unique_ptr<HttpTransportSubject> (*make)();

  friend void PrintTo(const SubjectCase& c, std::ostream* out) { *out << c.name; }
};

class HttpTransportContractTest : public ::testing::TestWithParam<SubjectCase> {
 protected:
  const std::unique_ptr<HttpTransportSubject> subject_ = GetParam().make();
};

INSTANTIATE_TEST_SUITE_P(Transports, HttpTransportContractTest,
                         ::testing::Values(SubjectCase{"Fake", &MakeFakeSubject},
                                           SubjectCase{"Curl", &MakeCurlSubject},
                                           SubjectCase{"CurlTls", &MakeCurlTlsSubject}),
                         [](const auto& info) { return info.param.name; });

TEST_P(HttpTransportContractTest, EveryStatusIsAnAnswer) {
  for (const int status :
       {200, 201, 202, 206, 299, 301, 307, 400, 401, 403, 404, 407, 429, 500, 503, 599}) {
    SCOPED_TRACE(status);
    subject_->Reply("GET", "/v2/", {status, {{"X-Status", absl::StrCat(status)}}, "body"});
    RecordedExchange exchange;
    subject_->Send(subject_->Request("GET", "/v2/"), exchange);
    EXPECT_EQ(exchange.Await(), absl::OkStatus());
    EXPECT_EQ(exchange.head().status, status);
    EXPECT_EQ(exchange.head().Find("x-status"), absl::StrCat(status));
    EXPECT_EQ(exchange.body(), "body");
  }
}

TEST_P(HttpTransportContractTest, RedirectsAreAnswers) {
  subject_->Reply("GET", "/a", {302, {{"Location", "/b"}}, ""});
  RecordedExchange exchange;
  subject_->Send(subject_->Request("GET", "/a"), exchange);
  EXPECT_EQ(exchange.Await(), absl::OkStatus());
  EXPECT_EQ(exchange.head().status, 302);
  EXPECT_EQ(exchange.head().Find("Location"), "/b");
  EXPECT_THAT(subject_->requests(), SizeIs(1));
}

TEST_P(HttpTransportContractTest, BodiesOfEveryFramingAndSize) {
  for (const Framing framing : {Framing::kLength, Framing::kChunked, Framing::kClose}) {
    for (const size_t size : {0, 1, 16383, 16384, 16385, 1000000}) {
      SCOPED_TRACE(absl::StrCat(static_cast<int>(framing), " ", size));
      std::string body(size, '\0');
      for (size_t i = 0; i < size; ++i) body[i] = static_cast<char>(i * 7 + i / 251);
      subject_->Reply("GET", "/blob", {200, {}, body, framing});
      RecordedExchange exchange;
      subject_->Send(subject_->Request("GET", "/blob"), exchange);
      EXPECT_EQ(exchange.Await(), absl::OkStatus());
      EXPECT_TRUE(exchange.body() == body);
      EXPECT_EQ(exchange.parts() == 0, size == 0);
    }
  }
}

TEST_P(HttpTransportContractTest, SomeAnswersHaveNoBody) {
  const struct {
    const char* name;
    const char* method;
    ScriptedResponse response;
  } cases[] = {
      {"HEAD", "HEAD", {200, {{"Content-Length", "1000000000"}}, "body"}},
      {"HEAD of an error", "HEAD", {404, {}, "body"}},
      {"HEAD in chunks", "HEAD", {200, {}, "body", Framing::kChunked}},
      {"204", "GET", {204, {}, "body"}},
      {"304", "GET", {304, {{"Content-Length", "4"}}, "body"}},
      {"none", "GET", {200, {}, ""}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    HttpOptions options;
    options.max_body_bytes = 0;
    subject_->Reply(c.method, "/", c.response);
    RecordedExchange exchange;
    subject_->Send(subject_->Request(c.method, "/"), exchange, {}, options);
    EXPECT_EQ(exchange.Await(), absl::OkStatus());
    EXPECT_EQ(exchange.head().status, c.response.status);
    EXPECT_EQ(exchange.parts(), 0u);
  }
}

TEST_P(HttpTransportContractTest, InterimResponsesAreNotReported) {
  subject_->Reply("GET", "/", {200, {{"X-Final", "yes"}}, "body"}, 1,
                  {"HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 102 Processing\r\nX-Early: 1\r\n\r\n",
                   "HTTP/1.1 103 Early Hints\r\nX-Early: 2\r\n\r\n"});
  RecordedExchange exchange;
  subject_->Send(subject_->Request("GET", "/"), exchange);
  EXPECT_EQ(exchange.Await(), absl::OkStatus());
  EXPECT_EQ(exchange.head().status, 200);
  EXPECT_EQ(exchange.head().Find("X-Final"), "yes");
  EXPECT_EQ(exchange.head().Find("X-Early"), std::nullopt);
  EXPECT_EQ(exchange.body(), "body");
}

TEST_P(HttpTransportContractTest, HeadersOfAResponseKeepOrderAndNumber) {
  subject_->Reply("GET", "/",
                  {401,
                   {{"Www-Authenticate", "Bearer realm=\"a\""},
                    {"X-Empty", ""},
                    {"WWW-Authenticate", "Basic realm=\"b\""},
                    {"X-Colon", "a: b"},
                    {"Set-Cookie", "a=1"},
                    {"set-cookie", "a=2"}},
                   ""});
  RecordedExchange exchange;
  subject_->Send(subject_->Request("GET", "/"), exchange);
  EXPECT_EQ(exchange.Await(), absl::OkStatus());
  const HttpResponseHead head = exchange.head();
  EXPECT_THAT(head.FindAll("www-authenticate"),
              ElementsAre("Bearer realm=\"a\"", "Basic realm=\"b\""));
  EXPECT_THAT(head.FindAll("Set-Cookie"), ElementsAre("a=1", "a=2"));
  EXPECT_EQ(head.Find("x-empty"), "");
  EXPECT_EQ(head.Find("X-Colon"), "a: b");
  EXPECT_EQ(head.Find("X-None"), std::nullopt);
}

TEST_P(HttpTransportContractTest, SendsTheRequestAsItIs) {
  for (const char* method : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE"}) {
    for (const char* target : {"/", "/v2/a%2fb/../c//d/./e", "/v2/?n=1&last=a%20b", "/?"}) {
      SCOPED_TRACE(absl::StrCat(method, " ", target));
      subject_->Reply(method, target, {200});
      RecordedExchange exchange;
      subject_->Send(subject_->Request(method, target), exchange);
      EXPECT_EQ(exchange.Await(), absl::OkStatus());
      const std::vector<ScriptedRequest> requests = subject_->requests();
      ASSERT_THAT(requests, testing::Not(IsEmpty()));
      EXPECT_EQ(requests.back().method, method);
      EXPECT_EQ(requests.back().target, target);
      EXPECT_EQ(requests.back().body, "");
    }
  }
}

TEST_P(HttpTransportContractTest, SendsHeadersAndSecrets) {
  subject_->Reply("GET", "/", {200});
  HttpRequest request = subject_->Request("GET", "/");
  request.headers = {{"User-Agent", "docker/27 (linux)"},
                     {"X-Meta", "one"},
                     {"x-meta", "two"},
                     {"X-Empty", ""},
                     {"Accept", "a/b"},
                     {"X-Latin", "caf\xe9"}};
  request.secret_headers.push_back({"Authorization", Secret(absl::string_view("Basic YTpi"))});
  request.secret_headers.push_back({"Cookie", Secret(absl::string_view("a=1; b=2"))});
  const std::vector<HttpHeader> given = request.headers;
  RecordedExchange exchange;
  subject_->Send(std::move(request), exchange);
  EXPECT_EQ(exchange.Await(), absl::OkStatus());
  const std::vector<ScriptedRequest> requests = subject_->requests();
  ASSERT_THAT(requests, SizeIs(1));
  std::vector<HttpHeader> meta;
  for (const HttpHeader& header : requests[0].headers) {
    if (absl::EqualsIgnoreCase(header.name, "x-meta")) meta.push_back(header);
  }
  EXPECT_THAT(meta, ElementsAre(given[1], given[2]));
  for (const HttpHeader& header : given) EXPECT_THAT(requests[0].headers, Contains(header));
  EXPECT_EQ(requests[0].Find("Authorization"), "Basic YTpi");
  EXPECT_EQ(requests[0].Find("Cookie"), "a=1; b=2");
}

// Row 11 of docs/security.md.
TEST_P(HttpTransportContractTest, SecurityRow11WhatCannotBeSentIsNot) {
  const std::string nul("a\0b", 3);
  using Spoil = void (*)(HttpRequest & request, const std::string& bad);
  const Spoil method = [](HttpRequest& request, const std::string& bad) { request.method = bad; };
  const Spoil url = [](HttpRequest& request, const std::string& bad) { request.url = bad; };
  const Spoil end_of_url = [](HttpRequest& request, const std::string& bad) { request.url += bad; };
  const Spoil name = [](HttpRequest& request, const std::string& bad) {
    request.headers = {{bad, "value"}};
  };
  const Spoil value = [](HttpRequest& request, const std::string& bad) {
    request.headers = {{"User-Agent", bad}};
  };
  const Spoil secret_name = [](HttpRequest& request, const std::string& bad) {
    request.secret_headers.push_back({bad, Secret(absl::string_view("value"))});
  };
  const Spoil secret = [](HttpRequest& request, const std::string& bad) {
    request.secret_headers.push_back({"Authorization", Secret(absl::string_view(bad))});
  };
  struct Case {
    std::string name;
    Spoil spoil;
    std::string bad;
  };
  std::vector<Case> cases = {
      {"method: none", method, ""},
      {"method: space", method, "GET /x"},
      {"method: not ASCII", method, "G\xc3\x89T"},
      {"url: none", url, ""},
      {"url: no scheme", url, "registry.example/v2/"},
      {"url: path", url, "/v2/"},
      {"url: no host", url, "http:///v2/"},
      {"url: other scheme", url, "ftp://127.0.0.1/"},
      {"url: file", url, "file:///etc/passwd"},
      {"url: user information", url, "http://user:s3cr3t@127.0.0.1/"},
      {"url: port 0", url, "http://127.0.0.1:0/"},
      {"url: port 65536", url, "http://127.0.0.1:65536/"},
      {"url: port", url, "http://127.0.0.1:port/"},
      {"url: fragment", end_of_url, "#fragment"},
      {"url: space", end_of_url, "a b"},
      {"name: none", name, ""},
      {"name: space", name, "X Y"},
      {"name: colon", name, "X:"},
      {"secret's name: none", secret_name, ""},
  };
  for (const auto& [what, bad] : std::vector<std::pair<const char*, std::string>>{
           {"CR", "a\rX-Injected: 1"},
           {"LF", "a\nX-Injected: 1"},
           {"CRLF", "a\r\nX-Injected: 1"},
           {"two lines", "a\r\n\r\nGET /injected HTTP/1.1\r\n"},
           {"last LF", "a\n"},
           {"NUL", nul},
           {"DEL", "a\x7f"},
           {"bell", "a\a"}}) {
    for (const auto& [where, spoil] :
         std::vector<std::pair<const char*, Spoil>>{{"method", method},
                                                    {"url", end_of_url},
                                                    {"name", name},
                                                    {"value", value},
                                                    {"secret's name", secret_name},
                                                    {"secret", secret}}) {
      cases.push_back({absl::StrCat(where, ": ", what), spoil, bad});
    }
  }
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    HttpRequest request = subject_->Request("GET", "/");
    c.spoil(request, c.bad);
    RecordedExchange exchange;
    subject_->Send(std::move(request), exchange);
    const absl::Status status = exchange.Await();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_EQ(ReasonOf(status), Reason::kFieldInvalid);
    EXPECT_FALSE(exchange.has_head());
    EXPECT_FALSE(absl::StrContains(status.message(), "s3cr3t"));
    EXPECT_FALSE(absl::StrContains(status.message(), '\n'));
  }
  EXPECT_FALSE(subject_->reached());
}

TEST_P(HttpTransportContractTest, LimitOfTheBodyIsExact) {
  constexpr size_t kLimit = 20000;
  for (const Framing framing : {Framing::kLength, Framing::kChunked, Framing::kClose}) {
    for (const size_t size : {kLimit - 1, kLimit, kLimit + 1, 10 * kLimit}) {
      SCOPED_TRACE(absl::StrCat(static_cast<int>(framing), " ", size));
      subject_->Reply("GET", "/", {200, {}, std::string(size, 'x'), framing});
      HttpOptions options;
      options.max_body_bytes = kLimit;
      RecordedExchange exchange;
      subject_->Send(subject_->Request("GET", "/"), exchange, {}, options);
      const absl::Status status = exchange.Await();
      if (size <= kLimit) {
        EXPECT_EQ(status, absl::OkStatus());
        EXPECT_EQ(exchange.body_bytes(), size);
      } else {
        EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
        EXPECT_EQ(ReasonOf(status), Reason::kResponseTooLarge);
        EXPECT_LE(exchange.body_bytes(), kLimit);
      }
    }
  }
}

TEST_P(HttpTransportContractTest, BodiesMayHaveNoLimit) {
  subject_->Reply("GET", "/", {200, {}, std::string(3 << 20, 'x')});
  HttpOptions options;
  options.max_body_bytes = std::nullopt;
  RecordedExchange exchange;
  subject_->Send(subject_->Request("GET", "/"), exchange, {}, options);
  EXPECT_EQ(exchange.Await(), absl::OkStatus());
  EXPECT_EQ(exchange.body_bytes(), size_t{3 << 20});
}

TEST_P(HttpTransportContractTest, LimitOfTheHead) {
  const struct {
    const char* name;
    std::vector<HttpHeader> headers;
    bool fits;
  } cases[] = {
      {"fits", {{"X-A", std::string(500, 'a')}}, true},
      {"one header", {{"X-A", std::string(1000, 'a')}}, false},
      {"long name", {{std::string(1000, 'x'), "a"}}, false},
      {"all headers", std::vector<HttpHeader>(100, {"X-A", "12345"}), false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    subject_->Reply("GET", "/", {200, c.headers, "body"});
    HttpOptions options;
    options.max_head_bytes = 1000;
    RecordedExchange exchange;
    subject_->Send(subject_->Request("GET", "/"), exchange, {}, options);
    const absl::Status status = exchange.Await();
    EXPECT_EQ(exchange.has_head(), c.fits);
    EXPECT_EQ(ReasonOf(status), c.fits ? Reason::kUnspecified : Reason::kResponseTooLarge);
    EXPECT_EQ(absl::IsResourceExhausted(status), !c.fits) << status;
  }
}

TEST_P(HttpTransportContractTest, ManyAtOnceGetTheirOwnAnswers) {
  constexpr int kThreads = 4;
  constexpr int kEach = 50;
  for (int i = 0; i < kThreads * kEach; ++i) {
    subject_->Reply("GET", absl::StrCat("/", i), {200, {}, absl::StrCat("answer ", i)});
  }
  std::vector<RecordedExchange> exchanges(kThreads * kEach);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = t * kEach; i < (t + 1) * kEach; ++i) {
        subject_->Send(subject_->Request("GET", absl::StrCat("/", i)), exchanges[i]);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int i = 0; i < kThreads * kEach; ++i) {
    EXPECT_EQ(exchanges[i].Await(), absl::OkStatus());
    EXPECT_EQ(exchanges[i].body(), absl::StrCat("answer ", i));
  }
}

}  // namespace
}  // namespace registryd
