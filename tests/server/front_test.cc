// registryd behind the nghttpx whose configuration we ship, as a caller sees it.
#include <sys/stat.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/tls/test_certificates.h"
#include "tests/server/connection.h"
#include "tests/server/eventually.h"
#include "tests/server/nghttpx.h"
#include "tests/server/registryd_fixture.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

class FrontTest : public RegistrydFixture {
 protected:
  // Its user must reach the socket.
  FrontTest() { chmod(folder_.path().c_str(), 0711); }

  client::RegistryClient Outside(const Nghttpx& front) const {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = authority_.certificate_pem();
    return Caller(Connect(front.address(), grpc::SslCredentials(options)));
  }
  TestCertificate Certificate() const {
    TestCertificateOptions options;
    options.ip_addresses = {"127.0.0.1"};
    return authority_.Issue(options);
  }

  const TestCertificateAuthority authority_;
};

TEST_F(FrontTest, AnswersAndReasonsComeThrough) {
  const auto process = Serve();
  const Nghttpx front(UnixAddress(), Certificate());
  const client::RegistryClient caller = Outside(front);
  api::ResolveRepositoryRequest resolve;
  resolve.set_reference("ubuntu");
  const auto resolved = caller.ResolveRepository(resolve);
  ASSERT_TRUE(resolved.ok()) << resolved.status();
  resolve.set_reference("UPPER");
  const absl::Status refused = caller.ResolveRepository(resolve).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument) << refused;
  EXPECT_EQ(ReasonOnWire(refused), "REFERENCE_INVALID");
}

// More than any window of HTTP/2 holds, both ways.
TEST_F(FrontTest, LargeMessagesComeThrough) {
  const auto process = Serve();
  const Nghttpx front(UnixAddress(), Certificate());
  api::BatchLookupPullEndpointsRequest batch;
  for (int i = 0; i < 1000; ++i) {
    batch.add_targets()->set_reference(
        absl::StrCat("registry", i, ".example/", std::string(200, 'a')));
  }
  const auto answer = Outside(front).BatchLookupPullEndpoints(batch);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_THAT(answer->results(), SizeIs(1000));
}

TEST_F(FrontTest, WhoeverComesThroughItOnlyReads) {
  if (!Nghttpx::HasUserOfItsOwn()) GTEST_SKIP() << "takes root, to give nghttpx a user";
  const auto process = Serve();
  const Nghttpx front(UnixAddress(), Certificate());
  const absl::Status refused = LoadMirrors(Outside(front), {"https://m.example"}).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kPermissionDenied) << refused;
  EXPECT_EQ(ReasonOnWire(refused), "ADMIN_REQUIRED");
}

TEST_F(FrontTest, ARestartOfTheServiceIsOverSoon) {
  auto process = Serve();
  const Nghttpx front(UnixAddress(), Certificate());
  const client::RegistryClient caller = Outside(front);
  ASSERT_TRUE(caller.GetServiceConfig({}).ok());
  process = nullptr;
  const absl::Status down = caller.GetServiceConfig({}).status();
  EXPECT_EQ(down.code(), absl::StatusCode::kUnavailable) << down;
  // As often as somebody asks who does not give up, so that it backs off as far as it may.
  const absl::Time end = absl::Now() + absl::Seconds(6);
  while (absl::Now() < end) {
    ASSERT_FALSE(caller.GetServiceConfig({}).ok());
    absl::SleepFor(absl::Milliseconds(100));
  }
  process = Serve();
  const absl::Time back = absl::Now();
  EXPECT_TRUE(Eventually([&] { return caller.GetServiceConfig({}).ok(); }));
  EXPECT_LT(absl::Now() - back, absl::Seconds(10));
}

// However short the patience that the front has besides, which is of minutes.
TEST_F(FrontTest, AWatchStandsForAsLongAsNothingChanges) {
  const auto process = Serve();
  const Nghttpx front(UnixAddress(), Certificate(),
                      {{"stream-write-timeout", "1s"}, {"frontend-http2-read-timeout", "1s"}});
  const auto watch = Outside(front).WatchServiceConfig();
  ASSERT_TRUE(watch->Next().ok());
  absl::SleepFor(absl::Seconds(3));
  ASSERT_TRUE(LoadMirrors(Caller(UnixAddress()), {"https://m.example"}).ok());
  const auto changed = watch->Next();
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_THAT(changed->options().mirrors(), ElementsAre("https://m.example"));
}

}  // namespace
}  // namespace registryd
