#include "tests/bench/core_case.h"

#include <fstream>

#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"

namespace registryd {
namespace {

using Json = nlohmann::json;

std::vector<std::string> Strings(const Json& object, const char* key) {
  return object.value(key, std::vector<std::string>());
}

// A snapshot's case says only how many registries it has.
std::vector<std::string> Registries(int count) {
  std::vector<std::string> registries;
  for (int i = 0; i < count; ++i) {
    registries.push_back(absl::StrFormat("registry-%05d.example.com:5000", i));
  }
  return registries;
}

CoreCase ToCase(const Json& json) {
  CoreCase c;
  c.name = json.at("name");
  c.question = json.at("question");
  c.text = json.value("text", "");
  const Json options = json.value("options", Json::object());
  c.options.mirrors = Strings(options, "registry-mirrors");
  c.options.insecure_registries = Strings(options, "insecure-registries");
  if (json.contains("registries")) {
    c.options.insecure_registries = Registries(json.at("registries"));
  }
  return c;
}

}  // namespace

CoreInputs ReadCoreInputs(const std::string& path) {
  std::ifstream file(path);
  const Json json = Json::parse(file);
  CoreInputs inputs;
  for (const auto& [name, addresses] : json.at("hosts").items()) inputs.hosts[name] = addresses;
  for (const Json& c : json.at("cases")) inputs.cases.push_back(ToCase(c));
  return inputs;
}

}  // namespace registryd
