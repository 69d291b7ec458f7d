#include "server/service/test_server.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server_builder.h"
#include "registry/base/clock.h"
#include "registry/v1/session_id.h"

namespace registryd {

void RecordingObserver::OnCall(const CallRecord& call) {
  absl::MutexLock lock(&mutex_);
  calls_.push_back({std::string(call.method), call.status, call.elapsed, std::string(call.registry),
                    call.used_credentials});
}

std::vector<RecordingObserver::Call> RecordingObserver::calls() const {
  absl::MutexLock lock(&mutex_);
  return calls_;
}

void RecordingObserver::AwaitCalls(size_t count) const {
  absl::MutexLock lock(&mutex_);
  const auto enough = [this, count]()
                          ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return calls_.size() >= count; };
  mutex_.Await(absl::Condition(&enough));
}

void AnnouncingResolver::AwaitQueries(int count) const {
  absl::MutexLock lock(&mutex_);
  const auto enough = [this, count]()
                          ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return queries_ >= count; };
  mutex_.Await(absl::Condition(&enough));
}

void AnnouncingResolver::Resolve(absl::string_view host, const CallContext& context,
                                 Callback done) {
  fake_.Resolve(host, context, std::move(done));
  absl::MutexLock lock(&mutex_);
  ++queries_;
}

DnsAnswer AnnouncingResolver::Cached(absl::string_view host, bool* known_failure) {
  return fake_.Cached(host, known_failure);
}

TestServer::TestServer(TestServerOptions options)
    : clock_(absl::FromUnixSeconds(1'000'000'000)),
      resolver_(options.hosts),
      lookup_(resolver_, certificates_),
      client_(transport_, resolver_, proxies_, {"registryd/test"}),
      tokens_([](const TokenRequest&) {
        Token token;
        token.access_token = Secret(absl::string_view("token"));
        token.expires = absl::InfiniteFuture();
        return token;
      }),
      login_(lookup_, client_, tokens_, Clock::Real(),
             PlaintextHosts::Create(options.plaintext_hosts).value()),
      search_(lookup_, client_, tokens_, Clock::Real(),
              PlaintextHosts::Create(options.plaintext_hosts).value()),
      credentials_({options.docker_config}, CredentialHelper(), timers_),
      plaintext_(PlaintextHosts::Create(options.plaintext_hosts).value()),
      v1_sessions_(options.sessions, timers_, clock_, NewSessionId),
      store_(ConfigStore::Create(std::move(options.config), options.store, clock_,
                                 std::move(options.persist))
                 .value()),
      executor_(options.executor),
      registry_service_(
          *store_, lookup_, {client_, Clock::Real(), login_, search_, credentials_},
          [this](const auto&) { return Identify(); }, observer_),
      config_service_(
          *store_, executor_, [this](const auto&) { return Identify(); }, observer_),
      v1_service_(
          {lookup_, client_, timers_, Clock::Real(), plaintext_,
           [this] { return store_->Current()->config; }},
          v1_sessions_, [this](const auto&) { return Identify(); }, observer_) {
  grpc::ServerBuilder builder;
  builder.RegisterService(&registry_service_);
  builder.RegisterService(&config_service_);
  builder.RegisterService(&v1_service_);
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
  server_ = builder.BuildAndStart();
  registry_stub_ = api::RegistryService::NewStub(InProcessChannel());
  v1_stub_ = api::V1SessionService::NewStub(InProcessChannel());
  config_stub_ = api::ConfigService::NewStub(InProcessChannel());
}

TestServer::~TestServer() { Stop(); }

void TestServer::SetCaller(Role role, bool channel_private) {
  admin_ = role == Role::kAdmin;
  private_ = channel_private;
}

void TestServer::SetCallerId(std::string id) {
  absl::MutexLock lock(&mutex_);
  caller_id_ = std::move(id);
}

void TestServer::Stop() { server_->Shutdown(absl::ToChronoTime(absl::Now())); }

std::shared_ptr<grpc::Channel> TestServer::InProcessChannel() {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(64 << 20);  // As the clients of this project.
  return server_->InProcessChannel(arguments);
}

std::shared_ptr<grpc::Channel> TestServer::LoopbackChannel() {
  return grpc::CreateChannel(absl::StrCat("127.0.0.1:", port_), grpc::InsecureChannelCredentials());
}

CallerIdentity TestServer::Identify() const {
  CallerIdentity caller;
  caller.role = admin_ ? Role::kAdmin : Role::kReader;
  absl::MutexLock lock(&mutex_);
  caller.id = caller_id_;
  caller.channel_private = private_;
  return caller;
}

}  // namespace registryd
