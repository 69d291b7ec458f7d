// How every HttpTransport sends the body of a request.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "registry/base/error.h"
#include "registry/net/http_message.h"
#include "registry/net/http_transport.h"
#include "registry/net/testing/http_transport_subject.h"
#include "registry/net/testing/recorded_exchange.h"
#include "registry/net/testing/scripted_body.h"
#include "registry/net/testing/scripted_http_message.h"

namespace registryd {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

struct SubjectCase {
  const char* name;
  std::unique_ptr<HttpTransportSubject> (*make)();
  // Requests are seen as they are on the wire, with their framing.
  bool has_wire;

  friend void PrintTo(const SubjectCase& c, std::ostream* out) { *out << c.name; }
};

class HttpTransportUploadContractTest : public ::testing::TestWithParam<SubjectCase> {
 protected:
  HttpRequest Put(ScriptedBody& body) {
    HttpRequest request = subject_->Request("PUT", "/");
    request.body = body.Source();
    return request;
  }

  const std::unique_ptr<HttpTransportSubject> subject_ = GetParam().make();
};

INSTANTIATE_TEST_SUITE_P(Transports, HttpTransportUploadContractTest,
                         ::testing::Values(SubjectCase{"Fake", &MakeFakeSubject, false},
                                           SubjectCase{"Curl", &MakeCurlSubject, true},
                                           SubjectCase{"CurlTls", &MakeCurlTlsSubject, true}),
                         [](const auto& info) { return info.param.name; });

TEST_P(HttpTransportUploadContractTest, BodiesOfEverySizeWithAndWithoutALength) {
  for (const bool sized : {true, false}) {
    for (const size_t size : {0, 1, 16383, 16384, 16385, 65536, 3000000}) {
      SCOPED_TRACE(absl::StrCat(sized ? "sized " : "in chunks ", size));
      std::string bytes(size, '\0');
      for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 7 + i / 251);
      ScriptedBody body({bytes}, sized ? std::optional<uint64_t>(size) : std::nullopt);
      subject_->Reply("PUT", "/", {201, {}, "stored"});
      RecordedExchange exchange;
      subject_->Send(Put(body), exchange);
      EXPECT_EQ(exchange.Await(), absl::OkStatus());
      EXPECT_EQ(exchange.head().status, 201);
      EXPECT_EQ(exchange.body(), "stored");
      EXPECT_TRUE(body.AwaitDestroyed());
      const ScriptedRequest request = subject_->requests().back();
      EXPECT_EQ(request.method, "PUT");
      EXPECT_TRUE(request.body == bytes);
      if (!GetParam().has_wire) continue;
      const std::string length = absl::StrCat(size);
      EXPECT_EQ(request.Find("Content-Length"), sized ? std::make_optional(length) : std::nullopt);
      EXPECT_EQ(request.Find("Transfer-Encoding"),
                sized ? std::nullopt : std::make_optional<std::string>("chunked"));
    }
  }
}

TEST_P(HttpTransportUploadContractTest, EveryMethodMayHaveABody) {
  for (const char* method : {"GET", "POST", "PUT", "PATCH", "DELETE"}) {
    SCOPED_TRACE(method);
    ScriptedBody body({"body"}, 4);
    subject_->Reply(method, "/", {200});
    HttpRequest request = subject_->Request(method, "/");
    request.body = body.Source();
    RecordedExchange exchange;
    subject_->Send(std::move(request), exchange);
    EXPECT_EQ(exchange.Await(), absl::OkStatus());
    EXPECT_EQ(subject_->requests().back().method, method);
    EXPECT_EQ(subject_->requests().back().body, "body");
  }
}

TEST_P(HttpTransportUploadContractTest, HeadHasNone) {
  ScriptedBody body({"body"}, 4);
  HttpRequest request = subject_->Request("HEAD", "/");
  request.body = body.Source();
  RecordedExchange exchange;
  subject_->Send(std::move(request), exchange);
  EXPECT_EQ(ReasonOf(exchange.Await()), Reason::kFieldInvalid);
  EXPECT_FALSE(subject_->reached());
}

