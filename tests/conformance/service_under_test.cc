#include "tests/conformance/service_under_test.h"

#include "grpcpp/server_builder.h"
#include "server/grpc_status.h"

namespace registryd {
namespace {

CallerIdentity Admin(const grpc::ServerContextBase&) {
  CallerIdentity caller;
  caller.role = Role::kAdmin;
  return caller;
}

std::unique_ptr<ConfigStore> EmptyStore() {
  ConfigStoreOptions options;
  options.insecure_match = InsecureMatch::kCompatible;
  return ConfigStore::Create({}, options, Clock::Real()).value();
}

}  // namespace

ServiceUnderTest::ServiceUnderTest(const FakeDnsResolver::Table& hosts)
    : certificates_(CertsDirectory(certs_.path()), executor_, timers_, watcher_, Clock::Real()),
      resolver_(hosts),
      lookup_(resolver_, certificates_),
      client_(transport_, resolver_, proxies_, {}),
      tokens_([](const TokenRequest&) { return Token{}; }),
      login_(lookup_, client_, tokens_, Clock::Real()),
      search_(lookup_, client_, tokens_, Clock::Real(), {}),
      credentials_({}, CredentialHelper(), timers_),
      store_(EmptyStore()),
      registry_service_(*store_, lookup_, {client_, Clock::Real(), login_, search_, credentials_},
                        Admin, observer_),
      config_service_(*store_, executor_, Admin, observer_) {
  grpc::ServerBuilder builder;
  builder.RegisterService(&registry_service_);
  builder.RegisterService(&config_service_);
  server_ = builder.BuildAndStart();
  const auto channel = server_->InProcessChannel(grpc::ChannelArguments());
  registry_stub_ = ::registry::v1::RegistryService::NewStub(channel);
  config_stub_ = ::registry::v1::ConfigService::NewStub(channel);
}

ServiceUnderTest::~ServiceUnderTest() { server_->Shutdown(); }

absl::Status ServiceUnderTest::Configure(const ::registry::v1::ServiceOptions& options) {
  std::string wanted = options.SerializeAsString();
  if (wanted == configured_) return absl::OkStatus();
  ::registry::v1::PrepareServiceConfigRequest prepare;
  ::registry::v1::PrepareServiceConfigResponse prepared;
  *prepare.mutable_options() = options;
  grpc::ClientContext prepare_context;
  const grpc::Status valid = config().PrepareServiceConfig(&prepare_context, prepare, &prepared);
  if (!valid.ok()) return FromGrpcStatus(valid);
  ::registry::v1::CommitServiceConfigRequest commit;
  ::registry::v1::CommitServiceConfigResponse committed;
  commit.set_transaction_id(prepared.transaction_id());
  grpc::ClientContext commit_context;
  const grpc::Status done = config().CommitServiceConfig(&commit_context, commit, &committed);
  if (done.ok()) configured_ = std::move(wanted);
  return FromGrpcStatus(done);
}

}  // namespace registryd
