#include "server/service/config_service.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "server/service/test_server.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Stub = api::ConfigService::Stub;

std::string Failure(const absl::Status& status) {
  return absl::StrCat(absl::StatusCodeToString(status.code()), " ", ReasonName(ReasonOf(status)),
                      " ", FieldOf(status));
}

class ConfigServiceTest : public testing::Test {
 protected:
  explicit ConfigServiceTest(TestServerOptions options = {}) : server_(std::move(options)) {
    server_.SetCaller(Role::kAdmin, false);
  }

  template <typename Response, typename Request>
  absl::StatusOr<Response> Ask(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                            Response*),
                               const Request& request) {
    return Call(server_.config(), method, request);
  }

  absl::StatusOr<api::PrepareServiceConfigResponse> Prepare(const std::string& mirror,
                                                            uint64_t expected_version = 0) {
    api::PrepareServiceConfigRequest request;
    request.mutable_options()->add_mirrors(mirror);
    request.set_expected_version(expected_version);
    return Ask(&Stub::PrepareServiceConfig, request);
  }

  absl::StatusOr<api::CommitServiceConfigResponse> Commit(const std::string& id,
                                                          uint64_t expected_version = 0) {
    api::CommitServiceConfigRequest request;
    request.set_transaction_id(id);
    request.set_expected_version(expected_version);
    return Ask(&Stub::CommitServiceConfig, request);
  }

  absl::Status Abort(const std::string& id) {
    api::AbortServiceConfigRequest request;
    request.set_transaction_id(id);
    return Ask(&Stub::AbortServiceConfig, request).status();
  }

  absl::StatusOr<api::LoadMirrorsResponse> LoadMirror(const std::string& mirror) {
    api::LoadMirrorsRequest request;
    request.add_mirrors(mirror);
    return Ask(&Stub::LoadMirrors, request);
  }

  api::GetServiceConfigResponse Get() {
    return Ask(&Stub::GetServiceConfig, api::GetServiceConfigRequest()).value();
  }

  TestServer server_;
};

TEST_F(ConfigServiceTest, DefaultsAreDockers) {
  const api::GetServiceConfigResponse response = Get();
  EXPECT_EQ(response.version(), 1);
  EXPECT_EQ(response.insecure_match(), api::INSECURE_MATCH_STRICT);
  EXPECT_THAT(response.config().insecure_registry_cidrs(), ElementsAre("127.0.0.0/8"));
  EXPECT_THAT(response.config().mirrors(), IsEmpty());
  ASSERT_EQ(response.config().index_configs().count("docker.io"), 1);
  EXPECT_TRUE(response.config().index_configs().at("docker.io").official());
  EXPECT_EQ(response.options().ByteSizeLong(), 0);
  EXPECT_THAT(response.warnings(), IsEmpty());
}

