#include "tests/soak/mixed_caller.h"

#include <iterator>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/v1_session.h"
#include "tests/registries/token_server.h"
#include "tests/server/connection.h"

namespace registryd {
namespace {

using absl::StatusCode;

constexpr absl::Duration kShort = absl::Milliseconds(50);
constexpr size_t kTargets = 200;

api::PingV2RegistryRequest Ping(const std::string& url) {
  api::PingV2RegistryRequest request;
  request.set_endpoint_url(url);
  return request;
}

}  // namespace

MixedCaller::MixedCaller(const Surroundings& surroundings, uint32_t seed)
    : surroundings_(surroundings),
      tally_(*surroundings.tally),
      random_(seed),
      client_(Caller(surroundings.address)) {}

void MixedCaller::Run(absl::Time until) {
  // Those that are cheap come more often.
  constexpr Call kCalls[] = {
      &MixedCaller::Resolve,      &MixedCaller::Resolve,
      &MixedCaller::Calculate,    &MixedCaller::Calculate,
      &MixedCaller::LookUp,       &MixedCaller::LookUp,
      &MixedCaller::LookUpMany,   &MixedCaller::RefuseWhatIsWrong,
      &MixedCaller::RunOutOfTime, &MixedCaller::ReadConfig,
      &MixedCaller::ChangeConfig, &MixedCaller::Prepare,
      &MixedCaller::Watch,        &MixedCaller::LogIn,
      &MixedCaller::PingHealthy,  &MixedCaller::PingFailing,
      &MixedCaller::PingSilent,   &MixedCaller::Search,
      &MixedCaller::PullLayer,    &MixedCaller::ConnectAnew,
  };
  while (absl::Now() < until) (this->*kCalls[Chance(std::size(kCalls))])();
}

void MixedCaller::Resolve() {
  api::ResolveRepositoryRequest request;
  request.set_reference("ubuntu:24.04");
  const auto response = client_.ResolveRepository(request);
  tally_.Succeeds("ResolveRepository", response.status());
  if (response.ok() && response->repository().index().mirrors_size() != 1) {
    tally_.Wrong("ResolveRepository", response->ShortDebugString());
  }
}

void MixedCaller::Calculate() {
  api::ParseReferenceRequest reference;
  reference.set_reference(absl::StrCat("127.0.0.1:5000/team/app-", Chance(1000), ":1"));
  tally_.Succeeds("ParseReference", client_.ParseReference(reference).status());
  api::ConvertToHostnameRequest url;
  url.set_url("https://index.docker.io/v1/");
  tally_.Succeeds("ConvertToHostname", client_.ConvertToHostname(url).status());
  api::ValidateMirrorRequest mirror;
  mirror.set_mirror("https://mirror.example");
  tally_.Succeeds("ValidateMirror", client_.ValidateMirror(mirror).status());
}

void MixedCaller::RefuseWhatIsWrong() {
  api::ResolveRepositoryRequest request;
  request.set_reference("Upper/Case");
  tally_.Ends("ResolveRepository of no reference", client_.ResolveRepository(request).status(),
              {StatusCode::kInvalidArgument});
  api::LoadMirrorsRequest mirrors;
  mirrors.add_mirrors("ftp://mirror.example");
  tally_.Ends("LoadMirrors of no mirror", client_.LoadMirrors(mirrors).status(),
              {StatusCode::kInvalidArgument});
}

void MixedCaller::LookUp() {
  api::LookupPullEndpointsRequest pull;
  pull.set_hostname("docker.io");
  const auto endpoints = client_.LookupPullEndpoints(pull);
  tally_.Succeeds("LookupPullEndpoints", endpoints.status());
  if (endpoints.ok() && endpoints->endpoints_size() != 2) {
    tally_.Wrong("LookupPullEndpoints", endpoints->ShortDebugString());
  }
  api::LookupPushEndpointsRequest push;
  push.set_hostname(absl::StrCat("10.0.0.", Chance(256), ":5000"));
  tally_.Succeeds("LookupPushEndpoints", client_.LookupPushEndpoints(push).status());
  api::GetTLSConfigRequest tls;
  tls.set_hostname("localhost:5000");
  tally_.Succeeds("GetTLSConfig", client_.GetTLSConfig(tls).status());
}

void MixedCaller::LookUpMany() {
  api::BatchLookupPullEndpointsRequest request;
  for (size_t i = 0; i < kTargets; ++i) {
    request.add_targets()->set_reference(absl::StrCat("127.0.0.1:", 1 + Chance(60000), "/app"));
  }
  const auto response = client_.BatchLookupPullEndpoints(request);
  tally_.Succeeds("BatchLookupPullEndpoints", response.status());
  if (response.ok() && response->results_size() != static_cast<int>(kTargets)) {
    tally_.Wrong("BatchLookupPullEndpoints", absl::StrCat(response->results_size(), " results"));
  }
}

void MixedCaller::RunOutOfTime() {
  api::BatchLookupPullEndpointsRequest request;
  for (size_t i = 0; i < kTargets; ++i) request.add_targets()->set_hostname("docker.io");
  const absl::Time deadline = absl::Now() + absl::Microseconds(Chance(2000));
  tally_.Ends("BatchLookupPullEndpoints in little time",
              client_.BatchLookupPullEndpoints(request, deadline).status(),
              {StatusCode::kOk, StatusCode::kDeadlineExceeded});
}

void MixedCaller::ReadConfig() {
  const auto config = client_.GetServiceConfig({});
  tally_.Succeeds("GetServiceConfig", config.status());
  tally_.Succeeds("Health", client_.CheckHealth({}).status());
}

void MixedCaller::ChangeConfig() {
  const auto config = client_.GetServiceConfig({});
  tally_.Succeeds("GetServiceConfig", config.status());
  if (!config.ok()) return;
  api::LoadMirrorsRequest request;
  request.add_mirrors(absl::StrCat("https://mirror-", Chance(10), ".example"));
  request.set_expected_version(config->version());
  tally_.Ends("LoadMirrors", client_.LoadMirrors(request).status(),
              {StatusCode::kOk, StatusCode::kAborted});
}

void MixedCaller::Prepare() {
  api::PrepareServiceConfigRequest request;
  request.mutable_options()->add_mirrors(absl::StrCat("https://mirror-", Chance(10), ".example"));
  request.mutable_options()->add_insecure_registries("10.0.0.0/8");
  const auto prepared = client_.PrepareServiceConfig(request);
  tally_.Succeeds("PrepareServiceConfig", prepared.status());
  if (!prepared.ok()) return;
  if (Chance(2) == 0) {
    // It is forgotten, even if another change came first.
    api::CommitServiceConfigRequest commit;
    commit.set_transaction_id(prepared->transaction_id());
    tally_.Ends("CommitServiceConfig", client_.CommitServiceConfig(commit).status(),
                {StatusCode::kOk, StatusCode::kAborted});
    return;
  }
  api::AbortServiceConfigRequest abort;
  abort.set_transaction_id(prepared->transaction_id());
  tally_.Succeeds("AbortServiceConfig", client_.AbortServiceConfig(abort).status());
}

void MixedCaller::Watch() {
  const std::unique_ptr<client::ConfigWatch> watch = client_.WatchServiceConfig();
  tally_.Succeeds("WatchServiceConfig", watch->Next().status());
  watch->Cancel();
  // What had been sent before may come still.
  absl::Status end;
  while (end.ok()) end = watch->Next().status();
  tally_.Ends("WatchServiceConfig that was cancelled", end, {StatusCode::kCancelled});
}

void MixedCaller::LogIn() {
  api::AuthRequest request;
  request.mutable_auth_config()->set_server_address(surroundings_.docker_registry);
  request.mutable_auth_config()->set_username(TokenServer::kUser);
  if (Chance(2) == 0) {
    request.mutable_auth_config()->set_password(TokenServer::kPassword);
    tally_.Succeeds("Auth", client_.Auth(request).status());
  } else {
    request.mutable_auth_config()->set_password("another");
    tally_.Ends("Auth with another password", client_.Auth(request).status(),
                {StatusCode::kUnauthenticated});
  }
}

void MixedCaller::PingHealthy() {
  const auto response =
      client_.PingV2Registry(Ping(absl::StrCat("http://", surroundings_.docker_registry)));
  tally_.Succeeds("PingV2Registry", response.status());
  if (response.ok() && response->status_code() != 401) {
    tally_.Wrong("PingV2Registry", response->ShortDebugString());
  }
}

void MixedCaller::PingFailing() {
  const auto& failing = surroundings_.upstreams->failing();
  const ScriptedHttpServer& server = *failing[Chance(failing.size())];
  // A ping counts with its head, whatever becomes of the body.
  tally_.Ends("PingV2Registry of one that fails",
              client_.PingV2Registry(Ping(server.url(""))).status(),
              {StatusCode::kOk, StatusCode::kUnavailable, StatusCode::kInternal,
               StatusCode::kResourceExhausted});
}

void MixedCaller::PingSilent() {
  tally_.Ends(
      "PingV2Registry of one that is silent",
      client_.PingV2Registry(Ping(surroundings_.upstreams->silent().url("")), absl::Now() + kShort)
          .status(),
      {StatusCode::kDeadlineExceeded});
}

void MixedCaller::Search() {
  api::SearchRequest request;
  request.set_term(absl::StrCat(surroundings_.upstreams->search().host_port(), "/a"));
  const auto found = client_.Search(request);
  tally_.Succeeds("Search", found.status());
  const auto& failing = surroundings_.upstreams->failing();
  request.set_term(absl::StrCat(failing[Chance(failing.size())]->host_port(), "/a"));
  tally_.Ends("Search of one that fails", client_.Search(request).status(),
              {StatusCode::kUnavailable, StatusCode::kInternal, StatusCode::kResourceExhausted,
               StatusCode::kFailedPrecondition});
}

void MixedCaller::PullLayer() {
  V1Registry& registry = surroundings_.upstreams->v1();
  api::CreateSessionRequest create;
  create.set_endpoint(registry.host_port());
  const auto session = client::V1Session::Open(client_.v1_sessions(), create);
  tally_.Succeeds("CreateSession", session.status());
  if (!session.ok()) return;
  api::GetRemoteImageLayerRequest request;
  request.set_session_id((*session)->id());
  request.set_image_id(Upstreams::kImage);
  request.set_size(Upstreams::kLayerSize);
  const auto download = client_.v1_sessions().GetRemoteImageLayer(request);
  // Half of them are abandoned on the way.
  const int64_t enough = Chance(2) == 0 ? Upstreams::kLayerSize : Upstreams::kLayerSize / 2;
  for (bool more = true; more && download->offset() < enough;) {
    const auto chunk = download->Next();
    tally_.Succeeds("GetRemoteImageLayer", chunk.status());
    more = chunk.ok() && chunk->has_value();
  }
}

void MixedCaller::ConnectAnew() {
  tally_.Succeeds("GetServiceConfig on a new connection",
                  Caller(surroundings_.address).GetServiceConfig({}).status());
}

}  // namespace registryd
