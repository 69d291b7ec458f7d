#include "registry/auth/token_response.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "registry/auth/rfc3339_time.h"
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

absl::StatusOr<absl::Time> ReadIssuedAt(json& object, absl::Time now) {
  constexpr absl::string_view kName = "issued_at";
  json* const field = FindMember(object, kName);
  if (field == nullptr) return now;
  const std::optional<absl::Time> time =
      field->is_string() ? ParseRfc3339Time(field->get_ref<const std::string&>()) : std::nullopt;
  if (!time.has_value()) return WrongField(kName, "an RFC 3339 time");
  // Go's zero time means that there is none.
  static const absl::Time kZero = absl::FromCivil(absl::CivilSecond(1, 1, 1), absl::UTCTimeZone());
  return time == kZero ? now : std::min(*time, now);
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
  if (access_token->empty() && method == TokenMethod::kGet) {
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
    return Error(answer.status().code(), ReasonOf(answer.status()),
                 absl::StrCat("unable to decode token response: ", answer.status().message()));
  }
  const auto wipe = absl::MakeCleanup([&answer] { WipeJson(*answer); });
  return ReadToken(*answer, method, now);
}

}  // namespace registryd
