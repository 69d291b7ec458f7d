// Makes the calls of one scenario through registryd's RPCs, and prints the outcome.
//
// usage: wire_call SCENARIO.json HOST:PORT
//
// $REGISTRYD names the binary, which is started for this scenario alone. What is
// printed is one line of JSON; README.md says which.
#include <algorithm>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "client/registry_client.h"
#include "nlohmann/json.hpp"
#include "registry/fs/temporary_folder.h"
#include "tests/server/connection.h"
#include "tests/server/registryd_process.h"
#include "tests/wire/scenario_json.h"
#include "tests/wire/v1_steps.h"

namespace registryd {
namespace {

using Json = nlohmann::json;

Json ReadScenario(const std::string& path, const std::string& host) {
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return Json::parse(absl::StrReplaceAll(text, {{"{{host}}", host}}));
}

// registryd as the reference was: it matches insecure registries as Docker does, and
// sends credentials to `host` over plain HTTP.
RegistrydOptions Options(const TemporaryFolder& folder, const std::string& host) {
  RegistrydOptions options;
  options.arguments = {"--listen",
                       absl::StrCat("unix:", folder.Path("s")),
                       "--certs-dir",
                       folder.Path("certs.d"),
                       "--insecure-match",
                       "compatible",
                       "--metrics-listen",
                       "off",
                       "--allow-plaintext-credentials",
                       host};
  return options;
}

Json Auth(const client::RegistryClient& registryd, const Json& in) {
  api::AuthRequest request;
  if (in.contains("auth") && in["auth"].is_object()) {
    FillAuthConfig(in["auth"], request.mutable_auth_config());
  }
  request.set_user_agent(in.value("user_agent", ""));
  const auto response = registryd.Auth(request);
  if (!response.ok()) return Failure(response.status());
  return {{"status", response->status()}, {"identity_token", response->identity_token()}};
}

Json Ping(const client::RegistryClient& registryd, const Json& in) {
  api::PingV2RegistryRequest request;
  request.set_endpoint_url(in.value("url", ""));
  request.set_user_agent(in.value("user_agent", ""));
  const auto response = registryd.PingV2Registry(request);
  if (!response.ok()) return Failure(response.status());
  Json challenges = Json::array();
  for (const api::Challenge& challenge : response->challenges()) {
    std::vector<std::string> names;
    for (const auto& [name, value] : challenge.parameters()) names.push_back(name);
    std::sort(names.begin(), names.end());
    std::string text = challenge.scheme();
    for (const std::string& name : names) {
      absl::StrAppend(&text, " ", name, "=", challenge.parameters().at(name));
    }
    challenges.push_back(std::move(text));
  }
  return {{"challenges", std::move(challenges)}};
}

Json Search(const client::RegistryClient& registryd, const Json& in) {
  api::SearchRequest request;
  request.set_term(in.value("term", ""));
  request.set_limit(in.value("limit", 0));
  request.set_user_agent(in.value("user_agent", ""));
  if (in.contains("auth") && in["auth"].is_object()) {
    FillAuthConfig(in["auth"], request.mutable_auth_config());
  }
  const Json filters = in.value("filters", Json::object());
  for (const auto& [name, values] : filters.items()) {
    for (const auto& value : values) {
      api::SearchFilter* const filter = request.add_filters();
      filter->set_name(name);
      filter->set_value(value.get<std::string>());
    }
  }
  AddHeaders(in, request);
  const auto response = registryd.Search(request);
  if (!response.ok()) return Failure(response.status());
  return {{"results", ResultsJson(response->results())}};
}

Json Call(const client::RegistryClient& registryd, const Json& scenario) {
  const std::string call = scenario.value("call", "");
  const Json& in = scenario.at("in");
  if (call == "auth") return Auth(registryd, in);
  if (call == "ping") return Ping(registryd, in);
  if (call == "search") return Search(registryd, in);
  return {{"error", absl::StrCat("no such call: ", call)}, {"code", "UNIMPLEMENTED"}};
}

int Main(const std::string& path, const std::string& host) {
  const Json scenario = ReadScenario(path, host);
  const TemporaryFolder folder;
  RegistrydProcess process(Options(folder, host));
  if (process.WaitForRecords("listening").empty()) {
    std::cerr << process.log();
    return 1;
  }
  const std::string address = absl::StrCat("unix:", folder.Path("s"));
  const Json outcome = scenario.value("call", "") == "v1"
                           ? MakeV1Steps(address, host, scenario.at("in"))
                           : Call(Caller(address), scenario);
  std::cout << outcome.dump() << "\n";
  return 0;
}

}  // namespace
}  // namespace registryd

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: wire_call SCENARIO.json HOST:PORT\n";
    return 2;
  }
  return registryd::Main(argv[1], argv[2]);
}
