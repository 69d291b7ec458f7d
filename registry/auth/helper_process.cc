#include "registry/auth/helper_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "registry/fs/file_descriptor.h"

namespace registryd {
namespace {

// Where somebody else has waited for the child.
constexpr int kUnknownExitCode = 255;

using SteadyClock = std::chrono::steady_clock;

absl::Status SystemError(int error, absl::string_view what) {
  return absl::ErrnoToStatus(error, what);
}

// A descriptor beyond the three that the child's streams will have, so that giving it
// those overwrites none of ours.
FileDescriptor Raised(int fd) {
  FileDescriptor low(fd);
  if (fd < 0 || fd > STDERR_FILENO) return low;
  return FileDescriptor(fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
}

struct Pipe {
  FileDescriptor read_end;
  FileDescriptor write_end;
};

absl::StatusOr<Pipe> MakePipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return SystemError(errno, "pipe");
  Pipe pipe{Raised(ends[0]), Raised(ends[1])};
  if (!pipe.read_end.valid() || !pipe.write_end.valid()) return SystemError(errno, "dup");
  return pipe;
}

// A pipe that holds `input` and ends there. It is filled before anyone can stop
// reading, so that no SIGPIPE comes of it, and nobody waits.
absl::StatusOr<FileDescriptor> InputPipe(absl::string_view input) {
  if (input.size() > kMaxHelperInputBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("more than ", kMaxHelperInputBytes, " bytes to read"));
  }
  auto pipe = MakePipe();
  if (!pipe.ok()) return pipe.status();
  if (!input.empty() && write(pipe->write_end.get(), input.data(), input.size()) !=
                            static_cast<ssize_t>(input.size())) {
    return SystemError(errno, "write");
  }
  return std::move(pipe->read_end);
}

// One output of the child, as far as it has been read.
class Output {
 public:
  // `end` does not block.
  explicit Output(FileDescriptor end)
      : end_(std::move(end)), buffer_(kMaxHelperOutputBytes + 1, '\0') {}
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  ~Output() { Wipe(buffer_); }

  // -1 after its end: poll passes over it.
  int descriptor() const { return open_ ? end_.get() : -1; }
  bool too_large() const { return size_ > kMaxHelperOutputBytes; }

  // Takes what there is, without waiting for more.
  void Read() {
    while (open_ && !too_large()) {
      const ssize_t got = read(end_.get(), buffer_.data() + size_, buffer_.size() - size_);
      if (got > 0) size_ += static_cast<size_t>(got);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && errno == EAGAIN) return;
      if (got <= 0) open_ = false;
    }
  }

  std::string Take() {
    buffer_.resize(size_);
    return std::exchange(buffer_, std::string());
  }

 private:
  const FileDescriptor end_;
  // Of its full size from the start: a string that grows leaves copies behind.
  std::string buffer_;
  size_t size_ = 0;
  bool open_ = true;
};

