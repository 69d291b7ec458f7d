#include "registry/v1/v1_error.h"

#include <cstddef>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/status/statusor.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "registry/auth/registry_error.h"
#include "registry/auth/server_message.h"
#include "registry/base/bounded_json.h"
#include "registry/base/error.h"
#include "registry/base/utf8.h"

namespace registryd {
namespace {

constexpr size_t kMaxServerMessageBytes = 512;
constexpr absl::string_view kAlreadyExists = "Image already exists";

bool IsObjectOfTexts(const nlohmann::json& value) {
  return value.is_object() && absl::c_all_of(value, [](const nlohmann::json& member) {
           return member.is_string() || member.is_null();
         });
}

}  // namespace

absl::Status V1Error(absl::string_view words, const V1Answer& answer, absl::Time now) {
  // By the status alone, whatever code the body has for it: Docker Engine reads no more.
  HttpResponseHead head{answer.head.status, {}};
  for (const absl::string_view delay : answer.head.FindAll("Retry-After")) {
    head.headers.push_back({"Retry-After", std::string(delay)});
  }
  const absl::Status status = RegistryError(words, head, /*body=*/"", now);
  std::string message(words);
  const std::string server =
      PrintableText(ReadServerMessage(answer.head, answer.body).text, kMaxServerMessageBytes);
  if (!server.empty()) absl::StrAppend(&message, ": ", server);
  absl::Status reworded(status.code(), message);
  status.ForEachPayload([&reworded](absl::string_view url, const absl::Cord& payload) {
    reworded.SetPayload(url, payload);
  });
  return reworded;
}

absl::Status CheckAlreadyExists(const V1Answer& answer) {
  const absl::StatusOr<nlohmann::json> body = ParseUntrustedJson(answer.body);
  if (!body.ok() || !IsObjectOfTexts(*body)) return absl::OkStatus();
  const auto error = body->find("error");
  if (error == body->end() || *error != std::string(kAlreadyExists)) return absl::OkStatus();
  return Error(absl::StatusCode::kAlreadyExists, Reason::kRegistryFailed, kAlreadyExists,
               {{"http_status", absl::StrCat(answer.head.status)}});
}

absl::Status InvalidV1Answer(absl::string_view message) {
  return Error(absl::StatusCode::kInternal, Reason::kResponseInvalid, message);
}

}  // namespace registryd
