#include "client/registryctl/output.h"

#include <algorithm>
#include <cstddef>
#include <ostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/registryctl/terminal_text.h"
#include "google/protobuf/util/json_util.h"

namespace registryd::registryctl {

Table::Table(std::vector<std::string> header) : header_rows_(header.empty() ? 0 : 1) {
  if (!header.empty()) Row(std::move(header));
}

Table& Table::Row(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = TerminalText(cell);
  rows_.push_back(std::move(cells));
  return *this;
}

Table& Table::List(const std::string& name, const std::vector<std::string>& values) {
  if (values.empty()) return Row({name, "-"});
  for (size_t i = 0; i < values.size(); ++i) Row({i == 0 ? name : "", values[i]});
  return *this;
}

void Table::Write(std::ostream& out) const {
  std::vector<size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], TerminalWidth(row[i]));
  }
  for (const auto& row : rows_) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      absl::StrAppend(&line, row[i], std::string(widths[i] - TerminalWidth(row[i]) + 2, ' '));
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
  }
}

std::string YesNo(bool value) { return value ? "yes" : "no"; }

std::string OrDash(const std::string& text) { return text.empty() ? "-" : text; }

absl::Status WriteJson(const google::protobuf::Message& message, JsonLayout layout,
                       std::ostream& out) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = layout == JsonLayout::kIndented;
  options.always_print_primitive_fields = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  if (!status.ok()) {
    return absl::InternalError(
        absl::StrCat("the answer is no JSON: ", std::string(status.message())));
  }
  out << json;
  if (json.empty() || json.back() != '\n') out << '\n';
  return absl::OkStatus();
}

}  // namespace registryd::registryctl
