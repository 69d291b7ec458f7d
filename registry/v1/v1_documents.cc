#include "registry/v1/v1_documents.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "nlohmann/json.hpp"
#include "registry/base/bounded_json.h"
#include "registry/base/error.h"
#include "registry/v1/json_fields.h"

namespace registryd {
namespace {

using nlohmann::json;

absl::Status Invalid(absl::string_view message) {
  return Error(absl::StatusCode::kInternal, Reason::kResponseInvalid, message);
}

// A string or null.
bool ReadText(json& value, std::string& text) {
  if (value.is_null()) return true;
  if (!value.is_string()) return false;
  text = std::move(value.get_ref<std::string&>());
  return true;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ParseV1History(absl::string_view body) {
  absl::StatusOr<json> list = ParseUntrustedJson(body);
  if (!list.ok()) return list.status();
  std::vector<std::string> history;
  if (list->is_null()) return history;
  if (!list->is_array()) return Invalid("an image's history is no list");
  history.reserve(list->size());
  for (json& id : *list) {
    if (!ReadText(id, history.emplace_back())) {
      return Invalid("an image's history holds what is no id");
    }
  }
  return history;
}

absl::StatusOr<std::string> ParseV1Tag(absl::string_view body) {
  absl::StatusOr<json> value = ParseUntrustedJson(body);
  if (!value.ok()) return value.status();
  std::string id;
  if (!ReadText(*value, id)) return Invalid("a tag's image is no id");
  return id;
}

absl::StatusOr<std::map<std::string, std::string>> ParseV1Tags(absl::string_view body) {
  absl::StatusOr<json> object = ParseUntrustedJson(body);
  if (!object.ok()) return object.status();
  std::map<std::string, std::string> tags;
  if (object->is_null()) return tags;
  if (!object->is_object()) return Invalid("a repository's tags are no object");
  for (auto& [tag, id] : object->items()) {
    if (!ReadText(id, tags[tag])) return Invalid("a tag's image is no id");
  }
  return tags;
}

absl::StatusOr<std::map<std::string, V1Image>> ParseV1Images(absl::string_view body) {
  absl::StatusOr<json> list = ParseUntrustedJson(body);
  if (!list.ok()) return list.status();
  std::map<std::string, V1Image> images;
  if (list->is_null()) return images;
  if (!list->is_array()) return Invalid("a repository's images are no list");
  for (json& element : *list) {
    V1Image image;
    if (!element.is_object() || !ReadField(element, "id", image.id) ||
        !ReadField(element, "checksum", image.checksum) || !ReadField(element, "Tag", image.tag)) {
      return Invalid("a repository's images hold what is no image");
    }
    std::string id = image.id;
    images.insert_or_assign(std::move(id), std::move(image));
  }
  return images;
}

absl::StatusOr<std::vector<std::string>> V1EndpointsOf(const HttpResponseHead& head,
                                                       const V1Endpoint& index) {
  std::vector<std::string> endpoints;
  for (const absl::string_view header : head.FindAll("X-Docker-Endpoints")) {
    for (absl::string_view host : absl::StrSplit(header, ',')) {
      host = absl::StripAsciiWhitespace(host);
      if (host.empty()) continue;
      std::string url = absl::StrCat(index.scheme(), "://", host, "/v1/");
      if (!V1Endpoint::Parse(url).ok()) {
        return Invalid("X-Docker-Endpoints names what is no host");
      }
      endpoints.push_back(std::move(url));
    }
  }
  return endpoints;
}

}  // namespace registryd
