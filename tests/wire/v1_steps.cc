#include "tests/wire/v1_steps.h"

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "registry/tls/sha256.h"
#include "tests/v1/v1_caller.h"
#include "tests/wire/scenario_json.h"

namespace registryd {
namespace {

using Json = nlohmann::json;
using Stub = V1Caller::Stub;
using Outcome = absl::StatusOr<Json>;

// One session's steps.
class V1Steps {
 public:
  V1Steps(V1Caller& caller, std::string session) : caller_(caller), session_(std::move(session)) {}

  Json Make(const Json& step) {
    const std::string method = step.value("method", "");
    Outcome outcome = Call(method, step);
    Json result;
    if (outcome.ok()) {
      result = *std::move(outcome);
    } else {
      result = Failure(outcome.status());
      result["already_exists"] = absl::IsAlreadyExists(outcome.status());
      result["repository_not_found"] = absl::IsNotFound(outcome.status()) &&
                                       (method == "GetRemoteTag" || method == "GetRemoteTags");
    }
    result["method"] = method;
    return result;
  }

 private:
  Outcome Call(const std::string& method, const Json& step) {
    static const auto& calls = *new std::map<std::string, Outcome (V1Steps::*)(const Json&)>{
        {"Ping", &V1Steps::Ping},
        {"GetRemoteHistory", &V1Steps::GetRemoteHistory},
        {"LookupRemoteImage", &V1Steps::LookupRemoteImage},
        {"GetRemoteImageJSON", &V1Steps::GetRemoteImageJson},
        {"GetRemoteImageLayer", &V1Steps::GetRemoteImageLayer},
        {"GetRemoteTag", &V1Steps::GetRemoteTag},
        {"GetRemoteTags", &V1Steps::GetRemoteTags},
        {"GetRepositoryData", &V1Steps::GetRepositoryData},
        {"PushImageChecksumRegistry", &V1Steps::PushImageChecksumRegistry},
        {"PushImageJSONRegistry", &V1Steps::PushImageJsonRegistry},
        {"PushImageLayerRegistry", &V1Steps::PushImageLayerRegistry},
        {"PushRegistryTag", &V1Steps::PushRegistryTag},
        {"PushImageJSONIndex", &V1Steps::PushImageJsonIndex},
        {"SearchRepositories", &V1Steps::SearchRepositories},
    };
    const auto call = calls.find(method);
    if (call == calls.end()) return absl::UnimplementedError("no such method");
    return (this->*call->second)(step);
  }

  template <typename Request>
  Request In() const {
    Request request;
    request.set_session_id(session_);
    return request;
  }

  template <typename Request>
  Request OfImage(const Json& step) const {
    auto request = In<Request>();
    request.set_image_id(step.value("image_id", ""));
    request.set_registry(step.value("registry", ""));
    return request;
  }

  template <typename Request>
  Request OfRepository(const Json& step) const {
    auto request = In<Request>();
    request.set_repository(step.value("repository", ""));
    return request;
  }

  template <typename Request>
  static void AddRegistries(const Json& step, Request& request) {
    for (const Json& registry : step.value("registries", Json::array())) {
      request.add_registries(registry.get<std::string>());
    }
  }

  Outcome Ping(const Json&) {
    const auto response = caller_.Call(&Stub::Ping, In<api::PingRequest>());
    if (!response.ok()) return response.status();
    return Json{{"standalone", response->standalone()}, {"version", response->version()}};
  }

  Outcome GetRemoteHistory(const Json& step) {
    const auto response =
        caller_.Call(&Stub::GetRemoteHistory, OfImage<api::GetRemoteHistoryRequest>(step));
    if (!response.ok()) return response.status();
    return Json{{"history", std::vector<std::string>(response->image_ids().begin(),
                                                     response->image_ids().end())}};
  }

  Outcome LookupRemoteImage(const Json& step) {
    const auto response =
        caller_.Call(&Stub::LookupRemoteImage, OfImage<api::LookupRemoteImageRequest>(step));
    if (!response.ok()) return response.status();
    return Json::object();
  }

  Outcome GetRemoteImageJson(const Json& step) {
    const auto response =
        caller_.Call(&Stub::GetRemoteImageJSON, OfImage<api::GetRemoteImageJSONRequest>(step));
    if (!response.ok()) return response.status();
    return Json{{"json", response->json()}, {"size", response->size()}};
  }

  Outcome GetRemoteImageLayer(const Json& step) {
    auto request = OfImage<api::GetRemoteImageLayerRequest>(step);
    request.set_size(step.value("size", int64_t{0}));
    Sha256 hash;
    int64_t bytes = 0;
    const absl::Status status = caller_.Download(request, [&](const auto& message) {
      hash.Update(message.chunk().data());
      bytes += static_cast<int64_t>(message.chunk().data().size());
    });
    if (!status.ok()) return status;
    return Json{{"bytes", bytes}, {"sha256", hash.HexDigest()}};
  }

  Outcome GetRemoteTag(const Json& step) {
    auto request = OfRepository<api::GetRemoteTagRequest>(step);
    AddRegistries(step, request);
    request.set_tag(step.value("tag", ""));
    const auto response = caller_.Call(&Stub::GetRemoteTag, request);
    if (!response.ok()) return response.status();
    return Json{{"image_id", response->image_id()}};
  }

