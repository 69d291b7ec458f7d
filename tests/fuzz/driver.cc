// Runs a fuzz target without libFuzzer: each seed, and then mutations of the seeds, the
// same ones each time.
//
//   driver RUNS FOLDER
//
// When the target fails, the input is written to standard error as a C string, and as it
// is to $TEST_UNDECLARED_OUTPUTS_DIR/input, where that is set.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/mutator.h"

namespace registryd {
namespace {

// What runs, for the handler of the signal that ends it.
const std::vector<char>* g_input = nullptr;

// In a process that is about to end, and whose heap may be damaged: it says what it can.
void Report(int signal) {
  std::signal(signal, SIG_DFL);
  if (const char* folder = std::getenv("TEST_UNDECLARED_OUTPUTS_DIR"); folder != nullptr) {
    const std::string path = std::string(folder) + "/input";
    const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0 || write(file, g_input->data(), g_input->size()) < 0) std::perror("input");
    close(file);
  }
  const std::string text = absl::CHexEscape(absl::string_view(g_input->data(), g_input->size()));
  std::fprintf(stderr, "the input was \"%s\"\n", text.c_str());
  std::raise(signal);
}

// In memory of exactly its size, so that the address sanitizer sees what reads beyond.
void Run(const std::string& input) {
  const std::vector<char> exact(input.begin(), input.end());
  g_input = &exact;
  FuzzOne(absl::string_view(exact.data(), exact.size()));
}

std::vector<std::string> ReadSeeds(const std::string& folder) {
  std::vector<std::filesystem::path> paths;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> seeds;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return seeds;
}

int Main(int argc, char** argv) {
  int runs = 0;
  if (argc != 3 || !absl::SimpleAtoi(argv[1], &runs)) {
    std::fputs("usage: driver RUNS FOLDER\n", stderr);
    return 2;
  }
  const std::vector<std::string> seeds = ReadSeeds(argv[2]);
  if (seeds.empty()) {
    std::fprintf(stderr, "no seeds in %s\n", argv[2]);
    return 1;
  }
  for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) std::signal(signal, Report);
  for (const std::string& seed : seeds) Run(seed);
  Mutator mutator(seeds);
  for (int i = 0; i < runs; ++i) Run(mutator.Next());
  std::printf("%zu seeds, %d mutations\n", seeds.size(), runs);
  return 0;
}

}  // namespace
}  // namespace registryd

int main(int argc, char** argv) { return registryd::Main(argc, argv); }
