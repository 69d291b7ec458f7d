#include "tests/conformance/report.h"

#include <fstream>
#include <iostream>

#include "absl/strings/str_replace.h"

namespace registryd {
namespace {

std::string XmlText(absl::string_view text) {
  return absl::StrReplaceAll(
      text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"\n", "&#10;"}});
}

}  // namespace

void Report::Pass(absl::string_view op, absl::string_view name) {
  ++passed_;
  cases_.push_back({std::string(op), std::string(name), ""});
}

void Report::Fail(absl::string_view op, absl::string_view name, absl::string_view text) {
  ++failed_;
  std::cout << "FAILED " << name << " " << op << "\n" << text << "\n";
  cases_.push_back({std::string(op), std::string(name), std::string(text)});
}

bool Report::WriteXml(const std::string& file) const {
  std::ofstream xml(file);
  xml << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n<testsuite "
         "name=\"conformance\" "
      << "tests=\"" << cases_.size() << "\" failures=\"" << failed_ << "\">\n";
  for (const Case& c : cases_) {
    xml << "<testcase classname=\"" << XmlText(c.op) << "\" name=\"" << XmlText(c.name)
        << "\" status=\"run\"";
    if (c.failure.empty()) {
      xml << "/>\n";
    } else {
      xml << "><failure message=\"" << XmlText(c.failure) << "\"/></testcase>\n";
    }
  }
  xml << "</testsuite>\n</testsuites>\n";
  xml.close();
  return static_cast<bool>(xml);
}

}  // namespace registryd
