#include "server/listen/socket_activation.h"

#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr pid_t kSelf = 4711;

std::vector<std::pair<int, std::string>> Pairs(const std::vector<ActivatedSocket>& sockets) {
  std::vector<std::pair<int, std::string>> pairs;
  for (const ActivatedSocket& socket : sockets) pairs.emplace_back(socket.fd, socket.name);
  return pairs;
}

ActivationEnvironment Environment(std::optional<std::string> pid, std::optional<std::string> fds,
                                  std::optional<std::string> names) {
  return {std::move(pid), std::move(fds), std::move(names)};
}

TEST(ActivatedSockets, NamesEachDescriptorFromThree) {
  const auto sockets = ActivatedSockets(Environment("4711", "2", "api:admin"), kSelf);
  ASSERT_TRUE(sockets.ok()) << sockets.status();
  EXPECT_THAT(Pairs(*sockets), ElementsAre(Pair(3, "api"), Pair(4, "admin")));
}

TEST(ActivatedSockets, WithoutNamesEachIsUnknown) {
  const auto sockets = ActivatedSockets(Environment("4711", "2", std::nullopt), kSelf);
  ASSERT_TRUE(sockets.ok()) << sockets.status();
  EXPECT_THAT(Pairs(*sockets), ElementsAre(Pair(3, "unknown"), Pair(4, "unknown")));
}

TEST(ActivatedSockets, AnEmptyNameIsAName) {
  const auto sockets = ActivatedSockets(Environment("4711", "1", ""), kSelf);
  ASSERT_TRUE(sockets.ok()) << sockets.status();
  EXPECT_THAT(Pairs(*sockets), ElementsAre(Pair(3, "")));
}

TEST(ActivatedSockets, AreNoneUnlessMeantForThisProcess) {
  const struct {
    const char* name;
    ActivationEnvironment environment;
  } kCases[] = {
      {"not activated", Environment(std::nullopt, std::nullopt, std::nullopt)},
      {"no pid", Environment(std::nullopt, "1", "a")},
      {"no count", Environment("4711", std::nullopt, "a")},
      {"another process", Environment("4712", "1", "a")},
      {"another process, count not read", Environment("4712", "x", "a")},
      {"none", Environment("4711", "0", std::nullopt)},
      {"none, no names", Environment("4711", "0", "")},
  };
  for (const auto& c : kCases) {
    const auto sockets = ActivatedSockets(c.environment, kSelf);
    ASSERT_TRUE(sockets.ok()) << c.name << ": " << sockets.status();
    EXPECT_THAT(*sockets, IsEmpty()) << c.name;
  }
}

TEST(ActivatedSockets, RefusesWhatIsMalformed) {
  const struct {
    ActivationEnvironment environment;
    const char* named;
  } kCases[] = {
      {Environment("", "1", "a"), "LISTEN_PID"},
      {Environment("x", "1", "a"), "LISTEN_PID"},
      {Environment("-4711", "1", "a"), "LISTEN_PID"},
      {Environment("99999999999999999999", "1", "a"), "LISTEN_PID"},
      {Environment("4711", "", "a"), "LISTEN_FDS"},
      {Environment("4711", "-1", "a"), "LISTEN_FDS"},
      {Environment("4711", "1025", std::nullopt), "LISTEN_FDS"},
      {Environment("4711", " 1", "a"), "LISTEN_FDS"},
      {Environment("4711", "2", "a"), "LISTEN_FDNAMES"},
      {Environment("4711", "1", "a:b"), "LISTEN_FDNAMES"},
      {Environment("4711", "0", "a"), "LISTEN_FDNAMES"},
  };
  for (const auto& c : kCases) {
    const auto sockets = ActivatedSockets(c.environment, kSelf);
    ASSERT_FALSE(sockets.ok()) << c.named;
    EXPECT_EQ(sockets.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ReasonOf(sockets.status()), Reason::kSettingInvalid);
    EXPECT_THAT(std::string(sockets.status().message()), HasSubstr(c.named));
  }
}

TEST(ActivationEnvironment, IsTakenOnce) {
  ASSERT_EQ(::setenv("LISTEN_PID", "1", 1), 0);
  ASSERT_EQ(::setenv("LISTEN_FDS", "2", 1), 0);
  ASSERT_EQ(::setenv("LISTEN_FDNAMES", "a:b", 1), 0);
  const ActivationEnvironment first = ActivationEnvironment::Take();
  EXPECT_EQ(first.listen_pid, "1");
  EXPECT_EQ(first.listen_fds, "2");
  EXPECT_EQ(first.listen_fdnames, "a:b");
  const ActivationEnvironment second = ActivationEnvironment::Take();
  EXPECT_EQ(second.listen_pid, std::nullopt);
  EXPECT_EQ(second.listen_fds, std::nullopt);
  EXPECT_EQ(second.listen_fdnames, std::nullopt);
}

}  // namespace
}  // namespace registryd
