#include "tests/wire/scenario_json.h"

#include <utility>

namespace registryd {

using Json = nlohmann::json;

Json Failure(const absl::Status& status) {
  return {{"error", std::string(status.message())},
          {"code", absl::StatusCodeToString(status.code())}};
}

void FillAuthConfig(const Json& auth, ::registry::v1::AuthConfig* config) {
  config->set_username(auth.value("username", ""));
  config->set_password(auth.value("password", ""));
  config->set_auth(auth.value("auth", ""));
  config->set_email(auth.value("email", ""));
  config->set_server_address(auth.value("serveraddress", ""));
  config->set_identity_token(auth.value("identitytoken", ""));
  config->set_registry_token(auth.value("registrytoken", ""));
}

Json ResultsJson(const google::protobuf::RepeatedPtrField<::registry::v1::SearchResult>& results) {
  Json list = Json::array();
  for (const ::registry::v1::SearchResult& result : results) {
    list.push_back({{"star_count", result.star_count()},
                    {"is_official", result.is_official()},
                    {"name", result.name()},
                    {"is_automated", result.is_automated()},
                    {"description", result.description()}});
  }
  return list;
}

}  // namespace registryd
