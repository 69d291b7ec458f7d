#include "tests/server/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <utility>

#include "absl/strings/str_split.h"
#include "registry/fs/file_descriptor.h"
#include "tests/server/eventually.h"

namespace registryd {
namespace {

constexpr char kOutput[] = "output";
constexpr char kLog[] = "log";
// Above any descriptor that is passed on.
constexpr int kParking = 64;
constexpr int kFirstPassed = 3;
constexpr int kNoExec = 127;
// Gets the process's own id for its zeros, as socket activation wants it.
constexpr char kListenPid[] = "LISTEN_PID=0000000000";

[[noreturn]] void Die(absl::string_view what) {
  std::cerr << "cannot run a program: " << what << "\n";
  std::abort();
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

FileDescriptor MakeFile(const std::string& path) {
  return FileDescriptor(open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// What a new process is made of. Between fork and exec a process with threads may
// not even allocate, so all of it is laid out before.
class Child {
 public:
  Child(const ChildOptions& options, int output, int log)
      : arguments_(options.arguments),
        environment_(options.environment),
        passed_(options.passed_sockets),
        output_(output),
        log_(log) {
    arguments_.insert(arguments_.begin(), options.program);
    for (std::string& variable : environment_) {
      if (variable == kListenPid) listen_pid_ = &variable;
    }
    argv_ = Pointers(arguments_);
    envp_ = Pointers(environment_);
    if (options.max_descriptors.has_value()) {
      limit_ = rlimit{*options.max_descriptors, *options.max_descriptors};
    }
  }

  [[noreturn]] void Exec() {
    dup2(output_, STDOUT_FILENO);
    dup2(log_, STDERR_FILENO);
    for (int& socket : passed_) socket = fcntl(socket, F_DUPFD, kParking);
    int next = kFirstPassed;
    for (const int socket : passed_) dup2(socket, next++);
    close_range(static_cast<unsigned>(next), ~0U, 0);
    if (listen_pid_ != nullptr) WriteOwnPid();
    if (limit_.has_value()) setrlimit(RLIMIT_NOFILE, &*limit_);
    execve(argv_[0], argv_.data(), envp_.data());
    _exit(kNoExec);
  }

 private:
  // In place of the zeros at the end, from the last digit on.
  void WriteOwnPid() {
    pid_t rest = getpid();
    for (size_t i = listen_pid_->size(); rest > 0; rest /= 10) {
      (*listen_pid_)[--i] = static_cast<char>('0' + rest % 10);
    }
  }

  std::vector<std::string> arguments_;
  std::vector<std::string> environment_;
  std::vector<int> passed_;
  const int output_;
  const int log_;
  std::string* listen_pid_ = nullptr;
  std::vector<char*> argv_;
  std::vector<char*> envp_;
  std::optional<rlimit> limit_;
};

}  // namespace

ChildProcess::ChildProcess(const ChildOptions& options) {
  const FileDescriptor output = MakeFile(folder_.Path(kOutput));
  const FileDescriptor log = MakeFile(folder_.Path(kLog));
  if (!output.valid() || !log.valid()) Die("what it writes cannot be kept");
  Child child(options, output.get(), log.get());
  pid_ = fork();
  if (pid_ < 0) Die("fork fails");
  if (pid_ == 0) child.Exec();
}

ChildProcess::~ChildProcess() {
  Signal(SIGKILL);
  if (!exit_status_.has_value()) waitpid(pid_, nullptr, 0);
}

void ChildProcess::Signal(int signal) const {
  // Once it was waited for its id may be another's.
  if (!exit_status_.has_value()) kill(pid_, signal);
}

bool ChildProcess::Reap() {
  if (exit_status_.has_value()) return true;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) != pid_) return false;
  exit_status_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  dumped_core_ = WIFSIGNALED(status) && WCOREDUMP(status);
  return true;
}

std::optional<int> ChildProcess::WaitForExit() {
  Eventually([this] { return Reap(); });
  return exit_status_;
}

std::string ChildProcess::output() const { return ReadFile(folder_.Path(kOutput)); }

std::string ChildProcess::log() const { return ReadFile(folder_.Path(kLog)); }

std::vector<nlohmann::json> ChildProcess::LogRecords() const {
  std::vector<nlohmann::json> records;
  const std::string text = log();
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    auto record = nlohmann::json::parse(line.begin(), line.end(), /*cb=*/nullptr,
                                        /*allow_exceptions=*/false);
    if (record.is_object()) records.push_back(std::move(record));
  }
  return records;
}

bool ChildProcess::Await(absl::FunctionRef<bool()> done) {
  bool reached = false;
  Eventually([&] {
    const bool over = Reap();
    reached = done();
    return over || reached;
  });
  return reached;
}

}  // namespace registryd
