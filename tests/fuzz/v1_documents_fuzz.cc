// What V1 registries answer: X-Docker-Endpoints in the first line, then a body.
#include "absl/strings/match.h"
#include "nlohmann/json.hpp"
#include "registry/uri/origin.h"
#include "registry/v1/v1_documents.h"
#include "registry/v1/v1_image_json.h"
#include "tests/fuzz/error_check.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input.h"

namespace registryd {
namespace {

void CheckInvalid(const absl::Status& status) {
  CheckError(status, absl::StatusCode::kInternal, Reason::kResponseInvalid, 200);
}

void CheckEndpoints(absl::string_view header) {
  static const V1Endpoint& index = *new V1Endpoint(V1Endpoint::Parse("index.example").value());
  HttpResponseHead head;
  head.headers = {{"X-Docker-Endpoints", std::string(header)}};
  const auto endpoints = V1EndpointsOf(head, index);
  if (!endpoints.ok()) return CheckInvalid(endpoints.status());
  for (const std::string& endpoint : *endpoints) {
    FUZZ_CHECK(absl::StartsWith(endpoint, "https://"));
    FUZZ_CHECK(absl::EndsWith(endpoint, "/v1/"));
    const auto url = Url::Parse(endpoint);
    FUZZ_CHECK(url.ok() && !url->has_user_info() && !url->host().empty());
    FUZZ_CHECK(url->query().empty() && url->fragment().empty());
  }
}

}  // namespace

void FuzzOne(absl::string_view input) {
  FuzzInput parts(input);
  CheckEndpoints(parts.Line());
  const absl::string_view body = parts.Rest();

  const std::string quoted = GoJsonString(body);
  const nlohmann::json string = nlohmann::json::parse(quoted, nullptr, false);
  FUZZ_CHECK(string.is_string());
  FUZZ_CHECK(GoJsonString(string.get_ref<const std::string&>()).size() <= 2 * quoted.size());

  const auto history = ParseV1History(body);
  if (!history.ok()) CheckInvalid(history.status());
  const auto tag = ParseV1Tag(body);
  if (!tag.ok()) CheckInvalid(tag.status());
  const auto tags = ParseV1Tags(body);
  if (!tags.ok()) CheckInvalid(tags.status());
  const auto images = ParseV1Images(body);
  if (!images.ok()) return CheckInvalid(images.status());
  std::vector<V1Image> list;
  for (const auto& [id, image] : *images) {
    FUZZ_CHECK(id == image.id);
    list.push_back(image);
  }
  // What is sent to an index reads as what came from one.
  const auto again = ParseV1Images(V1ImagesJson(list));
  FUZZ_CHECK(again.ok() && again->size() == images->size());
  for (const V1Image& image : list) {
    const auto found = again->find(image.id);
    FUZZ_CHECK(found != again->end());
    FUZZ_CHECK(found->second.checksum == image.checksum && found->second.tag == image.tag);
  }
}

}  // namespace registryd
