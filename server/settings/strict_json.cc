#include "server/settings/strict_json.h"

#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace registryd {
namespace {

using nlohmann::json;

// Watches a document being parsed, and throws at the first thing that a file
// written by a person should not have.
class Watch {
 public:
  // The parser's callback. `depth` is that of the event's own value.
  bool operator()(int depth, json::parse_event_t event, const json& parsed) {
    switch (event) {
      case json::parse_event_t::object_start:
      case json::parse_event_t::array_start:
        if (depth >= kMaxJsonDepth) {
          throw std::runtime_error(absl::StrCat("more than ", kMaxJsonDepth, " levels deep"));
        }
        keys_.emplace_back();
        break;
      case json::parse_event_t::object_end:
      case json::parse_event_t::array_end:
        keys_.pop_back();
        break;
      case json::parse_event_t::key: {
        const auto& key = parsed.get_ref<const std::string&>();
        if (!keys_.back().insert(key).second) {
          throw std::runtime_error(
              absl::StrCat("the key \"", key, "\" stands twice in one object"));
        }
        break;
      }
      case json::parse_event_t::value:
        break;
    }
    return true;
  }

 private:
  std::vector<std::set<std::string>> keys_;  // Of each object or array that is open.
};

// The library's message without its "[json.exception...] ", and without what it
// read last: that may be a piece of a password.
absl::string_view Position(absl::string_view message) {
  const size_t tag = message.find("] ");
  if (tag != absl::string_view::npos) message.remove_prefix(tag + 2);
  return message.substr(0, message.find("; last read:"));
}

}  // namespace

absl::StatusOr<json> ParseStrictJson(absl::string_view text) {
  try {
    Watch watch;
    return json::parse(text.begin(), text.end(), std::ref(watch));
  } catch (const json::exception& e) {
    return absl::InvalidArgumentError(Position(e.what()));
  } catch (const std::runtime_error& e) {
    return absl::InvalidArgumentError(e.what());
  }
}

absl::string_view JsonTypeName(const json& value) {
  switch (value.type()) {
    case json::value_t::object:
      return "an object";
    case json::value_t::array:
      return "an array";
    case json::value_t::string:
      return "a string";
    case json::value_t::boolean:
      return "true or false";
    case json::value_t::number_integer:
    case json::value_t::number_unsigned:
      return "a whole number";
    case json::value_t::number_float:
      return "a fraction";
    case json::value_t::null:
    case json::value_t::binary:
    case json::value_t::discarded:
      return "null";
  }
  return "null";
}

}  // namespace registryd