TEST_F(ConfigServiceTest, PreparesAndCommits) {
  const auto prepared = Prepare("https://m.example.com");
  ASSERT_TRUE(prepared.ok()) << prepared.status();
  EXPECT_EQ(prepared->version(), 2);
  EXPECT_THAT(prepared->config().mirrors(), ElementsAre("https://m.example.com/"));
  EXPECT_EQ(prepared->expire_time().seconds(), 1'000'000'060);
  EXPECT_EQ(prepared->expire_time().nanos(), 0);
  EXPECT_EQ(Get().version(), 1);
  const auto committed = Commit(prepared->transaction_id());
  ASSERT_TRUE(committed.ok()) << committed.status();
  EXPECT_EQ(committed->version(), 2);
  EXPECT_THAT(committed->config().mirrors(), ElementsAre("https://m.example.com/"));
  const api::GetServiceConfigResponse current = Get();
  EXPECT_EQ(current.version(), 2);
  EXPECT_THAT(current.config().mirrors(), ElementsAre("https://m.example.com/"));
  EXPECT_THAT(current.options().mirrors(), ElementsAre("https://m.example.com"));
  EXPECT_EQ(Failure(Commit(prepared->transaction_id()).status()),
            "NOT_FOUND TRANSACTION_NOT_FOUND ");
}

TEST_F(ConfigServiceTest, Aborts) {
  const auto prepared = Prepare("https://m.example.com");
  ASSERT_TRUE(prepared.ok()) << prepared.status();
  EXPECT_TRUE(Abort(prepared->transaction_id()).ok());
  EXPECT_EQ(Failure(Abort(prepared->transaction_id())), "NOT_FOUND TRANSACTION_NOT_FOUND ");
  EXPECT_EQ(Failure(Commit(prepared->transaction_id()).status()),
            "NOT_FOUND TRANSACTION_NOT_FOUND ");
  EXPECT_EQ(Failure(Commit("").status()), "NOT_FOUND TRANSACTION_NOT_FOUND ");
}

TEST_F(ConfigServiceTest, TransactionsExpire) {
  const auto prepared = Prepare("https://m.example.com");
  ASSERT_TRUE(prepared.ok()) << prepared.status();
  server_.clock().Advance(absl::Minutes(1));
  EXPECT_EQ(Failure(Commit(prepared->transaction_id()).status()),
            "NOT_FOUND TRANSACTION_NOT_FOUND ");
}

TEST_F(ConfigServiceTest, VersionsMustBeCurrent) {
  EXPECT_EQ(Failure(Prepare("https://m.example.com", 7).status()),
            "ABORTED CONFIG_VERSION_MISMATCH ");
  const auto prepared = Prepare("https://m.example.com", 1);
  ASSERT_TRUE(prepared.ok()) << prepared.status();
  EXPECT_EQ(Failure(Commit(prepared->transaction_id(), 7).status()),
            "ABORTED CONFIG_VERSION_MISMATCH ");
  ASSERT_TRUE(LoadMirror("https://other.example.com").ok());
  EXPECT_EQ(Failure(Commit(prepared->transaction_id()).status()),
            "ABORTED CONFIG_VERSION_MISMATCH ");
  api::LoadMirrorsRequest request;
  request.set_expected_version(1);
  EXPECT_EQ(Failure(Ask(&Stub::LoadMirrors, request).status()), "ABORTED CONFIG_VERSION_MISMATCH ");
}

TEST_F(ConfigServiceTest, LoadsReplaceTheirOwnLists) {
  ASSERT_TRUE(LoadMirror("https://m.example.com").ok());
  api::LoadInsecureRegistriesRequest insecure;
  insecure.add_insecure_registries("http://h.example.com:5000");
  const auto loaded = Ask(&Stub::LoadInsecureRegistries, insecure);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->version(), 3);
  EXPECT_FALSE(loaded->config().index_configs().at("h.example.com:5000").secure());
  EXPECT_THAT(loaded->warnings(), SizeIs(1)) << "of the scheme";
  api::LoadAllowNondistributableArtifactsRequest artifacts;
  artifacts.add_allow_nondistributable_artifacts("10.1.2.3/8");
  const auto last = Ask(&Stub::LoadAllowNondistributableArtifacts, artifacts);
  ASSERT_TRUE(last.ok()) << last.status();
  EXPECT_EQ(last->version(), 4);
  EXPECT_THAT(last->config().allow_nondistributable_artifacts_cidrs(), ElementsAre("10.0.0.0/8"));
  EXPECT_THAT(last->config().mirrors(), ElementsAre("https://m.example.com/"));
  EXPECT_EQ(last->config().index_configs().count("h.example.com:5000"), 1);
  EXPECT_EQ(LoadMirror("https://m.example.com")->version(), 4) << "nothing has changed";
}

TEST_F(ConfigServiceTest, InvalidEntriesAreNamed) {
  EXPECT_EQ(Failure(Prepare("ftp://m.example.com").status()),
            "INVALID_ARGUMENT MIRROR_INVALID options.mirrors[0]");
  EXPECT_EQ(Failure(LoadMirror("ftp://m.example.com").status()),
            "INVALID_ARGUMENT MIRROR_INVALID mirrors[0]");
  api::LoadInsecureRegistriesRequest insecure;
  insecure.add_insecure_registries("h.example.com");
  insecure.add_insecure_registries("ftp://h.example.com");
  EXPECT_EQ(Failure(Ask(&Stub::LoadInsecureRegistries, insecure).status()),
            "INVALID_ARGUMENT INSECURE_REGISTRY_INVALID insecure_registries[1]");
  api::LoadAllowNondistributableArtifactsRequest artifacts;
  artifacts.add_allow_nondistributable_artifacts("https://h.example.com");
  EXPECT_EQ(Failure(Ask(&Stub::LoadAllowNondistributableArtifacts, artifacts).status()),
            "INVALID_ARGUMENT NONDISTRIBUTABLE_ARTIFACTS_INVALID "
            "allow_nondistributable_artifacts[0]");
  EXPECT_EQ(Get().version(), 1);
}

TEST_F(ConfigServiceTest, ReadersReadAndDoNotChange) {
  const std::string id = Prepare("https://m.example.com")->transaction_id();
  server_.SetCaller(Role::kReader, true);
  constexpr char kDenied[] = "PERMISSION_DENIED ADMIN_REQUIRED ";
  EXPECT_EQ(Failure(Prepare("https://m.example.com").status()), kDenied);
  EXPECT_EQ(Failure(Commit(id).status()), kDenied);
  EXPECT_EQ(Failure(Abort(id)), kDenied);
  EXPECT_EQ(Failure(LoadMirror("https://m.example.com").status()), kDenied);
  EXPECT_EQ(
      Failure(Ask(&Stub::LoadInsecureRegistries, api::LoadInsecureRegistriesRequest()).status()),
      kDenied);
  EXPECT_EQ(Failure(Ask(&Stub::LoadAllowNondistributableArtifacts,
                        api::LoadAllowNondistributableArtifactsRequest())
                        .status()),
            kDenied);
  EXPECT_EQ(Get().version(), 1);
  server_.SetCaller(Role::kAdmin, false);
  EXPECT_TRUE(Commit(id).ok()) << "the reader's attempts did not harm";
}

