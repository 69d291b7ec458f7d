// What an answer of the core takes when everything about its host is known: no lock,
// no system call, and no more than two allocations. Asked are the questions of
// inputs.json, over the real caches.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/bench/core_case.h"
#include "tests/bench/counted_new.h"
#include "tests/bench/warm_core.h"

namespace {

thread_local uint64_t locks = 0;

}  // namespace

// The linker sends every call of the functions that take a lock here, as BUILD.bazel
// tells it to; these are the functions themselves.
void TakeMutex(absl::Mutex*) asm("__real__ZN4absl7debian35Mutex4LockEv");
void TakeMutexToRead(absl::Mutex*) asm("__real__ZN4absl7debian35Mutex10ReaderLockEv");
int TakePthreadMutex(pthread_mutex_t*) asm("__real_pthread_mutex_lock");

void CountMutex(absl::Mutex* mutex) asm("__wrap__ZN4absl7debian35Mutex4LockEv");
void CountMutex(absl::Mutex* mutex) {
  ++locks;
  TakeMutex(mutex);
}

void CountMutexToRead(absl::Mutex* mutex) asm("__wrap__ZN4absl7debian35Mutex10ReaderLockEv");
void CountMutexToRead(absl::Mutex* mutex) {
  ++locks;
  TakeMutexToRead(mutex);
}

int CountPthreadMutex(pthread_mutex_t* mutex) asm("__wrap_pthread_mutex_lock");
int CountPthreadMutex(pthread_mutex_t* mutex) {
  ++locks;
  return TakePthreadMutex(mutex);
}

namespace registryd {
namespace {

constexpr int kTimes = 100;
constexpr int kAnswered = 0;
constexpr int kNotAnswered = 1;
constexpr int kNoFilter = 2;

bool UnderSanitizer() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return true;
#else
  return false;
#endif
}

// From now on the kernel kills this process at any system call but the one that ends
// it. The time does not count: it is read without entering the kernel, except on
// machines whose clock allows no other way.
bool ForbidSystemCalls() {
  sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_exit_group, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_clock_gettime, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  sock_fprog program = {sizeof(filter) / sizeof(filter[0]), filter};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

// How a process ends that does `work` so often and may make no system call.
int StatusWithoutSystemCalls(const std::function<bool()>& work) {
  const pid_t child = fork();
  if (child == 0) {
    if (!ForbidSystemCalls()) _exit(kNoFilter);
    for (int i = 0; i < kTimes; ++i) {
      if (!work()) _exit(kNotAnswered);
    }
    _exit(kAnswered);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

MATCHER(KernelHasNoFilters, "") { return WIFEXITED(arg) && WEXITSTATUS(arg) == kNoFilter; }
MATCHER(Answered, "") { return WIFEXITED(arg) && WEXITSTATUS(arg) == kAnswered; }
MATCHER(KilledByKernel, "") { return WIFSIGNALED(arg) && WTERMSIG(arg) == SIGSYS; }

CoreInputs Inputs() { return ReadCoreInputs("tests/bench/inputs.json"); }

// The paths that must be quick: what is read from a file of settings or asked of the
// network is not among them.
std::vector<CoreCase> WarmPaths() {
  std::vector<CoreCase> cases;
  for (CoreCase& c : Inputs().cases) {
    if (c.question != "snapshot" && c.question != "challenge") cases.push_back(std::move(c));
  }
  return cases;
}

// The list of endpoints and the text of the URL; an insecure host has two URLs.
uint64_t MaxAllocations(const CoreCase& c) {
  const std::vector<std::string>& insecure = c.options.insecure_registries;
  return std::find(insecure.begin(), insecure.end(), c.text) == insecure.end() ? 2 : 3;
}

class WarmPathTest : public ::testing::TestWithParam<CoreCase> {
 protected:
  WarmCore core_{Inputs().hosts};
  const std::function<bool()> ask_ = core_.Prepare(GetParam());
};

TEST_P(WarmPathTest, TakesNoLock) {
  const uint64_t before = locks;
  for (int i = 0; i < kTimes; ++i) EXPECT_TRUE(ask_());
  EXPECT_EQ(locks, before);
}

TEST_P(WarmPathTest, MakesNoSystemCall) {
  if (UnderSanitizer()) GTEST_SKIP() << "sanitizers make system calls of their own";
  const int status = StatusWithoutSystemCalls(ask_);
  if (::testing::Value(status, KernelHasNoFilters())) GTEST_SKIP() << "the kernel has no seccomp";
  EXPECT_THAT(status, Answered());
}

TEST_P(WarmPathTest, AllocatesNoMoreThanItsAnswer) {
  const uint64_t before = Allocations();
  EXPECT_TRUE(ask_());
  EXPECT_LE(Allocations() - before, MaxAllocations(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Core, WarmPathTest, ::testing::ValuesIn(WarmPaths()),
                         [](const auto& info) { return info.param.name; });

// The instruments see what they are there for.

TEST(InstrumentsTest, LocksAreCounted) {
  const uint64_t before = locks;
  absl::Mutex mutex;
  { absl::MutexLock lock(&mutex); }
  { absl::ReaderMutexLock lock(&mutex); }
  std::mutex standard;
  { std::lock_guard<std::mutex> lock(standard); }
  EXPECT_EQ(locks - before, 3u);
}

TEST(InstrumentsTest, SystemCallsAreFatal) {
  const int status = StatusWithoutSystemCalls([] { return syscall(__NR_getppid) > 0; });
  if (::testing::Value(status, KernelHasNoFilters())) GTEST_SKIP() << "the kernel has no seccomp";
  EXPECT_THAT(status, KilledByKernel());
}

TEST(InstrumentsTest, AllocationsAreCounted) {
  const uint64_t before = Allocations();
  const std::string text(100, 'x');
  EXPECT_EQ(Allocations() - before, 1u) << text;
}

}  // namespace
}  // namespace registryd
