#ifndef REGISTRYD_TESTS_CONFORMANCE_SERVICE_UNDER_TEST_H_
#define REGISTRYD_TESTS_CONFORMANCE_SERVICE_UNDER_TEST_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "grpcpp/server.h"
#include "registry/auth/fake_token_source.h"
#include "registry/auth/registry_login.h"
#include "registry/auth/service_credentials.h"
#include "registry/base/executor.h"
#include "registry/base/timer_queue.h"
#include "registry/config/config_store.h"
#include "registry/endpoint/endpoint_lookup.h"
#include "registry/fs/folder_watcher.h"
#include "registry/fs/temporary_folder.h"
#include "registry/net/fake_dns_resolver.h"
#include "registry/net/fake_http_transport.h"
#include "registry/net/http_client.h"
#include "registry/net/proxy_rules.h"
#include "registry/search/index_search.h"
#include "registry/tls/caching_certificate_store.h"
#include "registry/v1/config_service.grpc.pb.h"
#include "registry/v1/registry_service.grpc.pb.h"
#include "server/service/config_service.h"
#include "server/service/registry_service.h"

namespace registryd {

// The service, in this process, as the reference implementation was when it was
// asked: compatible insecure match, DNS from a table, an empty certs.d. Not
// thread-safe.
class ServiceUnderTest {
 public:
  explicit ServiceUnderTest(const FakeDnsResolver::Table& hosts);
  ~ServiceUnderTest();

  // Gives the service the configuration that `options` make, as an admin would
  // who prepares and commits it. Returns the service's own error.
  absl::Status Configure(const ::registry::v1::ServiceOptions& options);

  ::registry::v1::RegistryService::Stub& registry() { return *registry_stub_; }
  ::registry::v1::ConfigService::Stub& config() { return *config_stub_; }

 private:
  class IgnoreCalls final : public CallObserver {
   public:
    void OnCall(const CallRecord&) override {}
  };

  TemporaryFolder certs_;
  TimerQueue timers_;
  Executor executor_;
  FolderWatcher watcher_;
  CachingCertificateStore certificates_;
  FakeDnsResolver resolver_;
  EndpointLookup lookup_;
  // No registry is there to be asked.
  FakeHttpTransport transport_;
  const ProxyRules proxies_;
  HttpClient client_;
  FakeTokenSource tokens_;
  RegistryLogin login_;
  IndexSearch search_;
  ServiceCredentials credentials_;
  IgnoreCalls observer_;
  std::unique_ptr<ConfigStore> store_;
  RegistryService registry_service_;
  ConfigService config_service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<::registry::v1::RegistryService::Stub> registry_stub_;
  std::unique_ptr<::registry::v1::ConfigService::Stub> config_stub_;
  // What was configured last, in its serialised form.
  std::string configured_;
};

}  // namespace registryd

#endif  // REGISTRYD_TESTS_CONFORMANCE_SERVICE_UNDER_TEST_H_