TEST_F(ConfigServiceTest, CallsAreObserved) {
  (void)LoadMirror("ftp://");
  const auto calls = server_.observer().calls();
  ASSERT_THAT(calls, SizeIs(1));
  EXPECT_EQ(calls[0].method, "registry.v1.ConfigService/LoadMirrors");
  EXPECT_EQ(ReasonOf(calls[0].status), Reason::kMirrorInvalid);
}

// A disk that takes its time, and fails on demand.
class SlowDisk {
 public:
  absl::Status Write() {
    if (!begun_.HasBeenNotified()) begun_.Notify();
    end_.WaitForNotification();
    return status_;
  }
  void AwaitWrite() { begun_.WaitForNotification(); }
  void End(absl::Status status = absl::OkStatus()) {
    status_ = std::move(status);
    end_.Notify();
  }

 private:
  absl::Notification begun_;
  absl::Notification end_;
  absl::Status status_;
};

TestServerOptions OnDisk(const std::shared_ptr<SlowDisk>& disk) {
  TestServerOptions options;
  options.persist = [disk](const VersionedConfig&) { return disk->Write(); };
  options.executor.threads = 1;
  options.executor.queue_limit = 4;
  return options;
}

class SlowDiskTest : public ConfigServiceTest {
 protected:
  // A LoadMirrors that is under way.
  struct Pending {
    Pending(Stub& stub, const std::string& mirror) {
      request.add_mirrors(mirror);
      stub.async()->LoadMirrors(&context, &request, &response, [this](grpc::Status s) {
        status = FromGrpcStatus(s);
        done.Notify();
      });
    }

    grpc::ClientContext context;
    api::LoadMirrorsRequest request;
    api::LoadMirrorsResponse response;
    absl::Status status;
    absl::Notification done;
  };

  SlowDiskTest() : SlowDiskTest(std::make_shared<SlowDisk>()) {}
  explicit SlowDiskTest(std::shared_ptr<SlowDisk> disk)
      : ConfigServiceTest(OnDisk(disk)), disk_(std::move(disk)) {}

  const std::shared_ptr<SlowDisk> disk_;
};

TEST_F(SlowDiskTest, KeepsNoReaderWaiting) {
  Pending first(server_.config(), "https://a.example.com");
  disk_->AwaitWrite();
  EXPECT_EQ(Get().version(), 1) << "not before it is durable";
  disk_->End();
  first.done.WaitForNotification();
  EXPECT_TRUE(first.status.ok()) << first.status;
  EXPECT_EQ(Get().version(), 2);
}

TEST_F(SlowDiskTest, WaitingChangesAreLimited) {
  Pending first(server_.config(), "https://a.example.com");
  disk_->AwaitWrite();
  std::vector<std::unique_ptr<Pending>> waiting;
  for (int i = 0; i < 4; ++i) {
    waiting.push_back(std::make_unique<Pending>(server_.config(), "https://b.example.com"));
  }
  // Which of them comes first to the full queue is open.
  waiting.push_back(std::make_unique<Pending>(server_.config(), "https://c.example.com"));
  server_.observer().AwaitCalls(1);
  EXPECT_EQ(Failure(server_.observer().calls()[0].status), "UNAVAILABLE OVERLOADED ");
  disk_->End();
  first.done.WaitForNotification();
  for (const auto& pending : waiting) pending->done.WaitForNotification();
}

TEST_F(SlowDiskTest, AChangeWhoseCallerIsGoneIsNotMade) {
  Pending first(server_.config(), "https://a.example.com");
  disk_->AwaitWrite();
  Pending second(server_.config(), "https://b.example.com");
  second.context.TryCancel();
  second.done.WaitForNotification();
  server_.observer().AwaitCalls(1);
  EXPECT_EQ(ReasonOf(server_.observer().calls()[0].status), Reason::kCancelled);
  disk_->End();
  first.done.WaitForNotification();
  server_.Stop();
  EXPECT_EQ(server_.store().Current()->version, 2);
  EXPECT_EQ(server_.store().Current()->config->mirrors()[0].url, "https://a.example.com/");
}

TEST_F(SlowDiskTest, FailureChangesNothing) {
  Pending first(server_.config(), "https://a.example.com");
  disk_->AwaitWrite();
  disk_->End(absl::UnavailableError("disk full"));
  first.done.WaitForNotification();
  EXPECT_EQ(Failure(first.status), "UNAVAILABLE STATE_NOT_WRITTEN ");
  EXPECT_EQ(Get().version(), 1);
}

}  // namespace
}  // namespace registryd
