#ifndef REGISTRYD_TESTS_CONFORMANCE_REPORT_H_
#define REGISTRYD_TESTS_CONFORMANCE_REPORT_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace registryd {

// What became of the vectors, for people as it happens and for test runners.
class Report {
 public:
  // `name` is FILE:LINE.
  void Pass(absl::string_view op, absl::string_view name);
  // Prints `text`, which is ASCII.
  void Fail(absl::string_view op, absl::string_view name, absl::string_view text);

  int passed() const { return passed_; }
  int failed() const { return failed_; }

  // Writes all cases to `file` in JUnit's form. False if that fails.
  bool WriteXml(const std::string& file) const;

 private:
  struct Case {
    std::string op;
    std::string name;
    std::string failure;  // Empty: passed.
  };

  std::vector<Case> cases_;
  int passed_ = 0;
  int failed_ = 0;
};

}  // namespace registryd

#endif  // REGISTRYD_TESTS_CONFORMANCE_REPORT_H_
