// Takes the steps of one scenario through the C++ client, and prints a line for each.
//
// usage: scenario_call CONTEXT.json SCENARIO.json
//
// README.md says what the files hold and what is printed.
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "client/error_details.h"
#include "client/registry_client.h"
#include "google/protobuf/util/json_util.h"
#include "nlohmann/json.hpp"

namespace registryd::client {
namespace {

using Json = nlohmann::json;
using google::protobuf::util::JsonStringToMessage;
using google::protobuf::util::MessageToJsonString;

// What a scenario cannot mean; it ends the program.
[[noreturn]] void Refuse(const std::string& why) {
  std::cerr << "scenario_call: " << why << "\n";
  std::exit(2);
}

Json ReadJson(const char* path) {
  std::ifstream file(path);
  Json json = Json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) Refuse(absl::StrCat(path, " holds no JSON"));
  return json;
}

Json ToJson(const google::protobuf::Message& message) {
  std::string text;
  if (!MessageToJsonString(message, &text).ok()) Refuse("an answer has no JSON");
  return Json::parse(text);
}

// A method of the client by its name.
using Call = std::function<absl::StatusOr<Json>(const RegistryClient&, const std::string& request,
                                                RegistryClient::Deadline)>;

template <typename Request, typename Response>
Call Calling(absl::StatusOr<Response> (RegistryClient::*method)(const Request&,
                                                                RegistryClient::Deadline) const) {
  return [method](const RegistryClient& client, const std::string& text,
                  RegistryClient::Deadline deadline) -> absl::StatusOr<Json> {
    Request request;
    if (!JsonStringToMessage(text, &request).ok()) Refuse("not a request: " + text);
    const absl::StatusOr<Response> response = (client.*method)(request, deadline);
    if (!response.ok()) return response.status();
    return ToJson(*response);
  };
}

const std::map<std::string, Call>& Calls() {
  static const auto& calls = *new std::map<std::string, Call>{
#define CALL(name) {#name, Calling(&RegistryClient::name)}
      CALL(Auth),
      CALL(PingV2Registry),
      CALL(Search),
      CALL(ResolveAuthConfig),
      CALL(GetAuthConfigKey),
      CALL(ResolveRepository),
      CALL(ParseRepositoryInfo),
      CALL(ParseReference),
      CALL(LookupPullEndpoints),
      CALL(LookupPushEndpoints),
      CALL(BatchLookupPullEndpoints),
      CALL(IsInsecureRegistry),
      CALL(GetTLSConfig),
      CALL(ParseSearchIndexInfo),
      CALL(ValidateMirror),
      CALL(ValidateIndexName),
      CALL(ConvertToHostname),
      CALL(GetServiceConfig),
      CALL(PrepareServiceConfig),
      CALL(CommitServiceConfig),
      CALL(AbortServiceConfig),
      CALL(LoadMirrors),
      CALL(LoadInsecureRegistries),
      CALL(LoadAllowNondistributableArtifacts),
#undef CALL
  };
  return calls;
}

Json ErrorJson(const absl::Status& status) {
  Json error = {{"code", absl::StatusCodeToString(status.code())}};
  if (absl::IsDeadlineExceeded(status) || absl::IsCancelled(status)) return error;
  const ErrorDetails details = DetailsOf(status);
  if (!absl::IsUnavailable(status)) error["message"] = std::string(status.message());
  if (!details.domain.empty()) error["domain"] = details.domain;
  if (!details.reason.empty()) error["reason"] = details.reason;
  if (!details.metadata.empty()) error["metadata"] = details.metadata;
  for (const FieldViolation& violation : details.field_violations) {
    error["fields"].push_back(violation.field);
  }
  if (details.retry_delay.has_value()) {
    error["retryDelay"] = absl::StrCat(absl::ToDoubleSeconds(*details.retry_delay), "s");
  }
  return error;
}

class Scenario {
 public:
  explicit Scenario(Json context) : context_(std::move(context)), values_(context_["values"]) {}

