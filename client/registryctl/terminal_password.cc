#include "client/registryctl/terminal_password.h"

#include <fcntl.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>

#include "absl/strings/str_cat.h"

namespace registryd::registryctl {
namespace {

constexpr std::array<int, 4> kEndingSignals = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

// What a signal handler needs; set while a HiddenInput lives.
int hidden_terminal = -1;
termios shown_attributes;

// Shows text again, then lets the signal do what it does.
void RestoreAndRaise(int signal) {
  ::tcsetattr(hidden_terminal, TCSANOW, &shown_attributes);
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }

 private:
  const int fd_;
};

// While it lives, what is typed at a terminal is not shown.
class HiddenInput {
 public:
  HiddenInput(int terminal, const termios& attributes) {
    hidden_terminal = terminal;
    shown_attributes = attributes;
    struct sigaction action = {};
    action.sa_handler = RestoreAndRaise;
    for (size_t i = 0; i < kEndingSignals.size(); ++i) {
      ::sigaction(kEndingSignals[i], &action, &before_[i]);
      // Ignored signals stay so: nohup.
      if (before_[i].sa_handler == SIG_IGN) ::sigaction(kEndingSignals[i], &before_[i], nullptr);
    }
    termios hidden = attributes;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    // The line's end is shown, so that what is written next begins a line.
    hidden.c_lflag |= ECHONL | ICANON;
    ::tcsetattr(terminal, TCSAFLUSH, &hidden);
  }
  ~HiddenInput() {
    ::tcsetattr(hidden_terminal, TCSAFLUSH, &shown_attributes);
    for (size_t i = 0; i < kEndingSignals.size(); ++i) {
      ::sigaction(kEndingSignals[i], &before_[i], nullptr);
    }
  }
  HiddenInput(const HiddenInput&) = delete;
  HiddenInput& operator=(const HiddenInput&) = delete;

 private:
  std::array<struct sigaction, kEndingSignals.size()> before_;
};

void WriteAll(int fd, absl::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<size_t>(written));
  }
}

// Up to the end of a line, or of the input.
std::string ReadLine(int fd) {
  std::string line;
  char c;
  while (true) {
    const ssize_t count = ::read(fd, &c, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0 || c == '\n') return line;
    line.push_back(c);
  }
}

}  // namespace

absl::StatusOr<std::string> AskPassword(absl::string_view prompt, const std::string& terminal) {
  const Descriptor fd(::open(terminal.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
  termios attributes;
  if (fd.get() < 0 || ::tcgetattr(fd.get(), &attributes) != 0) {
    return absl::FailedPreconditionError(
        "there is no terminal to ask for the password; give it with --password-stdin");
  }
  std::string password;
  {
    const HiddenInput hidden(fd.get(), attributes);
    WriteAll(fd.get(), prompt);
    password = ReadLine(fd.get());
  }
  if (password.empty()) return absl::CancelledError("no password was typed");
  return password;
}

}  // namespace registryd::registryctl
