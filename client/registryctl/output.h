#ifndef REGISTRYD_CLIENT_REGISTRYCTL_OUTPUT_H_
#define REGISTRYD_CLIENT_REGISTRYCTL_OUTPUT_H_

#include <iosfwd>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace registryd::registryctl {

// Rows of text in aligned columns, two spaces apart, safe for a terminal.
// Lines have no blanks at their ends.
class Table {
 public:
  // Without a header, if `header` is empty.
  explicit Table(std::vector<std::string> header = {});

  // A row may be shorter or longer than others.
  Table& Row(std::vector<std::string> cells);

  // A row for each of `values`, the first with `name` before it; one with `-` if
  // there are none.
  Table& List(const std::string& name, const std::vector<std::string>& values);

  // Whether there is no row besides the header.
  bool empty() const { return rows_.size() == header_rows_; }

  void Write(std::ostream& out) const;

 private:
  std::vector<std::vector<std::string>> rows_;
  size_t header_rows_;
};

// `yes` or `no`.
std::string YesNo(bool value);

// `text`, or `-` if it is empty.
std::string OrDash(const std::string& text);

enum class JsonLayout {
  kIndented,
  kOneLine,
};

// Writes `message` as Protobuf's own JSON mapping has it, with a newline:
// lowerCamelCase names, 64-bit numbers as strings. Fields that hold their
// default are written too. Returns INTERNAL if the message holds text that is
// not UTF-8.
absl::Status WriteJson(const google::protobuf::Message& message, JsonLayout layout,
                       std::ostream& out);

}  // namespace registryd::registryctl

#endif  // REGISTRYD_CLIENT_REGISTRYCTL_OUTPUT_H_
