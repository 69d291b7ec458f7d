// Docker's config.json. @@ stands for a secret in an input, base64 of USER:@@ for %%: no
// error shows either.
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "nlohmann/json.hpp"
#include "registry/auth/docker_config_file.h"
#include "registry/auth/json_walk.h"
#include "tests/fuzz/error_check.h"
#include "tests/fuzz/fuzz.h"

namespace registryd {
namespace {

constexpr char kSecret[] = "canary-password";

// `secret` stands in a key. Keys are named in errors.
bool NamesSecret(absl::string_view text, absl::string_view secret) {
  bool named = false;
  (void)WalkJson(text, [&](const JsonValue& value) {
    for (const std::string& key : value.path) named |= absl::StrContains(key, secret);
    return absl::OkStatus();
  });
  return named;
}

}  // namespace

void FuzzOne(absl::string_view input) {
  static const auto& encoded = *new std::string(absl::Base64Escape(absl::StrCat("user:", kSecret)));
  const std::string text = absl::StrReplaceAll(input, {{"@@", kSecret}, {"%%", encoded}});
  const absl::StatusOr<DockerConfig> config = ParseDockerConfig(text);
  if (!config.ok()) {
    FUZZ_CHECK(config.status().code() == absl::StatusCode::kInvalidArgument);
    CheckShowable(config.status().message(), 16 * text.size() + 256);
    for (const absl::string_view secret :
         {absl::string_view(kSecret), absl::string_view(encoded)}) {
      FUZZ_CHECK(!absl::StrContains(config.status().message(), secret) ||
                 NamesSecret(text, secret));
    }
    return;
  }
  // What is read by one parser is JSON to another.
  FUZZ_CHECK(nlohmann::json::accept(text) || absl::StripAsciiWhitespace(text).empty());
  FUZZ_CHECK(config->auths.size() <= text.size());
  for (const auto& [key, entry] : config->auths) {
    FUZZ_CHECK(entry.server_address == key);
    FUZZ_CHECK(entry.auth.empty());
  }
}

}  // namespace registryd
