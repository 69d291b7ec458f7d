#include "tests/soak/process_usage.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace registryd {
namespace {

constexpr size_t kFewestForMemory = 12;
constexpr int64_t kSlackKiB = 4096;
constexpr int kSlackDescriptors = 2;

struct Highest {
  int64_t resident_kib = 0;
  int descriptors = 0;
};

Highest HighestOf(std::vector<ProcessUsage>::const_iterator begin,
                  std::vector<ProcessUsage>::const_iterator end) {
  Highest highest;
  for (; begin != end; ++begin) {
    highest.resident_kib = std::max(highest.resident_kib, begin->resident_kib);
    highest.descriptors = std::max(highest.descriptors, begin->descriptors);
  }
  return highest;
}

}  // namespace

ProcessUsage UsageOf(pid_t pid) {
  ProcessUsage usage;
  std::ifstream status(absl::StrCat("/proc/", pid, "/status"));
  for (std::string line; std::getline(status, line);) {
    absl::string_view rest = line;
    if (absl::ConsumePrefix(&rest, "VmRSS:") && absl::ConsumeSuffix(&rest, "kB") &&
        absl::SimpleAtoi(rest, &usage.resident_kib)) {
      break;
    }
  }
  const std::filesystem::directory_iterator open(absl::StrCat("/proc/", pid, "/fd"));
  usage.descriptors = static_cast<int>(std::distance(begin(open), end(open)));
  return usage;
}

std::string Growth(const std::vector<ProcessUsage>& rounds) {
  const auto third = static_cast<std::ptrdiff_t>(rounds.size() / 3);
  if (third == 0) return "";
  const Highest before = HighestOf(rounds.end() - 2 * third, rounds.end() - third);
  const Highest last = HighestOf(rounds.end() - third, rounds.end());
  if (last.descriptors > before.descriptors + kSlackDescriptors) {
    return absl::StrCat("file descriptors: ", before.descriptors, ", then ", last.descriptors);
  }
  if (rounds.size() >= kFewestForMemory &&
      last.resident_kib > before.resident_kib + before.resident_kib / 20 + kSlackKiB) {
    return absl::StrCat("memory: ", before.resident_kib, " KiB, then ", last.resident_kib, " KiB");
  }
  return "";
}

}  // namespace registryd
