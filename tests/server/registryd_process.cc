#include "tests/server/registryd_process.h"

#include <cstdlib>
#include <iostream>
#include <utility>

#include "absl/strings/str_cat.h"

namespace registryd {
namespace {

ChildOptions WithProgram(ChildOptions options) {
  const char* const program = std::getenv("REGISTRYD");
  if (program == nullptr) {
    std::cerr << "the variable REGISTRYD does not say where registryd is\n";
    std::abort();
  }
  options.program = program;
  // What the thread sanitizer shall not tell of holds for registryd as well.
  if (const char* const tsan = std::getenv("TSAN_OPTIONS"); tsan != nullptr) {
    options.environment.push_back(absl::StrCat("TSAN_OPTIONS=", tsan));
  }
  if (!options.passed_sockets.empty()) {
    options.environment.push_back(absl::StrCat("LISTEN_FDS=", options.passed_sockets.size()));
    options.environment.push_back("LISTEN_PID=0000000000");
  }
  return options;
}

}  // namespace

RegistrydProcess::RegistrydProcess(const RegistrydOptions& options)
    : ChildProcess(WithProgram(options)) {}

std::vector<nlohmann::json> RegistrydProcess::Records(absl::string_view message) const {
  std::vector<nlohmann::json> records;
  for (nlohmann::json& record : LogRecords()) {
    if (record.value("message", "") == message) records.push_back(std::move(record));
  }
  return records;
}

std::vector<nlohmann::json> RegistrydProcess::WaitForRecords(absl::string_view message,
                                                             size_t count) {
  std::vector<nlohmann::json> records;
  Await([&] {
    records = Records(message);
    return records.size() >= count;
  });
  return records;
}

}  // namespace registryd
