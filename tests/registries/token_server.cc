#include "tests/registries/token_server.h"

#include <map>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "nlohmann/json.hpp"
#include "tests/registries/signed_token.h"

namespace registryd {
namespace {

using Form = std::multimap<std::string, std::string>;

std::string Decode(absl::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      decoded += absl::HexStringToBytes(text.substr(i + 1, 2));
      i += 2;
    } else {
      decoded += text[i] == '+' ? ' ' : text[i];
    }
  }
  return decoded;
}

Form ParseForm(absl::string_view text) {
  Form form;
  for (const absl::string_view part : absl::StrSplit(text, '&', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> pair =
        absl::StrSplit(part, absl::MaxSplits('=', 1));
    form.emplace(Decode(pair.first), Decode(pair.second));
  }
  return form;
}

std::string Value(const Form& form, const std::string& name) {
  const auto found = form.find(name);
  return found == form.end() ? "" : found->second;
}

std::vector<std::string> Scopes(const Form& form) {
  std::vector<std::string> scopes;
  const auto [begin, end] = form.equal_range("scope");
  for (auto scope = begin; scope != end; ++scope) {
    for (const absl::string_view one : absl::StrSplit(scope->second, ' ', absl::SkipEmpty())) {
      scopes.emplace_back(one);
    }
  }
  return scopes;
}

ScriptedResponse Json(int status, const nlohmann::json& body) {
  return {status, {{"Content-Type", "application/json"}}, body.dump()};
}

ScriptedHttpServerOptions Options(std::optional<ScriptedTls> tls) {
  ScriptedHttpServerOptions options;
  options.tls = std::move(tls);
  return options;
}

}  // namespace

TokenServer::TokenServer(std::optional<ScriptedTls> tls)
    : signer_(authority_.Issue({})), server_(Options(std::move(tls))) {
  server_.Handle("", "/token", [this](const ScriptedRequest& request) { return Answer(request); });
}

ScriptedResponse TokenServer::Answer(const ScriptedRequest& request) const {
  if (request.method == "POST") {
    const Form form = ParseForm(request.body);
    const bool refresh = Value(form, "grant_type") == "refresh_token" &&
                         Value(form, "refresh_token") == kRefreshToken;
    const bool password = Value(form, "grant_type") == "password" &&
                          Value(form, "username") == kUser && Value(form, "password") == kPassword;
    if (refresh || password) return Grant(kUser, Scopes(form));
    return Json(401, {{"details", "the token was revoked"}});
  }
  const Form form = ParseForm(request.query());
  const std::optional<std::string> authorization = request.Find("Authorization");
  if (!authorization.has_value()) return Grant("", Scopes(form));
  const std::string expected = absl::Base64Escape(absl::StrCat(kUser, ":", kPassword));
  if (*authorization != absl::StrCat("Basic ", expected)) {
    return Json(401, {{"details", "incorrect username or password"}});
  }
  return Grant(kUser, Scopes(form));
}

ScriptedResponse TokenServer::Grant(const std::string& user,
                                    const std::vector<std::string>& scopes) const {
  nlohmann::json access = nlohmann::json::array();
  for (const std::string& scope : scopes) {
    const std::vector<std::string> parts = absl::StrSplit(scope, ':');
    if (parts.size() != 3) continue;
    const std::vector<std::string> actions = absl::StrSplit(parts[2], ',');
    access.push_back({{"type", parts[0]}, {"name", parts[1]}, {"actions", actions}});
  }
  const int64_t now = absl::ToUnixSeconds(absl::Now());
  const nlohmann::json claims = {{"iss", kIssuer},   {"sub", user},     {"aud", kService},
                                 {"exp", now + 300}, {"nbf", now - 60}, {"iat", now},
                                 {"jti", "1"},       {"access", access}};
  nlohmann::json answer = {{"token", SignedToken(claims, signer_)}, {"expires_in", 300}};
  answer["access_token"] = answer["token"];
  if (!user.empty()) answer["refresh_token"] = kRefreshToken;
  return Json(200, answer);
}

}  // namespace registryd
