#include "registry/auth/server_message.h"

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "nlohmann/json.hpp"
#include "registry/auth/auth_challenge.h"
#include "registry/base/bounded_json.h"

namespace registryd {
namespace {

using nlohmann::json;
using Meaning = ServerMessage::Meaning;

// Errors beyond these are not worth anybody's time.
constexpr size_t kMaxErrors = 16;

// Of the codes of Docker's distribution protocol.
Meaning MeaningOfCode(absl::string_view code) {
  if (code == "UNAUTHORIZED") return Meaning::kUnauthorized;
  if (code == "DENIED") return Meaning::kDenied;
  if (code == "TOOMANYREQUESTS") return Meaning::kTooManyRequests;
  return Meaning::kNone;
}

// Of a token endpoint's errors, RFC 6749, section 5.2.
Meaning MeaningOfOAuthError(absl::string_view error) {
  if (error == "invalid_grant" || error == "invalid_client" || error == "unauthorized_client") {
    return Meaning::kUnauthorized;
  }
  return error == "access_denied" ? Meaning::kDenied : Meaning::kNone;
}

// Of a challenge's errors, RFC 6750, section 3.1.
Meaning MeaningOfBearerError(absl::string_view error) {
  if (error == "invalid_token") return Meaning::kUnauthorized;
  return error == "insufficient_scope" ? Meaning::kDenied : Meaning::kNone;
}

// "TOO_MANY" as "too many", in the way of Docker's errors.
std::string CodeWords(absl::string_view code) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(code), {{"_", " "}});
}

std::string WithDetail(std::string what, absl::string_view detail) {
  return detail.empty() ? what : absl::StrCat(what, ": ", detail);
}

// The member's text; empty where there is none.
absl::string_view TextOf(json& object, absl::string_view name) {
  json* const member = FindMember(object, name);
  if (member == nullptr || !member->is_string()) return "";
  return member->get_ref<const std::string&>();
}

// The first error whose code has a meaning gives it.
std::optional<ServerMessage> ReadErrors(json& body) {
  json* const errors = FindMember(body, "errors");
  if (errors == nullptr || !errors->is_array()) return std::nullopt;
  ServerMessage message;
  std::vector<std::string> texts;
  for (json& error : *errors) {
    const absl::string_view code = TextOf(error, "code");
    const absl::string_view text = TextOf(error, "message");
    if (code.empty() && text.empty()) continue;
    texts.push_back(code.empty() ? std::string(text) : WithDetail(CodeWords(code), text));
    if (message.meaning == Meaning::kNone) message.meaning = MeaningOfCode(code);
    if (texts.size() == kMaxErrors) break;
  }
  if (texts.empty()) return std::nullopt;
  message.text = absl::StrJoin(texts, "; ");
  return message;
}

ServerMessage ReadJson(int status, json& body) {
  if (const absl::string_view details = TextOf(body, "details"); !details.empty()) {
    return {Meaning::kNone, std::string(details)};
  }
  if (auto errors = ReadErrors(body)) return *std::move(errors);
  const absl::string_view error = TextOf(body, "error");
  if (error.empty()) return {Meaning::kNone, std::string(TextOf(body, "message"))};
  return {status == 400 ? MeaningOfOAuthError(error) : Meaning::kNone,
          WithDetail(std::string(error), TextOf(body, "error_description"))};
}

// Whether the body's type is one whose errors Docker's client reads.
bool IsJson(const HttpResponseHead& head) {
  absl::string_view type = head.Find("Content-Type").value_or("");
  type = absl::StripAsciiWhitespace(type.substr(0, type.find(';')));
  return absl::EqualsIgnoreCase(type, "application/json") ||
         absl::EqualsIgnoreCase(type, "application/vnd.api+json");
}

ServerMessage ReadBody(const HttpResponseHead& head, absl::string_view body) {
  body = absl::StripAsciiWhitespace(body);
  if (body.empty() || body.front() == '<') return {};
  if (IsJson(head)) {
    if (absl::StatusOr<json> parsed = ParseUntrustedJson(body); parsed.ok()) {
      return ReadJson(head.status, *parsed);
    }
  }
  return {Meaning::kNone, std::string(body)};
}

ServerMessage ReadChallenges(const HttpResponseHead& head) {
  for (const AuthChallenge& challenge : ChallengesOf(head)) {
    const auto error = challenge.parameters.find("error");
    if (challenge.scheme != "bearer" || error == challenge.parameters.end()) continue;
    const Meaning meaning = MeaningOfBearerError(error->second);
    if (meaning == Meaning::kNone) continue;
    const auto description = challenge.parameters.find("error_description");
    const bool described = description != challenge.parameters.end();
    return {meaning, WithDetail(CodeWords(error->second), described ? description->second : "")};
  }
  return {};
}

}  // namespace

ServerMessage ReadServerMessage(const HttpResponseHead& head, absl::string_view body) {
  ServerMessage challenge = ReadChallenges(head);
  ServerMessage message = ReadBody(head, body);
  if (challenge.text.empty()) return message;
  if (!message.text.empty()) absl::StrAppend(&challenge.text, "; ", message.text);
  return challenge;
}

}  // namespace registryd
