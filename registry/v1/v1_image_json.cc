#include "registry/v1/v1_image_json.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "registry/base/utf8.h"

namespace registryd {
namespace {

constexpr absl::string_view kLineSeparator = "\xe2\x80\xa8";       // U+2028
constexpr absl::string_view kParagraphSeparator = "\xe2\x80\xa9";  // U+2029

// One character of UTF-8, or one byte that belongs to none.
void AppendEscaped(absl::string_view character, std::string& json) {
  if (character == kLineSeparator) return static_cast<void>(json += "\\u2028");
  if (character == kParagraphSeparator) return static_cast<void>(json += "\\u2029");
  if (character.size() > 1) return absl::StrAppend(&json, character);
  const auto byte = static_cast<unsigned char>(character[0]);
  switch (byte) {
    case '"':
    case '\\':
      json += {'\\', character[0]};
      return;
    case '\b':
      json += "\\b";
      return;
    case '\f':
      json += "\\f";
      return;
    case '\n':
      json += "\\n";
      return;
    case '\r':
      json += "\\r";
      return;
    case '\t':
      json += "\\t";
      return;
    default:
      break;
  }
  if (byte >= 0x80) {
    absl::StrAppend(&json, "\\ufffd");
  } else if (byte < 0x20 || byte == '<' || byte == '>' || byte == '&') {
    absl::StrAppend(&json, "\\u", absl::Hex(byte, absl::kZeroPad4));
  } else {
    json += character[0];
  }
}

void AppendImage(std::string* json, const V1Image& image) {
  absl::StrAppend(json, R"({"id":)", GoJsonString(image.id));
  if (!image.checksum.empty()) {
    absl::StrAppend(json, R"(,"checksum":)", GoJsonString(image.checksum));
  }
  if (!image.tag.empty()) absl::StrAppend(json, R"(,"Tag":)", GoJsonString(image.tag));
  json->push_back('}');
}

}  // namespace

std::string GoJsonString(absl::string_view text) {
  std::string json = "\"";
  while (!text.empty()) {
    const size_t length = std::max<size_t>(Utf8Length(text), 1);
    AppendEscaped(text.substr(0, length), json);
    text.remove_prefix(length);
  }
  json += '"';
  return json;
}

std::string V1ImagesJson(absl::Span<const V1Image> images) {
  return absl::StrCat("[", absl::StrJoin(images, ",", AppendImage), "]");
}

}  // namespace registryd
