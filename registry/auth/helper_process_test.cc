#include "registry/auth/helper_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/fs/file_descriptor.h"
#include "registry/fs/temporary_folder.h"

namespace registryd {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr absl::Duration kLong = absl::Minutes(5);

class RunHelperTest : public testing::Test {
 protected:
  absl::StatusOr<HelperOutput> Run(absl::string_view script, absl::Duration timeout = kLong,
                                   Cancellation* cancellation = nullptr) {
    return RunHelper({"/bin/sh", {"-c", std::string(script)}, environment_, input_}, timeout,
                     cancellation);
  }

  // A pipe in the file system, on which a script can say that it has come so far.
  std::string MakeFifo() {
    const std::string path = folder_.Path("fifo");
    EXPECT_EQ(mkfifo(path.c_str(), 0600), 0);
    return path;
  }

  // No child is left that nobody has waited for.
  void TearDown() override {
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
    EXPECT_EQ(errno, ECHILD);
  }

  const TemporaryFolder folder_;
  std::vector<std::string> environment_ = {"PATH=/bin:/usr/bin"};
  std::string input_;
};

TEST_F(RunHelperTest, GivesInputAndTakesBothOutputs) {
  input_ = "question";
  const auto output = Run("read line; echo \"got $line\"; echo complaint >&2; exit 3");
  ASSERT_TRUE(output.ok()) << output.status();
  EXPECT_EQ(output->exit_code, 3);
  EXPECT_EQ(output->standard_output.Reveal(), "got question\n");
  EXPECT_EQ(output->standard_error, "complaint\n");
}

TEST_F(RunHelperTest, EndsTheInput) {
  EXPECT_EQ(Run("cat; echo end")->standard_output.Reveal(), "end\n");
  input_ = "x";
  EXPECT_EQ(Run("cat; echo end")->standard_output.Reveal(), "xend\n");
}

TEST_F(RunHelperTest, MindsNoOneWhoDoesNotRead) {
  input_ = std::string(kMaxHelperInputBytes, 'x');
  EXPECT_EQ(Run("exec 0<&-; exit 0")->exit_code, 0);
  EXPECT_EQ(Run("wc -c | tr -d ' '")->standard_output.Reveal(), "4096\n");
  input_ += 'x';
  EXPECT_EQ(Run("exit 0").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(RunHelperTest, TellsTheSignalThatEndedIt) {
  EXPECT_EQ(Run("kill -TERM $$")->exit_code, 128 + SIGTERM);
}

TEST_F(RunHelperTest, PassesTheEnvironmentAndNoMore) {
  ASSERT_EQ(setenv("HELPER_PROCESS_TEST", "canary", 1), 0);
  environment_ = {"PATH=/bin:/usr/bin", "GIVEN=yes"};
  const auto output = Run("env");
  EXPECT_THAT(output->standard_output.Reveal(), HasSubstr("GIVEN=yes\n"));
  EXPECT_THAT(output->standard_output.Reveal(), Not(HasSubstr("canary")));
}

TEST_F(RunHelperTest, PassesNoOtherDescriptor) {
  // One that an exec would keep, and is not easily mistaken for another.
  const FileDescriptor open(fcntl(STDERR_FILENO, F_DUPFD, 200));
  ASSERT_TRUE(open.valid());
  EXPECT_EQ(Run("for fd in /proc/self/fd/*; do test -e $fd && echo ${fd##*/}; done")
                ->standard_output.Reveal(),
            "0\n1\n2\n");
}

// The service blocks and ignores signals; a helper must not.
TEST_F(RunHelperTest, ResetsSignals) {
  std::string masks;
  std::thread([&] {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, nullptr);
    const auto before = signal(SIGPIPE, SIG_IGN);
    masks = std::string(
        Run("grep -E '^Sig(Blk|Ign)' /proc/self/status | cut -f 2")->standard_output.Reveal());
    signal(SIGPIPE, before);
  }).join();
  int found = 0;
  for (const absl::string_view mask : absl::StrSplit(masks, '\n', absl::SkipEmpty())) {
    uint64_t bits = 0;
    ASSERT_TRUE(absl::SimpleHexAtoi(mask, &bits)) << mask;
    // The C library keeps signals 32 and 33 to itself.
    EXPECT_EQ(bits & ~(uint64_t{3} << 31), 0u) << mask;
    ++found;
  }
  EXPECT_EQ(found, 2);
}

TEST_F(RunHelperTest, HasASessionOfItsOwn) {
  // /proc/PID/stat: pid (name) state ppid group session terminal.
  const auto output = Run("cat /proc/$$/stat; exit 0");
  const std::vector<std::string> fields = absl::StrSplit(output->standard_output.Reveal(), ' ');
  ASSERT_GT(fields.size(), 6u);
  EXPECT_EQ(fields[4], fields[0]);
  EXPECT_EQ(fields[5], fields[0]);
  EXPECT_EQ(fields[6], "0");
}

TEST_F(RunHelperTest, TakesSoMuchOutputAndNoMore) {
  const auto write = [this](size_t bytes, const char* where) {
    return Run(absl::StrCat("head -c ", bytes, " /dev/zero ", where));
  };
  EXPECT_EQ(write(kMaxHelperOutputBytes, "")->standard_output.Reveal().size(),
            kMaxHelperOutputBytes);
  EXPECT_EQ(write(kMaxHelperOutputBytes, ">&2")->standard_error.size(), kMaxHelperOutputBytes);
  for (const char* where : {"", ">&2"}) {
    EXPECT_EQ(write(kMaxHelperOutputBytes + 1, where).status().code(),
              absl::StatusCode::kResourceExhausted);
  }
  EXPECT_EQ(Run("cat /dev/zero").status().code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(RunHelperTest, EndsWhatTakesTooLong) {
  for (const char* script : {"sleep 600", "exec sleep 600", "exec >&- 2>&-; sleep 600",
                             "trap '' TERM INT HUP; while :; do sleep 600; done"}) {
    EXPECT_EQ(Run(script, absl::Milliseconds(50)).status().code(),
              absl::StatusCode::kDeadlineExceeded)
        << script;
  }
}

TEST_F(RunHelperTest, HasNoTimeAtAll) {
  EXPECT_EQ(Run("sleep 600", absl::ZeroDuration()).status().code(),
            absl::StatusCode::kDeadlineExceeded);
}

TEST_F(RunHelperTest, EndsWhenCancelled) {
  const auto cancellation = std::make_shared<Cancellation>();
  const std::string fifo = MakeFifo();
  std::thread canceller([&] {
    const FileDescriptor started(open(fifo.c_str(), O_RDONLY));  // Waits for the writer.
    cancellation->Cancel();
  });
  const auto output = Run(absl::StrCat("echo >", fifo, "; sleep 600"), kLong, cancellation.get());
  canceller.join();
  EXPECT_EQ(output.status().code(), absl::StatusCode::kCancelled);
}

TEST_F(RunHelperTest, EndsWhenCancelledBefore) {
  const auto cancellation = std::make_shared<Cancellation>();
  cancellation->Cancel();
  EXPECT_EQ(Run("sleep 600", kLong, cancellation.get()).status().code(),
            absl::StatusCode::kCancelled);
}

// The pipe's last writer is the grandchild: that its end comes shows that it is gone.
TEST_F(RunHelperTest, LeavesNoGrandchild) {
  const std::string fifo = MakeFifo();
  const FileDescriptor reader(open(fifo.c_str(), O_RDONLY | O_NONBLOCK));
  ASSERT_TRUE(reader.valid());
  ASSERT_EQ(fcntl(reader.get(), F_SETFL, 0), 0);
  for (const bool ends : {true, false}) {
    const auto output = Run(absl::StrCat("sleep 600 3>", fifo, " & ", ends ? "echo done" : "wait"),
                            ends ? kLong : absl::Milliseconds(200));
    EXPECT_EQ(output.status().code(),
              ends ? absl::StatusCode::kOk : absl::StatusCode::kDeadlineExceeded);
    char byte;
    EXPECT_EQ(read(reader.get(), &byte, 1), 0);  // Waits as long as there is a writer.
  }
}

TEST_F(RunHelperTest, SaysWhatCannotBeStarted) {
  const auto start = [](const std::string& program) {
    return RunHelper({program, {}, {}, ""}, kLong, nullptr).status();
  };
  EXPECT_EQ(start(folder_.Path("absent")).code(), absl::StatusCode::kNotFound);
  folder_.Write("text", "#!/bin/sh\n");
  EXPECT_EQ(start(folder_.Path("text")).code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(start(folder_.Path("text")).message(), HasSubstr(folder_.Path("text")));
}

TEST_F(RunHelperTest, LeaksNoDescriptor) {
  const auto open_now = [] {
    int count = 0;
    for (int fd = 0; fd < 1024; ++fd) count += fcntl(fd, F_GETFD) >= 0;
    return count;
  };
  const int before = open_now();
  (void)Run("exit 0");
  (void)Run("sleep 600", absl::ZeroDuration());
  (void)RunHelper({"/absent", {}, {}, ""}, kLong, nullptr);
  EXPECT_EQ(open_now(), before);
}

TEST_F(RunHelperTest, RunsManyAtOnce) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([i] {
      for (int round = 0; round < 10; ++round) {
        const std::string text = absl::StrCat(i, "-", round);
        const auto output =
            RunHelper({"/bin/sh", {"-c", "cat"}, {"PATH=/bin"}, text}, kLong, nullptr);
        ASSERT_TRUE(output.ok()) << output.status();
        EXPECT_EQ(output->standard_output.Reveal(), text);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace registryd
