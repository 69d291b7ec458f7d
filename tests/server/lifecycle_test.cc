// registryd from its start to its end: that it answers, and when it refuses to start.
#include <signal.h>

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/server/connection.h"
#include "tests/server/registryd_fixture.h"

namespace registryd {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr int kFailed = 1;
constexpr int kBadSettings = 2;

class LifecycleTest : public RegistrydFixture {
 protected:
  bool SocketExists() const { return std::filesystem::exists(folder_.Path("s")); }

  static void ExpectAnswers(const std::string& address) {
    const client::RegistryClient caller = Caller(address);
    api::ParseReferenceRequest reference;
    reference.set_reference("ubuntu:22.04");
    const auto parsed = caller.ParseReference(reference);
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(parsed->name(), "docker.io/library/ubuntu");
    EXPECT_EQ(parsed->tag(), "22.04");

    api::LookupPullEndpointsRequest hostname;
    hostname.set_hostname("127.0.0.1:5000");
    const auto looked_up = caller.LookupPullEndpoints(hostname);
    ASSERT_TRUE(looked_up.ok()) << looked_up.status();
    ASSERT_THAT(looked_up->endpoints(), SizeIs(2));
    EXPECT_EQ(looked_up->endpoints(0).url(), "https://127.0.0.1:5000");
    EXPECT_EQ(looked_up->endpoints(1).url(), "http://127.0.0.1:5000");
    EXPECT_EQ(looked_up->config_version(), 1u);
  }
};

TEST_F(LifecycleTest, AnswersUntilItIsTerminated) {
  for (const int signal : {SIGTERM, SIGINT}) {
    SCOPED_TRACE(signal);
    const auto process = Serve();
    ExpectAnswers(UnixAddress());
    ExpectAnswers(TcpAddress(*process));
    EXPECT_TRUE(SocketExists());
    process->Signal(signal);
    EXPECT_EQ(process->WaitForExit(), 0);
    EXPECT_FALSE(SocketExists());
    EXPECT_THAT(process->Records("stopped"), SizeIs(1));
    EXPECT_EQ(process->output(), "");
  }
}

TEST_F(LifecycleTest, SaysWhatItIsWhenItStarts) {
  const auto process = Serve();
  const auto records = process->Records("starting");
  ASSERT_THAT(records, SizeIs(1));
  EXPECT_NE(records[0].value("version", ""), "");
  EXPECT_NE(records[0].value("commit", ""), "");
}

TEST_F(LifecycleTest, ASocketThatAKilledProcessLeftIsReplaced) {
  const auto killed = Serve();
  killed->Signal(SIGKILL);
  ASSERT_EQ(killed->WaitForExit(), 128 + SIGKILL);
  ASSERT_TRUE(SocketExists());
  const auto next = Serve();
  ExpectAnswers(UnixAddress());
}

TEST_F(LifecycleTest, WhatAnotherListensOnIsRefused) {
  const auto first = Serve({"--metrics-listen", "127.0.0.1:0"});
  const auto metrics = first->Records("serving metrics");
  ASSERT_THAT(metrics, SizeIs(1));
  const std::string metrics_address = absl::StrCat("127.0.0.1:", metrics[0].value("port", 0));
  const std::string tcp_address = TcpAddress(*first);
  const struct {
    std::string says;
    std::vector<std::string> arguments;
  } kCases[] = {
      {UnixAddress(), {"--listen", UnixAddress()}},
      {tcp_address, {"--listen", tcp_address}},
      {"cannot serve metrics on 127.0.0.1",
       {"--listen", "127.0.0.1:0", "--metrics-listen", metrics_address}},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.says);
    RegistrydProcess second(Options(c.arguments));
    EXPECT_EQ(second.WaitForExit(), kFailed);
    EXPECT_THAT(second.log(), HasSubstr(c.says));
  }
  ExpectAnswers(UnixAddress());
  ExpectAnswers(tcp_address);
}

TEST_F(LifecycleTest, WhereItCannotListenIsRefused) {
  const struct {
    const char* name;
    std::string address;
    const char* reason;
    int exit_status;
  } kCases[] = {
      {"other machines, in plain text", "0.0.0.0:0",
       "other machines could reach it in plain text; give --tls-cert", kBadSettings},
      {"other machines, in plain text, IPv6", "[::]:0", "in plain text", kBadSettings},
      {"no such folder", absl::StrCat("unix:", folder_.Path("none/s")), "none/s", kFailed},
      {"nowhere", "none", "there is nothing to listen on", kBadSettings},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    RegistrydProcess process(Options({"--listen", c.address}));
    EXPECT_EQ(process.WaitForExit(), c.exit_status);
    EXPECT_THAT(process.log(), HasSubstr(c.reason));
  }
}

TEST_F(LifecycleTest, AFileThatIsNoSocketIsLeftAlone) {
  folder_.Write("s", "somebody's work");
  RegistrydProcess process(Options());
  EXPECT_EQ(process.WaitForExit(), kFailed);
  EXPECT_THAT(process.log(), HasSubstr(folder_.Path("s")));
  EXPECT_EQ(std::filesystem::file_size(folder_.Path("s")), 15u);
}

}  // namespace
}  // namespace registryd