TEST_P(HttpTransportUploadContractTest, PartsMayComeLaterAndOnOtherThreads) {
  for (const bool sized : {true, false}) {
    ScriptedBody body({"one ", "two ", "three"},
                      sized ? std::optional<uint64_t>(13) : std::nullopt);
    body.Hold();
    subject_->Reply("PUT", "/", {201});
    RecordedExchange exchange;
    subject_->Send(Put(body), exchange);
    for (int i = 0; i < 4; ++i) {
      ASSERT_TRUE(body.AwaitRead());
      EXPECT_FALSE(exchange.has_head());
      if (i % 2 == 0) {
        body.Give();
      } else {
        std::thread([&] { body.Give(); }).join();
      }
      // The end of a body whose size is known may be left unread.
      if (sized && body.given() == 13) break;
    }
    if (sized && body.AwaitRead(absl::ZeroDuration())) body.Give();
    EXPECT_EQ(exchange.Await(), absl::OkStatus());
    EXPECT_EQ(subject_->requests().back().body, "one two three");
  }
}

TEST_P(HttpTransportUploadContractTest, ErrorOfTheSourceIsTheStatus) {
  const struct {
    const char* name;
    std::vector<ScriptedBody::Part> parts;
    std::optional<uint64_t> size;
  } cases[] = {
      {"at once", {absl::DataLossError("gone")}, std::nullopt},
      {"at once, sized", {absl::DataLossError("gone")}, 8},
      {"after a part", {"part", absl::DataLossError("gone")}, std::nullopt},
      {"after a part, sized", {"part", absl::DataLossError("gone")}, 8},
  };
  for (const bool hold : {false, true}) {
    for (const auto& c : cases) {
      SCOPED_TRACE(absl::StrCat(c.name, hold ? ", later" : ""));
      ScriptedBody body(c.parts, c.size);
      if (hold) body.Hold();
      RecordedExchange exchange;
      subject_->Send(Put(body), exchange);
      for (size_t i = 0; hold && i < c.parts.size(); ++i) {
        ASSERT_TRUE(body.AwaitRead());
        body.Give();
      }
      EXPECT_EQ(exchange.Await(), absl::DataLossError("gone"));
      EXPECT_FALSE(exchange.has_head());
    }
  }
  EXPECT_THAT(subject_->requests(), IsEmpty());
}

TEST_P(HttpTransportUploadContractTest, SourcesMustKeepToTheirSize) {
  const struct {
    const char* name;
    std::vector<ScriptedBody::Part> parts;
    uint64_t size;
  } cases[] = {
      {"ends early", {"part"}, 5},
      {"gives nothing", {}, 5},
      {"gives more", {"partly"}, 5},
      {"gives more later", {"parts", "more"}, 8},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    ScriptedBody body(c.parts, c.size);
    RecordedExchange exchange;
    subject_->Send(Put(body), exchange);
    const absl::Status status = exchange.Await();
    EXPECT_TRUE(absl::IsInternal(status)) << status;
    EXPECT_EQ(ReasonOf(status), Reason::kInternal);
    EXPECT_FALSE(exchange.has_head());
  }
  EXPECT_THAT(subject_->requests(), IsEmpty());
}

TEST_P(HttpTransportUploadContractTest, ManyAtOnceSendTheirOwnBodies) {
  constexpr int kExchanges = 100;
  std::vector<RecordedExchange> exchanges(kExchanges);
  std::vector<std::unique_ptr<ScriptedBody>> bodies;
  for (int i = 0; i < kExchanges; ++i) {
    const std::string bytes(static_cast<size_t>(i) * 1000, static_cast<char>('a' + i % 26));
    bodies.push_back(std::make_unique<ScriptedBody>(std::vector<ScriptedBody::Part>{bytes}));
    subject_->Reply("PUT", absl::StrCat("/", i), {201});
    HttpRequest request = subject_->Request("PUT", absl::StrCat("/", i));
    request.body = bodies.back()->Source();
    subject_->Send(std::move(request), exchanges[i]);
  }
  for (const RecordedExchange& exchange : exchanges) EXPECT_EQ(exchange.Await(), absl::OkStatus());
  const std::vector<ScriptedRequest> requests = subject_->requests();
  ASSERT_THAT(requests, SizeIs(kExchanges));
  for (const ScriptedRequest& request : requests) {
    const int i = std::stoi(request.target.substr(1));
    EXPECT_EQ(request.body,
              std::string(static_cast<size_t>(i) * 1000, static_cast<char>('a' + i % 26)));
  }
}

}  // namespace
}  // namespace registryd
