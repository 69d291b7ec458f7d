#include "client/registryctl/stop_signal.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

namespace registryd::registryctl {
namespace {

constexpr char kSignal = 's';
constexpr char kQuit = 'q';

// Where the handler writes: the pipe of the one StopSignal that lives.
std::atomic<int> pipe_for_handler{-1};

struct sigaction former_int;
struct sigaction former_term;

void Handle(int) {
  const int saved = errno;
  // A full pipe has a signal in it already.
  [[maybe_unused]] const ssize_t written = write(pipe_for_handler.load(), &kSignal, 1);
  errno = saved;
}

}  // namespace

StopSignal::StopSignal(std::function<void()> on_stop) : on_stop_(std::move(on_stop)) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) std::abort();
  read_end_ = ends[0];
  write_end_ = ends[1];
  pipe_for_handler = write_end_;
  thread_ = std::thread([this] { Wait(); });
  struct sigaction action = {};
  action.sa_handler = Handle;
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, &former_int);
  sigaction(SIGTERM, &action, &former_term);
}

StopSignal::~StopSignal() {
  sigaction(SIGINT, &former_int, nullptr);
  sigaction(SIGTERM, &former_term, nullptr);
  while (write(write_end_, &kQuit, 1) < 0 && errno == EINTR) continue;
  thread_.join();
  pipe_for_handler = -1;
  close(read_end_);
  close(write_end_);
}

void StopSignal::Wait() {
  char byte = 0;
  for (;;) {
    const ssize_t got = read(read_end_, &byte, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got != 1 || byte == kQuit) return;
    if (!received_.exchange(true)) on_stop_();
  }
}

}  // namespace registryd::registryctl
