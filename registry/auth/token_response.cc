#include "registry/auth/token_response.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "registry/base/bounded_json.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

using nlohmann::json;

// Older Docker clients took every token to last a minute.
constexpr int64_t kMinLifetimeSeconds = 60;

absl::Status Invalid(absl::string_view why) {
  return Error(absl::StatusCode::kInternal, Reason::kResponseInvalid, why);
}

absl::Status WrongField(absl::string_view name, absl::string_view expected) {
  return Invalid(absl::StrCat("unable to decode token response: `", name, "` is not ", expected));
}

// Takes the text of a field out; empty without one.
absl::StatusOr<Secret> TakeText(json& object, absl::string_view name) {
  json* const field = FindMember(object, name);
  if (field == nullptr) return Secret();
  if (!field->is_string()) return WrongField(name, "a string");
  return Secret(std::move(field->get_ref<std::string&>()));
}

absl::StatusOr<int64_t> ReadSeconds(json& object, absl::string_view name) {
  json* const field = FindMember(object, name);
  if (field == nullptr) return 0;
  // A number that only fits without a sign is kept apart by the parser.
  const bool fits =
      field->is_number_unsigned()
          ? field->get<uint64_t>() <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max())
          : field->is_number_integer();
  if (!fits) return WrongField(name, "a whole number");
  return field->get<int64_t>();
}

// Whether `text` has the form of an RFC 3339 time, which absl::ParseTime takes more than.
bool IsRfc3339(absl::string_view text) {
  constexpr absl::string_view kForm = "dddd-dd-ddTdd:dd:dd";
  const auto consume = [&text](absl::string_view form) {
    if (text.size() < form.size()) return false;
    for (size_t i = 0; i < form.size(); ++i) {
      if (form[i] == 'd' ? !absl::ascii_isdigit(text[i]) : text[i] != form[i]) return false;
    }
    text.remove_prefix(form.size());
    return true;
  };
  // Go knows no leap seconds.
  const absl::string_view seconds = text.substr(0, kForm.size());
  if (!consume(kForm) || absl::EndsWith(seconds, ":60")) return false;
  if (consume(".d")) {
    while (consume("d")) continue;
  }
  if (consume("Z")) return text.empty();
  return (consume("+dd:dd") || consume("-dd:dd")) && text.empty();
}

absl::StatusOr<absl::Time> ReadIssuedAt(json& object, absl::Time now) {
  constexpr absl::string_view kName = "issued_at";
  json* const field = FindMember(object, kName);
  if (field == nullptr) return now;
  absl::Time time;
  std::string error;
  if (!field->is_string() || !IsRfc3339(field->get_ref<const std::string&>()) ||
      !absl::ParseTime(absl::RFC3339_full, field->get_ref<const std::string&>(), &time, &error)) {
    return WrongField(kName, "an RFC 3339 time");
  }
  // Go's zero time means that there is none.
  static const absl::Time kZero = absl::FromCivil(absl::CivilSecond(1, 1, 1), absl::UTCTimeZone());
  return time == kZero ? now : std::min(time, now);
}

bool FitsIntoHeader(absl::string_view text) {
  return std::none_of(text.begin(), text.end(), absl::ascii_iscntrl);
}

absl::StatusOr<Token> ReadToken(json& answer, TokenMethod method, absl::Time now) {
  if (!answer.is_object() && !answer.is_null()) {
    return Invalid("unable to decode token response: not a JSON object");
  }
  absl::StatusOr<Secret> access_token = TakeText(answer, "access_token");
  if (!access_token.ok()) return access_token.status();
  absl::StatusOr<Secret> other = TakeText(answer, method == TokenMethod::kGet ? "token" : "scope");
  if (!other.ok()) return other.status();
  absl::StatusOr<Secret> refresh_token = TakeText(answer, "refresh_token");
  if (!refresh_token.ok()) return refresh_token.status();
  const absl::StatusOr<int64_t> expires_in = ReadSeconds(answer, "expires_in");
  if (!expires_in.ok()) return expires_in.status();
  const absl::StatusOr<absl::Time> issued_at = ReadIssuedAt(answer, now);
  if (!issued_at.ok()) return issued_at.status();

  if (access_token->empty() && method == TokenMethod::kGet) access_token = std::move(other);
  if (access_token->empty()) {
    return Invalid("authorization server did not include a token in the response");
  }
  if (!FitsIntoHeader(access_token->Reveal())) {
    return Invalid("authorization server sent a token with control characters");
  }
  Token token;
  token.access_token = *std::move(access_token);
  token.refresh_token = *std::move(refresh_token);
  token.expires = *issued_at + absl::Seconds(std::max(*expires_in, kMinLifetimeSeconds));
  return token;
}

}  // namespace

absl::StatusOr<Token> ParseTokenResponse(absl::string_view body, TokenMethod method,
                                         absl::Time now) {
  absl::StatusOr<json> answer = ParseUntrustedJson(body);
  if (!answer.ok()) {
    return Invalid(absl::StrCat("unable to decode token response: ", answer.status().message()));
  }
  const auto wipe = absl::MakeCleanup([&answer] { WipeJson(*answer); });
  return ReadToken(*answer, method, now);
}

}  // namespace registryd
