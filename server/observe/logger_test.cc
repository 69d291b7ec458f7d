#include "server/observe/logger.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/fake_clock.h"
#include "registry/fs/file_descriptor.h"

namespace registryd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// A file without a name, and what was written to it.
class LoggerTest : public testing::Test {
 protected:
  LoggerOptions Options() {
    LoggerOptions options;
    options.descriptor = file_.get();
    return options;
  }

  std::vector<std::string> Lines() {
    std::string text(static_cast<size_t>(lseek(file_.get(), 0, SEEK_END)), '\0');
    EXPECT_EQ(pread(file_.get(), &text[0], text.size(), 0), static_cast<ssize_t>(text.size()));
    return absl::StrSplit(text, '\n', absl::SkipEmpty());
  }

  FakeClock clock_{absl::UnixEpoch()};
  const FileDescriptor file_{open(testing::TempDir().c_str(), O_TMPFILE | O_RDWR | O_APPEND, 0600)};
};

TEST_F(LoggerTest, WritesALineForEachRecord) {
  {
    Logger logger(Options(), clock_);
    logger.Log(LogLevel::kInfo, "first", {{"a", 1}});
    clock_.Advance(absl::Seconds(1));
    logger.Log(LogLevel::kError, "second");
  }
  EXPECT_THAT(
      Lines(),
      ElementsAre(R"({"time":"1970-01-01T00:00:00.000Z","level":"info","message":"first","a":1})",
                  R"({"time":"1970-01-01T00:00:01.000Z","level":"error","message":"second"})"));
}

// A disk is full, and later it is not.
TEST_F(LoggerTest, ARecordThatWasCutSpoilsNoOther) {
  rlimit limit = {};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &limit), 0);
  const rlimit full = {100, limit.rlim_max};
  {
    Logger logger(Options(), clock_);
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &full), 0);
    logger.Log(LogLevel::kInfo, "whole");
    for (const char* message : {"cut", "lost"}) logger.Log(LogLevel::kInfo, message);
    while (logger.dropped() < 2) absl::SleepFor(absl::Milliseconds(1));
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
    logger.Log(LogLevel::kInfo, "whole again");
  }
  EXPECT_THAT(
      Lines(),
      ElementsAre(R"({"time":"1970-01-01T00:00:00.000Z","level":"info","message":"whole"})",
                  R"({"time":"1970-01-01T00:00:00.00)",
                  R"({"time":"1970-01-01T00:00:00.000Z","level":"info","message":"whole again"})"));
}

TEST_F(LoggerTest, WritesText) {
  LoggerOptions options = Options();
  options.format = LogFormat::kText;
  Logger(options, clock_).Log(LogLevel::kInfo, "100% {} of it", {{"a", "{0}"}});
  EXPECT_THAT(Lines(), ElementsAre("1970-01-01T00:00:00.000Z info    100% {} of it a={0}"));
}

TEST_F(LoggerTest, LeavesOutWhatIsBelowTheLevelOfTheMoment) {
  {
    LoggerOptions options = Options();
    options.level = LogLevel::kWarning;
    Logger logger(options, clock_);
    EXPECT_FALSE(logger.Enabled(LogLevel::kInfo));
    EXPECT_TRUE(logger.Enabled(LogLevel::kWarning));
    logger.Log(LogLevel::kInfo, "no");
    logger.set_level(LogLevel::kDebug);
    EXPECT_EQ(logger.level(), LogLevel::kDebug);
    logger.Log(LogLevel::kDebug, "yes");
    logger.set_level(LogLevel::kError);
    logger.Log(LogLevel::kWarning, "no");
  }
  EXPECT_THAT(Lines(), ElementsAre(HasSubstr("yes")));
}

TEST_F(LoggerTest, KeepsLinesOfManyThreadsWhole) {
  constexpr int kThreads = 8;
  constexpr int kRecords = 200;
  {
    Logger logger(Options(), clock_);
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&logger, i] {
        for (int j = 0; j < kRecords; ++j) {
          logger.Log(LogLevel::kInfo, "m", {{"i", i}, {"filler", std::string(100, 'x')}});
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(logger.dropped(), 0u);
  }
  const std::vector<std::string> lines = Lines();
  EXPECT_THAT(lines, SizeIs(kThreads * kRecords));
  EXPECT_THAT(lines, Each(testing::EndsWith("xx\"}")));
}

// Nobody reads the pipe, and it is full: Log returns all the same.
TEST_F(LoggerTest, DoesNotWaitForAReader) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  FileDescriptor reader(ends[0]);
  const FileDescriptor writer(ends[1]);
  LoggerOptions options = Options();
  options.descriptor = writer.get();
  options.queue_size = 16;
  auto logger = std::make_unique<Logger>(options, clock_);
  const std::string large(8 << 10, 'x');
  for (int i = 0; i < 200; ++i) logger->Log(LogLevel::kInfo, large);
  EXPECT_GT(logger->dropped(), 0u);
  reader = FileDescriptor();  // Now writing fails.
  logger.reset();
}

// The reader has gone: no signal ends the process, no error comes up.
TEST_F(LoggerTest, OutlivesItsReader) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  close(ends[0]);
  const FileDescriptor writer(ends[1]);
  LoggerOptions options = Options();
  options.descriptor = writer.get();
  Logger logger(options, clock_);
  logger.Log(LogLevel::kError, "nobody hears this");
}

TEST_F(LoggerTest, OutlivesABadDescriptor) {
  LoggerOptions options = Options();
  options.descriptor = -1;
  Logger logger(options, clock_);
  logger.Log(LogLevel::kError, "nobody hears this");
}

}  // namespace
}  // namespace registryd
