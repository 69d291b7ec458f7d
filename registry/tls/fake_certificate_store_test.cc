#include "registry/tls/fake_certificate_store.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using Answer = CertificateStore::Answer;

HostCertificates WithRoot() {
  HostCertificates certificates;
  certificates.roots.push_back({"ca.crt", "pem"});
  return certificates;
}

CertificateStore::Callback Into(std::optional<Answer>& answer) {
  return [&answer](Answer given) {
    EXPECT_FALSE(answer.has_value()) << "called twice";
    answer = std::move(given);
  };
}

TEST(FakeCertificateStore, AnswersFromItsTable) {
  FakeCertificateStore store;
  store.Set("host", WithRoot());
  store.SetError("bad", absl::InvalidArgumentError("bad"));
  std::optional<Answer> host, bad, other;
  store.Get("host", {}, Into(host));
  store.Get("bad", {}, Into(bad));
  store.Get("other", {}, Into(other));
  EXPECT_EQ(host->value()->roots.size(), 1);
  EXPECT_EQ(bad->status().message(), "bad");
  EXPECT_EQ(other->value()->roots.size(), 0);
  EXPECT_EQ(store.Cached("host")->value(), host->value());
  EXPECT_THAT(store.asked(), ElementsAre("host", "bad", "other", "host"));
}

TEST(FakeCertificateStore, HoldsBackUntilReleased) {
  FakeCertificateStore store;
  store.Hold();
  std::optional<Answer> answer;
  store.Get("host", {}, Into(answer));
  EXPECT_FALSE(answer.has_value());
  EXPECT_EQ(store.held(), 1);
  EXPECT_EQ(store.Cached("host"), nullptr);
  store.Set("host", WithRoot());
  store.Release();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->value()->roots.size(), 1);
  EXPECT_EQ(store.held(), 0);
}

TEST(FakeCertificateStore, AHeldCallEndsByItsCallerOnce) {
  FakeCertificateStore store;
  store.Hold();
  CallContext context;
  context.cancellation = std::make_shared<Cancellation>();
  std::optional<Answer> cancelled, late, waiting;
  store.Get("host", context, Into(cancelled));
  context.cancellation->Cancel();
  EXPECT_EQ(cancelled->status().code(), absl::StatusCode::kCancelled);
  context = {};
  context.deadline = absl::Now() - absl::Seconds(1);
  store.Get("host", context, Into(late));
  EXPECT_EQ(late->status().code(), absl::StatusCode::kDeadlineExceeded);
  store.Get("host", {}, Into(waiting));
  EXPECT_EQ(store.held(), 1);
  store.Release();
  EXPECT_TRUE(waiting->ok());
}

TEST(FakeCertificateStore, EndsHeldCallsWhenItGoes) {
  std::optional<Answer> answer;
  {
    FakeCertificateStore store;
    store.Hold();
    store.Get("host", {}, Into(answer));
  }
  EXPECT_EQ(answer->status().code(), absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace registryd
