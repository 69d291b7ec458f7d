#ifndef REGISTRYD_TESTS_WIRE_SCENARIO_JSON_H_
#define REGISTRYD_TESTS_WIRE_SCENARIO_JSON_H_

#include <string>

#include "absl/status/status.h"
#include "google/protobuf/repeated_field.h"
#include "nlohmann/json.hpp"
#include "registry/v1/types.pb.h"

namespace registryd {

// {"error", "code"}.
nlohmann::json Failure(const absl::Status& status);

// The credentials `auth`, in Docker's own field names.
void FillAuthConfig(const nlohmann::json& auth, ::registry::v1::AuthConfig* config);

nlohmann::json ResultsJson(
    const google::protobuf::RepeatedPtrField<::registry::v1::SearchResult>& results);

// Adds the headers of `in` to a request.
template <typename Request>
void AddHeaders(const nlohmann::json& in, Request& request) {
  const nlohmann::json headers = in.value("headers", nlohmann::json::object());
  for (const auto& [name, values] : headers.items()) {
    for (const auto& value : values) {
      ::registry::v1::Header* const header = request.add_headers();
      header->set_name(name);
      header->set_value(value.template get<std::string>());
    }
  }
}

}  // namespace registryd

#endif  // REGISTRYD_TESTS_WIRE_SCENARIO_JSON_H_
