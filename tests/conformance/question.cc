#include "tests/conformance/question.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "grpcpp/client_context.h"
#include "registry/auth/auth_challenge.h"
#include "registry/v1/tarsum.h"
#include "server/grpc_status.h"

namespace registryd {
namespace {

namespace api = ::registry::v1;
using Json = nlohmann::json;
using Answer = absl::StatusOr<Json>;
using Strings = google::protobuf::RepeatedPtrField<std::string>;

// One call by the generated stub.
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

Json List(const Strings& values) { return std::vector<std::string>(values.begin(), values.end()); }

Json SortedList(const Strings& values) {
  std::vector<std::string> list(values.begin(), values.end());
  std::sort(list.begin(), list.end());
  return list;
}

Json IndexAnswer(const api::IndexInfo& index) {
  return {{"name", index.name()},
          {"mirrors", List(index.mirrors())},
          {"secure", index.secure()},
          {"official", index.official()}};
}

Json EndpointsAnswer(const google::protobuf::RepeatedPtrField<api::APIEndpoint>& endpoints) {
  Json list = Json::array();
  for (const api::APIEndpoint& endpoint : endpoints) {
    list.push_back(
        {{"mirror", endpoint.mirror()},
         {"url", endpoint.url()},
         {"version", endpoint.version() == api::API_VERSION_V2 ? "v2" : "other"},
         {"allow_nondistributable_artifacts", endpoint.allow_nondistributable_artifacts()},
         {"official", endpoint.official()},
         {"trim_hostname", endpoint.trim_hostname()},
         {"insecure_skip_verify", endpoint.tls_config().insecure_skip_verify()}});
  }
  return {{"endpoints", list}};
}

Answer ParseReference(ServiceUnderTest& service, const Json& in) {
  api::ParseReferenceRequest request;
  request.set_reference(in.at("reference").get<std::string>());
  const auto response =
      Call(service.registry(), &api::RegistryService::Stub::ParseReference, request);
  if (!response.ok()) return response.status();
  return Json{{"domain", response->domain()},
              {"path", response->path()},
              {"name", response->name()},
              {"tag", response->tag()},
              {"digest", response->digest()},
              {"familiar_name", response->familiar_name()},
              {"familiar_string", response->familiar()},
              {"string", response->canonical()},
              {"official", response->official()},
              {"index", IndexAnswer(response->index())}};
}

Answer ResolveRepository(ServiceUnderTest& service, const Json& in) {
  api::ResolveRepositoryRequest request;
  request.set_reference(in.at("reference").get<std::string>());
  const auto response =
      Call(service.registry(), &api::RegistryService::Stub::ResolveRepository, request);
  if (!response.ok()) return response.status();
  const api::RepositoryInfo& repository = response->repository();
  return Json{{"name", repository.name()},
              {"index", IndexAnswer(repository.index())},
              {"official", repository.official()},
              {"class", repository.class_()}};
}

Answer LookupPullEndpoints(ServiceUnderTest& service, const Json& in) {
  api::LookupPullEndpointsRequest request;
  request.set_hostname(in.at("hostname").get<std::string>());
  const auto response =
      Call(service.registry(), &api::RegistryService::Stub::LookupPullEndpoints, request);
  if (!response.ok()) return response.status();
  return EndpointsAnswer(response->endpoints());
}

Answer LookupPushEndpoints(ServiceUnderTest& service, const Json& in) {
  api::LookupPushEndpointsRequest request;
  request.set_hostname(in.at("hostname").get<std::string>());
  const auto response =
      Call(service.registry(), &api::RegistryService::Stub::LookupPushEndpoints, request);
  if (!response.ok()) return response.status();
  return EndpointsAnswer(response->endpoints());
}

Answer IsInsecureRegistry(ServiceUnderTest& service, const Json& in) {
  api::IsInsecureRegistryRequest request;
  request.set_hostname(in.at("hostname").get<std::string>());
  const auto response =
      Call(service.registry(), &api::RegistryService::Stub::IsInsecureRegistry, request);
  if (!response.ok()) return response.status();
  return Json{{"insecure", response->insecure()}};
}

Answer ResolveAuthConfig(ServiceUnderTest& service, const Json& in) {
  api::ResolveAuthConfigRequest request;
  for (const Json& value : in.at("auth_config_keys")) {
    const auto key = value.get<std::string>();
    (*request.mutable_auth_configs())[key].set_username("user-of " + key);
  }
  request.mutable_index()->set_name(in.at("index").at("name").get<std::string>());
  request.mutable_index()->set_official(in.at("index").at("official").get<bool>());
  const auto response =
      Call(service.registry(), &api::RegistryService::Stub::ResolveAuthConfig, request);
  if (!response.ok()) return response.status();
  return Json{{"key", response->key()}, {"username", response->auth_config().username()}};
}

Answer ParseSearchIndexInfo(ServiceUnderTest& service, const Json& in) {
  api::ParseSearchIndexInfoRequest request;
  request.set_name(in.at("name").get<std::string>());
  const auto response =
      Call(service.registry(), &api::RegistryService::Stub::ParseSearchIndexInfo, request);
  if (!response.ok()) return response.status();
  return IndexAnswer(response->index());
}

Answer ValidateMirror(ServiceUnderTest& service, const Json& in) {
  api::ValidateMirrorRequest request;
  request.set_mirror(in.at("mirror").get<std::string>());
  const auto response =
      Call(service.registry(), &api::RegistryService::Stub::ValidateMirror, request);
  if (!response.ok()) return response.status();
  return Json{{"mirror", response->mirror()}};
}

Answer ValidateIndexName(ServiceUnderTest& service, const Json& in) {
  api::ValidateIndexNameRequest request;
  request.set_name(in.at("name").get<std::string>());
  const auto response =
      Call(service.registry(), &api::RegistryService::Stub::ValidateIndexName, request);
  if (!response.ok()) return response.status();
  return Json{{"name", response->name()}};
}

Answer ConvertToHostname(ServiceUnderTest& service, const Json& in) {
  api::ConvertToHostnameRequest request;
  request.set_url(in.at("url").get<std::string>());
  const auto response =
      Call(service.registry(), &api::RegistryService::Stub::ConvertToHostname, request);
  if (!response.ok()) return response.status();
  return Json{{"hostname", response->hostname()}};
}

// Asks the parser itself: a ping is the only RPC that tells of challenges, and takes
// them from a registry.
Answer ParseChallenges(ServiceUnderTest&, const Json& in) {
  const auto headers = in.at("www_authenticate").get<std::vector<std::string>>();
  const std::vector<absl::string_view> views(headers.begin(), headers.end());
  Json challenges = Json::array();
  for (const AuthChallenge& challenge : ::registryd::ParseChallenges(views)) {
    Json parameters = Json::object();
    for (const auto& [name, value] : challenge.parameters) parameters[name] = value;
    challenges.push_back({{"parameters", parameters}, {"scheme", challenge.scheme}});
  }
  return Json{{"challenges", challenges}};
}

// Asks the calculation itself: the RPC that makes it pushes the layer to a registry.
Answer TarSumV0(ServiceUnderTest&, const Json& in) {
  std::string layer;
  if (!absl::Base64Unescape(in.at("tar_base64").get<std::string>(), &layer)) {
    return absl::DataLossError("tar_base64 is not base64");
  }
  TarSum sum;
  const absl::Status written = sum.Write(layer);
  if (!written.ok()) return written;
  const absl::StatusOr<std::string> checksum = sum.Finish(in.at("json").get<std::string>());
  if (!checksum.ok()) return checksum.status();
  return Json{{"checksum", *checksum}};
}

Answer GetServiceConfig(ServiceUnderTest& service, const Json&) {
  const auto response = Call(service.config(), &api::ConfigService::Stub::GetServiceConfig,
                             api::GetServiceConfigRequest());
  if (!response.ok()) return response.status();
  const api::ServiceConfig& config = response->config();
  Json indexes = Json::object();
  for (const auto& [name, index] : config.index_configs()) indexes[name] = IndexAnswer(index);
  return Json{{"allow_nondistributable_artifacts_cidrs",
               SortedList(config.allow_nondistributable_artifacts_cidrs())},
              {"allow_nondistributable_artifacts_hostnames",
               SortedList(config.allow_nondistributable_artifacts_hostnames())},
              {"insecure_registry_cidrs", SortedList(config.insecure_registry_cidrs())},
              {"index_configs", indexes},
              {"mirrors", List(config.mirrors())}};
}

}  // namespace

Question FindQuestion(absl::string_view op) {
  static const auto& questions = *new std::map<absl::string_view, Question>{
      {"convert_to_hostname", ConvertToHostname},
      {"is_insecure_registry", IsInsecureRegistry},
      {"lookup_pull_endpoints", LookupPullEndpoints},
      {"lookup_push_endpoints", LookupPushEndpoints},
      {"parse_challenges", ParseChallenges},
      {"parse_reference", ParseReference},
      {"parse_search_index_info", ParseSearchIndexInfo},
      {"resolve_auth_config", ResolveAuthConfig},
      {"resolve_repository", ResolveRepository},
      {"service_config", GetServiceConfig},
      {"tarsum_v0", TarSumV0},
      {"validate_index_name", ValidateIndexName},
      {"validate_mirror", ValidateMirror},
  };
  const auto found = questions.find(op);
  return found == questions.end() ? nullptr : found->second;
}

}  // namespace registryd
