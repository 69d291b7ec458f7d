// docs/errors.md and registry/base/error.h name the same reasons, and the page
// tells of each what a reader needs.
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

using ::testing::UnorderedElementsAreArray;

// What follows a heading of the third level, up to the next heading.
struct Section {
  std::string heading;
  std::vector<std::string> lines;
};

std::vector<Section> ReadSections() {
  std::ifstream page("docs/errors.md");
  const std::string text{std::istreambuf_iterator<char>(page), {}};
  std::vector<Section> sections;
  bool inside = false;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (absl::ConsumePrefix(&line, "### ")) {
      sections.push_back({std::string(line), {}});
      inside = true;
    } else if (absl::StartsWith(line, "#")) {
      inside = false;
    } else if (inside) {
      sections.back().lines.emplace_back(line);
    }
  }
  return sections;
}

// The text behind "- NAME: ", up to the line's end; empty where there is none.
std::string Item(const Section& section, absl::string_view name) {
  for (absl::string_view line : section.lines) {
    if (absl::ConsumePrefix(&line, "- ") && absl::ConsumePrefix(&line, name) &&
        absl::ConsumePrefix(&line, ": ")) {
      return std::string(line);
    }
  }
  return "";
}

bool IsCode(absl::string_view name) {
  for (int code = 1; code <= static_cast<int>(absl::StatusCode::kUnauthenticated); ++code) {
    if (name == absl::StatusCodeToString(static_cast<absl::StatusCode>(code))) return true;
  }
  return false;
}

TEST(ErrorsPage, HasASectionForEachReasonAndNoOther) {
  std::vector<std::string> reasons;
  for (const Reason reason : AllReasons()) reasons.emplace_back(ReasonName(reason));
  std::vector<std::string> headings;
  for (const Section& section : ReadSections()) headings.push_back(section.heading);
  EXPECT_THAT(headings, UnorderedElementsAreArray(reasons));
}

TEST(ErrorsPage, TellsCodeCauseAndRemedyOfEach) {
  for (const Section& section : ReadSections()) {
    SCOPED_TRACE(section.heading);
    EXPECT_NE(Item(section, "Cause"), "");
    EXPECT_NE(Item(section, "Remedy"), "");
    const std::vector<std::string> codes = absl::StrSplit(Item(section, "Code"), ", ");
    for (absl::string_view code : codes) {
      EXPECT_TRUE(absl::ConsumePrefix(&code, "`") && absl::ConsumeSuffix(&code, "`")) << code;
      EXPECT_TRUE(IsCode(code)) << code;
    }
  }
}

}  // namespace
}  // namespace registryd
