#include "server/lifecycle/signal_thread.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <utility>

namespace registryd {

SignalThread::SignalThread(absl::Duration repetition) : repetition_(repetition) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);
  signals_ = FileDescriptor(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  stop_ = FileDescriptor(eventfd(0, EFD_CLOEXEC));
}

SignalThread::~SignalThread() { Stop(); }

void SignalThread::Start(Callbacks callbacks) {
  callbacks_ = std::move(callbacks);
  if (!callbacks_.exit_now) callbacks_.exit_now = [](int status) { _exit(status); };
  thread_ = std::thread(&SignalThread::Run, this);
}

void SignalThread::Stop() {
  if (!thread_.joinable()) return;
  eventfd_write(stop_.get(), 1);
  thread_.join();
  eventfd_t stopped;
  eventfd_read(stop_.get(), &stopped);
}

void SignalThread::Run() {
  while (true) {
    pollfd ready[] = {{signals_.get(), POLLIN, 0}, {stop_.get(), POLLIN, 0}};
    if (poll(ready, 2, -1) < 0 && errno != EINTR) return;
    if (ready[1].revents != 0) return;
    signalfd_siginfo info;
    if (read(signals_.get(), &info, sizeof(info)) != sizeof(info)) continue;
    const int signal = static_cast<int>(info.ssi_signo);
    if (signal == SIGHUP) {
      callbacks_.hangup();
    } else if (!terminated_.has_value()) {
      terminated_ = std::chrono::steady_clock::now();
      callbacks_.terminate(signal);
    } else if (absl::FromChrono(std::chrono::steady_clock::now() - *terminated_) >= repetition_) {
      callbacks_.exit_now(128 + signal);
    }
  }
}

}  // namespace registryd
