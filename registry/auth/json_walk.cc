#include "registry/auth/json_walk.h"

#include <cstddef>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "registry/base/secret.h"

namespace registryd {
namespace {

using nlohmann::json;

// The parser's events. Each returns whether to go on.
class Walker {
 public:
  explicit Walker(absl::FunctionRef<absl::Status(const JsonValue&)> visit) : visit_(visit) {}

  absl::Status status() const { return status_; }

  // What nlohmann's parser calls; the names are its own.
  bool null() { return Visit(JsonKind::kNull); }
  bool boolean(bool) { return Visit(JsonKind::kOther); }
  bool number_integer(json::number_integer_t) { return Visit(JsonKind::kOther); }
  bool number_unsigned(json::number_unsigned_t) { return Visit(JsonKind::kOther); }
  bool number_float(json::number_float_t, const std::string&) { return Visit(JsonKind::kOther); }
  bool binary(json::binary_t&) { return Visit(JsonKind::kOther); }
  bool string(std::string& text) {
    const bool go_on = Visit(JsonKind::kString, &text);
    Wipe(text);
    return go_on;
  }
  bool start_object(size_t) { return Visit(JsonKind::kObject) && Enter(); }
  bool start_array(size_t) { return Visit(JsonKind::kArray) && Enter(); }
  bool key(const std::string& key) {
    path_.back() = key;
    return true;
  }
  bool end_object() { return Leave(); }
  bool end_array() { return Leave(); }
  bool parse_error(size_t position, const std::string&, const json::exception&) {
    status_ = absl::InvalidArgumentError(absl::StrCat("not JSON at byte ", position));
    return false;
  }

 private:
  bool Visit(JsonKind kind, std::string* text = nullptr) {
    status_ = visit_({path_, kind, text});
    return status_.ok();
  }

  bool Enter() {
    if (path_.size() == kMaxWalkDepth) {
      status_ =
          absl::InvalidArgumentError(absl::StrCat("more than ", kMaxWalkDepth, " levels deep"));
      return false;
    }
    path_.emplace_back();
    return true;
  }

  bool Leave() {
    path_.pop_back();
    return true;
  }

  const absl::FunctionRef<absl::Status(const JsonValue&)> visit_;
  std::vector<std::string> path_;
  absl::Status status_;
};

}  // namespace

absl::Status WalkJson(absl::string_view text,
                      absl::FunctionRef<absl::Status(const JsonValue&)> visit) {
  Walker walker(visit);
  json::sax_parse(text.begin(), text.end(), &walker);
  return walker.status();
}

}  // namespace registryd