  Outcome GetRemoteTags(const Json& step) {
    auto request = OfRepository<api::GetRemoteTagsRequest>(step);
    AddRegistries(step, request);
    const auto response = caller_.Call(&Stub::GetRemoteTags, request);
    if (!response.ok()) return response.status();
    Json tags = Json::object();
    for (const api::V1Tag& tag : response->tags()) tags[tag.name()] = tag.image_id();
    return Json{{"tags", std::move(tags)}};
  }

  Outcome GetRepositoryData(const Json& step) {
    const auto response =
        caller_.Call(&Stub::GetRepositoryData, OfRepository<api::GetRepositoryDataRequest>(step));
    if (!response.ok()) return response.status();
    Json images = Json::object();
    for (const api::V1Image& image : response->images()) {
      Json& entry = images[image.id()];
      entry["id"] = image.id();
      if (!image.checksum().empty()) entry["checksum"] = image.checksum();
      if (!image.tag().empty()) entry["Tag"] = image.tag();
    }
    return Json{{"images", std::move(images)}, {"endpoints", Endpoints(*response)}};
  }

  template <typename Response>
  static std::vector<std::string> Endpoints(const Response& response) {
    return {response.endpoints().begin(), response.endpoints().end()};
  }

  Outcome PushImageChecksumRegistry(const Json& step) {
    auto request = In<api::PushImageChecksumRegistryRequest>();
    request.mutable_image()->set_id(step.value("image_id", ""));
    request.mutable_image()->set_checksum(step.value("checksum", ""));
    request.mutable_image()->set_checksum_payload(step.value("checksum_payload", ""));
    request.set_registry(step.value("registry", ""));
    const auto response = caller_.Call(&Stub::PushImageChecksumRegistry, request);
    if (!response.ok()) return response.status();
    return Json{{"already_exists", false}};
  }

  Outcome PushImageJsonRegistry(const Json& step) {
    auto request = OfImage<api::PushImageJSONRegistryRequest>(step);
    request.set_json(step.value("json", ""));
    const auto response = caller_.Call(&Stub::PushImageJSONRegistry, request);
    if (!response.ok()) return response.status();
    return Json{{"already_exists", false}};
  }

  Outcome PushImageLayerRegistry(const Json& step) {
    auto metadata = OfImage<api::V1LayerMetadata>(step);
    metadata.set_json(step.value("json", ""));
    const auto response = caller_.Upload(metadata, LayerIn(step));
    if (!response.ok()) return response.status();
    return Json{{"checksum", response->checksum()},
                {"checksum_payload", response->checksum_payload()}};
  }

  // In base64 where the field says so.
  static std::string LayerIn(const Json& step) {
    std::string layer;
    for (const char* const field : {"layer", "layer_base64"}) {
      if (step.contains(field)) absl::Base64Unescape(step.value(field, ""), &layer);
    }
    return layer;
  }

  Outcome PushRegistryTag(const Json& step) {
    auto request = OfRepository<api::PushRegistryTagRequest>(step);
    request.set_revision(step.value("revision", ""));
    request.set_tag(step.value("tag", ""));
    request.set_registry(step.value("registry", ""));
    const auto response = caller_.Call(&Stub::PushRegistryTag, request);
    if (!response.ok()) return response.status();
    return Json::object();
  }

  Outcome PushImageJsonIndex(const Json& step) {
    auto request = OfRepository<api::PushImageJSONIndexRequest>(step);
    for (const Json& image : step.value("images", Json::array())) {
      api::V1Image& entry = *request.add_images();
      entry.set_id(image.value("id", ""));
      entry.set_checksum(image.value("checksum", ""));
      entry.set_tag(image.value("Tag", ""));
    }
    request.set_validate(step.value("validate", false));
    if (request.validate()) AddRegistries(step, request);
    const auto response = caller_.Call(&Stub::PushImageJSONIndex, request);
    if (!response.ok()) return response.status();
    return Json{{"endpoints", Endpoints(*response)}};
  }

  Outcome SearchRepositories(const Json& step) {
    auto request = In<api::SearchRepositoriesRequest>();
    request.set_term(step.value("term", ""));
    request.set_limit(step.value("limit", 0));
    const auto response = caller_.Call(&Stub::SearchRepositories, request);
    if (!response.ok()) return response.status();
    return Json{{"results", ResultsJson(response->search_results().results())}};
  }

  V1Caller& caller_;
  const std::string session_;
};

}  // namespace

nlohmann::json MakeV1Steps(const std::string& address, const std::string& host, const Json& in) {
  V1Caller caller(address);
  api::CreateSessionRequest request;
  request.set_endpoint(host);
  request.set_require_secure(in.value("secure", false));
  request.set_user_agent(in.value("user_agent", ""));
  AddHeaders(in, request);
  if (in.contains("auth") && in["auth"].is_object()) {
    FillAuthConfig(in["auth"], request.mutable_auth_config());
  }
  const auto session = caller.Call(&Stub::CreateSession, request);
  if (!session.ok()) return {{"endpoint_error", std::string(session.status().message())}};
  V1Steps steps(caller, session->session_id());
  Json outcomes = Json::array();
  for (const Json& step : in.value("steps", Json::array())) outcomes.push_back(steps.Make(step));
  return {{"endpoint", session->endpoint()}, {"steps", std::move(outcomes)}};
}

}  // namespace registryd
