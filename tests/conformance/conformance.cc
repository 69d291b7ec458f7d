// conformance DIR|FILE...
//
// Asks this build of the service what the reference implementation was asked,
// and compares the answers: every line of every *.jsonl file of each DIR, and of
// each FILE. DNS is the hosts.json beside them, or a copy of vectors/hosts.json.
// Prints what differs, and ends with "N passed, M failed". Exits 0 if something
// passed and nothing failed.
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/conformance/question.h"
#include "tests/conformance/report.h"
#include "tests/conformance/service_under_test.h"
#include "tests/conformance/vector.h"

namespace registryd {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr char kDefaultHosts[] =
#include "tests/conformance/default_hosts.inc"
    ;  // NOLINT: the literal stands alone in its file.

// Files of vectors, in order, and where their DNS is.
struct Input {
  std::vector<fs::path> files;
  fs::path hosts;
};

absl::StatusOr<Input> FindInput(const fs::path& argument) {
  std::error_code error;
  if (!fs::is_directory(argument, error)) {
    return Input{{argument}, argument.parent_path() / "hosts.json"};
  }
  std::set<fs::path> files;
  for (fs::directory_iterator entry(argument, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().extension() == ".jsonl") files.insert(entry->path());
  }
  if (error) return absl::NotFoundError(absl::StrCat("cannot list ", argument.string()));
  if (files.empty()) {
    return absl::NotFoundError(absl::StrCat("no *.jsonl files in ", argument.string()));
  }
  return Input{{files.begin(), files.end()}, argument / "hosts.json"};
}

absl::StatusOr<FakeDnsResolver::Table> FindHosts(const fs::path& file) {
  std::error_code error;
  return fs::exists(file, error) ? ReadHosts(file.string()) : ParseHosts(kDefaultHosts);
}

std::string Print(const Json& json) {
  return json.dump(/*indent=*/-1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace);
}

Json ErrorAnswer(const absl::Status& status) {
  return {{"code", absl::StatusCodeToString(status.code())},
          {"error", std::string(status.message())}};
}

// Configures the service as `vector` says, and asks it.
absl::StatusOr<Json> Ask(ServiceUnderTest& service, const Vector& vector) {
  const Question question = FindQuestion(vector.op);
  if (question == nullptr) return absl::UnimplementedError("no such operation");
  if (absl::Status s = service.Configure(vector.options); !s.ok()) return s;
  try {
    return question(service, vector.in);
  } catch (const Json::exception& error) {
    return absl::DataLossError(error.what());
  }
}

void Check(ServiceUnderTest& service, const Vector& vector, Report& report) {
  const std::string name = absl::StrCat(vector.file, ":", vector.line);
  const absl::StatusOr<Json> answer = Ask(service, vector);
  const bool passed = vector.wants_error()
                          ? answer.status().code() == absl::StatusCode::kInvalidArgument
                          : answer.ok() && *answer == vector.want;
  if (passed) return report.Pass(vector.op, name);
  const Json got = answer.ok() ? *answer : ErrorAnswer(answer.status());
  report.Fail(vector.op, name,
              absl::StrCat("  in   ", Print(vector.in), "\n  got  ", Print(got), "\n  want ",
                           Print(vector.want)));
}

void CheckFile(ServiceUnderTest& service, const std::string& file, Report& report) {
  const absl::StatusOr<std::vector<Vector>> vectors = ReadVectors(file);
  if (!vectors.ok()) return report.Fail("read", file, vectors.status().message());
  for (const Vector& vector : *vectors) Check(service, vector, report);
}

void CheckArgument(const std::string& argument, Report& report) {
  const absl::StatusOr<Input> input = FindInput(argument);
  if (!input.ok()) return report.Fail("read", argument, input.status().message());
  const auto hosts = FindHosts(input->hosts);
  if (!hosts.ok()) return report.Fail("read", argument, hosts.status().message());
  ServiceUnderTest service(*hosts);
  for (const fs::path& file : input->files) CheckFile(service, file.string(), report);
}

int Main(int argc, char** argv) {
  Report report;
  if (argc < 2) std::cerr << "usage: conformance DIR|FILE...\n";
  for (int i = 1; i < argc; ++i) CheckArgument(argv[i], report);
  // Where Bazel, for one, expects it.
  const char* const xml = std::getenv("XML_OUTPUT_FILE");
  if (xml != nullptr && !report.WriteXml(xml)) report.Fail("write", xml, "cannot be written");
  std::cout << report.passed() << " passed, " << report.failed() << " failed" << std::endl;
  return report.passed() > 0 && report.failed() == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace registryd

int main(int argc, char** argv) { return registryd::Main(argc, argv); }
