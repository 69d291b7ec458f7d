#include "tests/registries/docker_registry.h"

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace registryd {
namespace {

// bcrypt, as docker-registry wants it, of TokenServer::kPassword.
constexpr char kHtpasswd[] = "ann:$2y$05$registrydregistrydregeQNqShJqEiu5U/p2rm2zidNm7WXcTWTW\n";

// YAML, of which JSON is a part.
std::string Configuration(const DockerRegistryOptions& options, const TemporaryFolder& folder) {
  nlohmann::json configuration = {
      {"version", "0.1"},
      {"log", {{"level", "info"}, {"formatter", "json"}, {"accesslog", {{"disabled", true}}}}},
      {"storage", {{"inmemory", nlohmann::json::object()}}},
      {"http", {{"addr", absl::StrCat(options.address, ":0")}}},
  };
  if (options.tls.has_value()) {
    folder.Write("server.pem", options.tls->certificate_pem);
    folder.Write("server.key", options.tls->key_pem);
    nlohmann::json& tls = configuration["http"]["tls"];
    tls = {{"certificate", folder.Path("server.pem")}, {"key", folder.Path("server.key")}};
    if (!options.client_authority_pem.empty()) {
      folder.Write("clients.pem", options.client_authority_pem);
      tls["clientcas"] = {folder.Path("clients.pem")};
    }
  }
  if (options.htpasswd) {
    folder.Write("htpasswd", kHtpasswd);
    configuration["auth"]["htpasswd"] = {{"realm", "test"}, {"path", folder.Path("htpasswd")}};
  }
  if (options.tokens != nullptr) {
    folder.Write("tokens.pem", options.tokens->root());
    configuration["auth"]["token"] = {{"realm", options.tokens->realm()},
                                      {"service", TokenServer::kService},
                                      {"issuer", TokenServer::kIssuer},
                                      {"rootcertbundle", folder.Path("tokens.pem")}};
  }
  return configuration.dump();
}

}  // namespace

DockerRegistry::DockerRegistry(const DockerRegistryOptions& options) {
  folder_.Write("config.yml", Configuration(options, folder_));
  const char* const program = std::getenv("DOCKER_REGISTRY");
  ChildOptions child;
  child.program = program == nullptr ? "" : program;
  child.arguments = {"serve", folder_.Path("config.yml")};
  child.environment = {"OTEL_TRACES_EXPORTER=none"};
  process_ = std::make_unique<ChildProcess>(child);
  process_->Await([this] {
    for (const nlohmann::json& record : process_->LogRecords()) {
      const std::string message = record.value("msg", "");
      absl::string_view rest = message;
      if (!absl::ConsumePrefix(&rest, "listening on ")) continue;
      const std::pair<absl::string_view, absl::string_view> address_and_tls =
          absl::StrSplit(rest, absl::MaxSplits(',', 1));
      host_port_ = std::string(address_and_tls.first);
      return true;
    }
    return false;
  });
  EXPECT_NE(host_port_, "") << "docker-registry did not start:\n" << process_->log();
}

}  // namespace registryd
