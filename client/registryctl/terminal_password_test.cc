#include "client/registryctl/terminal_password.h"

#include <fcntl.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include <string>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace registryd::registryctl {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// A terminal, seen from the side where a person types.
class Terminal {
 public:
  Terminal() : person_(::posix_openpt(O_RDWR | O_NOCTTY)) {
    if (person_ >= 0 && ::grantpt(person_) == 0 && ::unlockpt(person_) == 0) {
      path_ = ::ptsname(person_);
      // Held open, so that its attributes outlive the program's use of it.
      program_ = ::open(path_.c_str(), O_RDWR | O_NOCTTY);
    }
  }
  ~Terminal() {
    ::close(program_);
    ::close(person_);
  }

  bool works() const { return program_ >= 0; }
  const std::string& path() const { return path_; }

  void Type(const std::string& text) const {
    EXPECT_EQ(::write(person_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }

  // What is shown, up to and with `end`.
  std::string ShownUntil(const std::string& end) const {
    std::string shown;
    char c;
    while (shown.find(end) == std::string::npos && ::read(person_, &c, 1) == 1) shown.push_back(c);
    return shown;
  }

  bool echoes() const {
    termios attributes = {};
    EXPECT_EQ(::tcgetattr(program_, &attributes), 0);
    return (attributes.c_lflag & ECHO) != 0;
  }

 private:
  int person_;
  int program_ = -1;
  std::string path_;
};

TEST(TerminalPasswordTest, ReadsALineThatIsNotShown) {
  const Terminal terminal;
  if (!terminal.works()) GTEST_SKIP() << "no pseudo-terminal here";
  absl::StatusOr<std::string> password;
  std::thread asking([&] { password = AskPassword("Password: ", terminal.path()); });
  EXPECT_THAT(terminal.ShownUntil("Password: "), HasSubstr("Password: "));
  EXPECT_FALSE(terminal.echoes());
  terminal.Type("s3cret pass\n");
  const std::string shown = terminal.ShownUntil("\n");
  asking.join();
  ASSERT_TRUE(password.ok()) << password.status();
  EXPECT_EQ(*password, "s3cret pass");
  EXPECT_THAT(shown, Not(HasSubstr("s3cret")));
  EXPECT_TRUE(terminal.echoes());
}

TEST(TerminalPasswordTest, AnEmptyLineIsNoPassword) {
  const Terminal terminal;
  if (!terminal.works()) GTEST_SKIP() << "no pseudo-terminal here";
  for (const std::string typed : {"\n", "\x04"}) {
    absl::StatusOr<std::string> password;
    std::thread asking([&] { password = AskPassword("Password: ", terminal.path()); });
    terminal.ShownUntil("Password: ");
    terminal.Type(typed);
    asking.join();
    EXPECT_EQ(password.status().code(), absl::StatusCode::kCancelled);
    EXPECT_TRUE(terminal.echoes());
  }
}

TEST(TerminalPasswordTest, NeedsATerminal) {
  for (const char* const path : {"/nonexistent", "/dev/null"}) {
    const auto password = AskPassword("Password: ", path);
    EXPECT_EQ(password.status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(password.status().message(), HasSubstr("--password-stdin"));
  }
}

}  // namespace
}  // namespace registryd::registryctl
