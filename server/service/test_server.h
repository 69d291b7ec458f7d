#ifndef REGISTRYD_SERVER_SERVICE_TEST_SERVER_H_
#define REGISTRYD_SERVER_SERVICE_TEST_SERVER_H_

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/server.h"
#include "registry/auth/fake_token_source.h"
#include "registry/auth/plaintext_hosts.h"
#include "registry/auth/registry_login.h"
#include "registry/auth/service_credentials.h"
#include "registry/base/executor.h"
#include "registry/base/fake_clock.h"
#include "registry/base/timer_queue.h"
#include "registry/config/config_store.h"
#include "registry/endpoint/endpoint_lookup.h"
#include "registry/net/fake_dns_resolver.h"
#include "registry/net/fake_http_transport.h"
#include "registry/net/http_client.h"
#include "registry/net/proxy_rules.h"
#include "registry/search/index_search.h"
#include "registry/tls/fake_certificate_store.h"
#include "registry/v1/v1_session_table.h"
#include "server/grpc_status.h"
#include "server/service/call_observer.h"
#include "server/service/config_service.h"
#include "server/service/registry_service.h"
#include "server/service/v1_session_service.h"

namespace registryd {

// Remembers calls. Thread-safe.
class RecordingObserver final : public CallObserver {
 public:
  struct Call {
    std::string method;
    absl::Status status;
    absl::Duration elapsed;
    std::string registry;
    bool used_credentials;
  };

  void OnCall(const CallRecord& call) override;

  std::vector<Call> calls() const;
  // Waits until as many calls as these have ended.
  void AwaitCalls(size_t count) const;

 private:
  mutable absl::Mutex mutex_;
  std::vector<Call> calls_ ABSL_GUARDED_BY(mutex_);
};

// A FakeDnsResolver that a test can wait for.
class AnnouncingResolver final : public DnsResolver {
 public:
  explicit AnnouncingResolver(const FakeDnsResolver::Table& table) : fake_(table) {}

  FakeDnsResolver& fake() { return fake_; }
  // Waits until Resolve has been called so often.
  void AwaitQueries(int count) const;

  void Resolve(absl::string_view host, const CallContext& context, Callback done) override;
  DnsAnswer Cached(absl::string_view host, bool* known_failure = nullptr) override;

 private:
  FakeDnsResolver fake_;
  mutable absl::Mutex mutex_;
  int queries_ ABSL_GUARDED_BY(mutex_) = 0;
};

struct TestServerOptions {
  ServiceOptions config;
  ConfigStoreOptions store;
  ConfigStore::Persist persist;
  ExecutorOptions executor;
  FakeDnsResolver::Table hosts;
  // Registries that get credentials by plain http.
  std::vector<std::string> plaintext_hosts;
  // The service's own credentials; empty: it has none.
  std::string docker_config;
  V1SessionTableOptions sessions;
};

// All services over fakes, reached in this process and over loopback.
class TestServer {
 public:
  explicit TestServer(TestServerOptions options = {});
  ~TestServer();

  // Who calls from now on. A reader over a channel that is not private.
  void SetCaller(Role role, bool channel_private);
  // "test" before.
  void SetCallerId(std::string id);

  // Ends the server; calls that are under way are cancelled. Once or more often.
  void Stop();

  std::shared_ptr<grpc::Channel> InProcessChannel();
  std::shared_ptr<grpc::Channel> LoopbackChannel();

  FakeClock& clock() { return clock_; }
  AnnouncingResolver& resolver() { return resolver_; }
  FakeCertificateStore& certificates() { return certificates_; }
  // The registries, and where tokens for them come from: "token", unless told otherwise.
  FakeHttpTransport& transport() { return transport_; }
  FakeTokenSource& tokens() { return tokens_; }
  RecordingObserver& observer() { return observer_; }
  ConfigStore& store() { return *store_; }
  ConfigService& config_service() { return config_service_; }
  api::RegistryService::Stub& registry() { return *registry_stub_; }
  api::ConfigService::Stub& config() { return *config_stub_; }
  api::V1SessionService::Stub& v1() { return *v1_stub_; }
  V1SessionTable& v1_sessions() { return v1_sessions_; }

 private:
  CallerIdentity Identify() const;

  FakeClock clock_;
  AnnouncingResolver resolver_;
  FakeCertificateStore certificates_;
  EndpointLookup lookup_;
  TimerQueue timers_;
  FakeHttpTransport transport_;
  const ProxyRules proxies_;
  HttpClient client_;
  FakeTokenSource tokens_;
  RegistryLogin login_;
  IndexSearch search_;
  ServiceCredentials credentials_;
  const PlaintextHosts plaintext_;
  V1SessionTable v1_sessions_;
  RecordingObserver observer_;
  std::atomic<bool> admin_{false};
  std::atomic<bool> private_{false};
  mutable absl::Mutex mutex_;
  std::string caller_id_ ABSL_GUARDED_BY(mutex_) = "test";
  std::unique_ptr<ConfigStore> store_;
  Executor executor_;
  RegistryService registry_service_;
  ConfigService config_service_;
  V1SessionService v1_service_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<api::RegistryService::Stub> registry_stub_;
  std::unique_ptr<api::ConfigService::Stub> config_stub_;
  std::unique_ptr<api::V1SessionService::Stub> v1_stub_;
};

// One unary call, as the core would have answered it.
template <typename Stub, typename Request, typename Response>
absl::StatusOr<Response> Call(Stub& stub,
                              grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                           Response*),
                              const Request& request) {
  grpc::ClientContext context;
  Response response;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  if (!status.ok()) return FromGrpcStatus(status);
  return response;
}

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SERVICE_TEST_SERVER_H_
