// Row 17 of docs/security.md: kill -9 during a configuration write leaves the
// old or the new configuration, never a torn one. 1,000 kills.

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <random>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "registry/config/state_file.h"
#include "registry/fs/temporary_folder.h"

namespace registryd {
namespace {

constexpr int kKills = 1'000;

// Every part tells the version, so that a mixture of two is noticed; the sizes
// differ, so that a shorter one over a longer one would be too.
SavedState StateOf(uint64_t version) {
  SavedState state{version, {}};
  for (uint64_t i = 0; i < version * 37 % 101; ++i) {
    state.options.mirrors.push_back(absl::StrCat("https://mirror-", version, "-", i));
  }
  state.options.insecure_registries = {absl::StrCat("registry-", version)};
  return state;
}

// Saves one version after the other, and tells each that is saved. Never returns.
[[noreturn]] void SaveForever(const StateFile& file, uint64_t version, int acknowledge) {
  for (;; ++version) {
    if (!file.Save(StateOf(version)).ok()) _exit(1);
    if (write(acknowledge, &version, sizeof version) != sizeof version) _exit(2);
  }
}

TEST(StateFileKillTest, Row17AThousandKillsNeverTearTheState) {
  const TemporaryFolder folder;
  const StateFile file(folder.path());
  std::minstd_rand random(17);
  uint64_t acknowledged = 0;
  uint64_t loaded_version = 0;
  int unacknowledged = 0;

  for (int kill_number = 0; kill_number < kKills; ++kill_number) {
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      close(pipe_ends[0]);
      SaveForever(file, loaded_version + 1, pipe_ends[1]);
    }
    close(pipe_ends[1]);

    // Somewhere within a write: after some that are done, and some work more.
    for (unsigned n = random() % 3; n > 0; --n) {
      ASSERT_EQ(read(pipe_ends[0], &acknowledged, sizeof acknowledged),
                static_cast<ssize_t>(sizeof acknowledged));
    }
    volatile unsigned spin = random() % 300'000;
    while (spin > 0) spin = spin - 1;
    ASSERT_EQ(kill(child, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << WEXITSTATUS(status);
    while (read(pipe_ends[0], &acknowledged, sizeof acknowledged) > 0) {
    }
    close(pipe_ends[0]);

    const auto loaded = file.Load();
    ASSERT_TRUE(loaded.ok()) << "after kill " << kill_number << ": " << loaded.status();
    if (!loaded->has_value()) {
      ASSERT_EQ(acknowledged, 0);
      continue;
    }
    loaded_version = (*loaded)->version;
    ASSERT_EQ(**loaded, StateOf(loaded_version)) << "after kill " << kill_number;
    ASSERT_GE(loaded_version, acknowledged) << "after kill " << kill_number;
    if (loaded_version > acknowledged) ++unacknowledged;
  }
  // Work was done, and some kills hit between the change and its acknowledgement.
  EXPECT_GE(loaded_version, kKills / 2);
  RecordProperty("versions", std::to_string(loaded_version));
  RecordProperty("unacknowledged", unacknowledged);
}

}  // namespace
}  // namespace registryd
