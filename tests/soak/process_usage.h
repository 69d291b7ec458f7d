#ifndef REGISTRYD_TESTS_SOAK_PROCESS_USAGE_H_
#define REGISTRYD_TESTS_SOAK_PROCESS_USAGE_H_

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace registryd {

// What a process holds.
struct ProcessUsage {
  int64_t resident_kib = 0;
  int descriptors = 0;
};

// Of a process that runs, as /proc tells it.
ProcessUsage UsageOf(pid_t pid);

// How usage grew, given one sample after each of many equal rounds of work, for
// people; empty if it is flat. The last third of the rounds is compared with the
// third before it, which leaves the first for caches to fill: its highest figure may
// be higher by a twentieth and 4 MiB of memory, and by two descriptors, which come and
// go. Fewer than 12 rounds tell nothing of memory, fewer than 3 nothing at all.
std::string Growth(const std::vector<ProcessUsage>& rounds);

}  // namespace registryd

#endif  // REGISTRYD_TESTS_SOAK_PROCESS_USAGE_H_