  // What the line of `step` says besides its name.
  Json Take(const Json& step) {
    if (step.contains("open")) return Open(step);
    if (step.contains("next")) return Next(step);
    if (step.contains("cancel")) return Cancel(step);
    if (step.contains("call")) return Ask(step);
    Refuse("what does this step mean? " + step.dump());
  }

 private:
  const RegistryClient& ClientOf(const Json& step) {
    const std::string name = step.value("connection", "unix");
    std::unique_ptr<RegistryClient>& client = clients_[name];
    if (client != nullptr) return *client;
    const Json& connection = context_["connections"][name];
    ClientOptions options;
    options.address = connection.value("address", "");
    if (connection.contains("ca")) {
      options.tls = {connection.value("ca", ""), connection.value("cert", ""),
                     connection.value("key", ""), ""};
    }
    auto created = RegistryClient::Create(options);
    if (!created.ok()) Refuse(absl::StrCat(created.status().message()));
    client = *std::move(created);
    return *client;
  }

  Json Ask(const Json& step) {
    const auto call = Calls().find(step.value("call", ""));
    if (call == Calls().end()) Refuse("there is no call " + step["call"].dump());
    std::string request = step.value("request", Json::object()).dump();
    for (const auto& [name, value] : values_.items()) {
      const std::string quoted = value.dump();
      request =
          absl::StrReplaceAll(request, {{absl::StrCat("{{", name, "}}"),
                                         absl::string_view(quoted).substr(1, quoted.size() - 2)}});
    }
    RegistryClient::Deadline deadline;
    if (step.contains("timeout_ms")) {
      deadline = absl::Now() + absl::Milliseconds(step["timeout_ms"].get<int>());
    }
    return Shown(step, call->second(ClientOf(step), request, deadline));
  }

  Json Open(const Json& step) {
    if (step["call"] != "WatchServiceConfig") Refuse("this client has no stream " + step.dump());
    watches_[step["open"]] = ClientOf(step).WatchServiceConfig();
    return {{"opened", step["open"]}};
  }

  Json Next(const Json& step) {
    const auto version = Watch(step["next"]).Next();
    if (!version.ok()) return Shown(step, version.status());
    return Shown(step, ToJson(*version));
  }

  Json Cancel(const Json& step) {
    ConfigWatch& watch = Watch(step["cancel"]);
    watch.Cancel();
    for (;;) {
      const auto version = watch.Next();
      if (!version.ok()) return Shown(step, version.status());
    }
  }

  ConfigWatch& Watch(const std::string& name) {
    if (watches_[name] == nullptr) Refuse("nothing was opened as " + name);
    return *watches_[name];
  }

  Json Shown(const Json& step, absl::StatusOr<Json> answer) {
    if (!answer.ok()) return {{"error", ErrorJson(answer.status())}};
    const Json kept = step.value("keep", Json::object());
    for (const auto& [name, field] : kept.items()) {
      values_[name] = answer->value(field.get<std::string>(), "");
    }
    const Json hidden = step.value("hide", Json::array());
    for (const Json& field : hidden) {
      if (answer->contains(field)) (*answer)[field.get<std::string>()] = "*";
    }
    return {{"response", *std::move(answer)}};
  }

  Json context_;
  Json values_;
  std::map<std::string, std::unique_ptr<RegistryClient>> clients_;
  std::map<std::string, std::unique_ptr<ConfigWatch>> watches_;
};

int Main(int argc, char** argv) {
  if (argc != 3) Refuse("usage: scenario_call CONTEXT.json SCENARIO.json");
  Scenario scenario(ReadJson(argv[1]));
  const Json script = ReadJson(argv[2]);
  for (const Json& step : script["steps"]) {
    Json line = scenario.Take(step);
    line["step"] = step["name"];
    std::cout << line.dump() << std::endl;
  }
  return 0;
}

}  // namespace
}  // namespace registryd::client

int main(int argc, char** argv) { return registryd::client::Main(argc, argv); }