// The attributes and actions of posix_spawn, which make the child's process what the
// header says.
class SpawnPlan {
 public:
  SpawnPlan(int input, int output, int error) {
    posix_spawnattr_init(&attributes_);
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_setflags(&attributes_,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawn_file_actions_adddup2(&actions_, input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, error, STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }

  const posix_spawnattr_t* attributes() const { return &attributes_; }
  const posix_spawn_file_actions_t* actions() const { return &actions_; }

 private:
  posix_spawnattr_t attributes_;
  posix_spawn_file_actions_t actions_;
};

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

absl::StatusOr<pid_t> Spawn(const HelperCommand& command, const SpawnPlan& plan) {
  std::vector<std::string> arguments = {command.program};
  arguments.insert(arguments.end(), command.arguments.begin(), command.arguments.end());
  pid_t child = 0;
  const int error = posix_spawn(&child, command.program.c_str(), plan.actions(), plan.attributes(),
                                Pointers(arguments).data(), Pointers(command.environment).data());
  if (error != 0) return SystemError(error, absl::StrCat("cannot start ", command.program));
  return child;
}

// A child that has not been waited for: until then its number, and its group's, are
// nobody else's.
class Child {
 public:
  explicit Child(pid_t id) : id_(id), ended_(static_cast<int>(syscall(SYS_pidfd_open, id, 0))) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { End(); }

  // Can be read from once the child has ended.
  const FileDescriptor& ended() const { return ended_; }

  // Kills what is left of its process group, and waits for the child. Its exit code.
  int End() {
    if (id_ == 0) return exit_code_;
    kill(-id_, SIGKILL);
    int status = 0;
    pid_t waited = 0;
    do {
      waited = waitpid(id_, &status, 0);
    } while (waited < 0 && errno == EINTR);
    id_ = 0;
    if (waited < 0) return exit_code_ = kUnknownExitCode;
    return exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t id_;
  int exit_code_ = 0;
  const FileDescriptor ended_;
};

int MillisecondsUntil(SteadyClock::time_point end) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - SteadyClock::now());
  return static_cast<int>(std::clamp<int64_t>(left.count(), 0, 60'000));
}

// Reads both outputs until the child has ended.
absl::Status Attend(const Child& child, Output& out, Output& err, int cancelled,
                    SteadyClock::time_point end) {
  while (true) {
    pollfd events[] = {{child.ended().get(), POLLIN, 0},
                       {cancelled, POLLIN, 0},
                       {out.descriptor(), POLLIN, 0},
                       {err.descriptor(), POLLIN, 0}};
    const int ready = poll(events, std::size(events), MillisecondsUntil(end));
    if (ready < 0 && errno != EINTR) return SystemError(errno, "poll");
    if (ready > 0 && events[1].revents != 0) {
      return absl::CancelledError("nobody waits for the answer");
    }
    // What it wrote before it ended is there by now.
    out.Read();
    err.Read();
    if (out.too_large() || err.too_large()) {
      return absl::ResourceExhaustedError(
          absl::StrCat("wrote more than ", kMaxHelperOutputBytes, " bytes"));
    }
    if (ready > 0 && events[0].revents != 0) return absl::OkStatus();
    if (SteadyClock::now() >= end) return absl::DeadlineExceededError("took too long");
  }
}

}  // namespace

absl::StatusOr<HelperOutput> RunHelper(const HelperCommand& command, absl::Duration timeout,
                                       Cancellation* cancellation) {
  const auto end = SteadyClock::now() + absl::ToChronoNanoseconds(timeout);
  auto input = InputPipe(command.input);
  if (!input.ok()) return input.status();
  auto output = MakePipe();
  if (!output.ok()) return output.status();
  auto error = MakePipe();
  if (!error.ok()) return error.status();
  for (const Pipe* pipe : {&*output, &*error}) {
    if (fcntl(pipe->read_end.get(), F_SETFL, O_NONBLOCK) != 0) return SystemError(errno, "fcntl");
  }
  const FileDescriptor cancelled(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!cancelled.valid()) return SystemError(errno, "eventfd");
  // Ends before `cancelled` is closed.
  Cancellation::Registration registration;
  if (cancellation != nullptr) {
    registration = cancellation->OnCancel([fd = cancelled.get()] { eventfd_write(fd, 1); });
  }

  const auto id =
      Spawn(command, SpawnPlan(input->get(), output->write_end.get(), error->write_end.get()));
  if (!id.ok()) return id.status();
  Child child(*id);
  if (!child.ended().valid()) return SystemError(errno, "pidfd_open");
  // The child's ends: their last holder must be the child.
  *input = FileDescriptor();
  output->write_end = FileDescriptor();
  error->write_end = FileDescriptor();

  Output out(std::move(output->read_end));
  Output err(std::move(error->read_end));
  const absl::Status status = Attend(child, out, err, cancelled.get(), end);
  const int exit_code = child.End();
  if (!status.ok()) return status;
  return HelperOutput{exit_code, Secret(out.Take()), err.Take()};
}

}  // namespace registryd
