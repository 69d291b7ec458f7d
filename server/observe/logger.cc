#include "server/observe/logger.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <mutex>

#include "server/observe/log_record.h"
#include "spdlog/async_logger.h"
#include "spdlog/details/null_mutex.h"
#include "spdlog/details/thread_pool.h"
#include "spdlog/sinks/base_sink.h"

namespace registryd {
namespace {

// Writes to a descriptor, and is content when that fails.
class DescriptorSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit DescriptorSink(int descriptor) : descriptor_(descriptor) {}

  // Records of which not all was written.
  uint64_t lost() const { return lost_; }

 private:
  void sink_it_(const spdlog::details::log_msg& record) override {
    // What was written of a record must not spoil the next one.
    const bool begins_a_line = !torn_ || Write("\n") == 1;
    if (begins_a_line) {
      const absl::string_view line(record.payload.data(), record.payload.size());
      const size_t written = Write(line);
      if (written == line.size()) {
        torn_ = false;
        return;
      }
      torn_ = written > 0;
    }
    ++lost_;
  }
  void flush_() override {}

  // Returns how many bytes were written.
  size_t Write(absl::string_view bytes) const {
    size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t written = write(descriptor_, bytes.data() + done, bytes.size() - done);
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) break;
      done += static_cast<size_t>(written);
    }
    return done;
  }

  const int descriptor_;
  bool torn_ = false;
  std::atomic<uint64_t> lost_{0};
};

// The writing thread takes no signal: others handle those, and a pipe whose
// reader has gone is to be an error of write.
void BlockSignals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace

struct Logger::Backend {
  explicit Backend(const LoggerOptions& options)
      : pool(std::make_shared<spdlog::details::thread_pool>(options.queue_size, 1, BlockSignals)),
        sink(std::make_shared<DescriptorSink>(options.descriptor)),
        logger(std::make_shared<spdlog::async_logger>(
            "registryd", sink, pool, spdlog::async_overflow_policy::overrun_oldest)),
        level(options.level) {
    logger->set_level(spdlog::level::trace);  // `level` decides.
  }

  // Declared first, destroyed last: it writes what waits, and joins its thread.
  const std::shared_ptr<spdlog::details::thread_pool> pool;
  const std::shared_ptr<DescriptorSink> sink;
  const std::shared_ptr<spdlog::async_logger> logger;
  std::atomic<LogLevel> level;
};

Logger::Logger(const LoggerOptions& options, const Clock& clock)
    : format_(options.format), clock_(clock), backend_(std::make_unique<Backend>(options)) {}

Logger::~Logger() = default;

void Logger::Log(LogLevel level, absl::string_view message,
                 std::initializer_list<LogField> fields) {
  if (!Enabled(level)) return;
  const absl::Time now = clock_.Now();
  std::string line = format_ == LogFormat::kJson ? JsonLogLine(now, level, message, fields)
                                                 : TextLogLine(now, level, message, fields);
  line += '\n';
  backend_->logger->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

bool Logger::Enabled(LogLevel level) const { return level >= this->level(); }

void Logger::set_level(LogLevel level) { backend_->level.store(level, std::memory_order_relaxed); }

LogLevel Logger::level() const { return backend_->level.load(std::memory_order_relaxed); }

uint64_t Logger::dropped() const {
  return backend_->pool->overrun_counter() + backend_->sink->lost();
}

}  // namespace registryd
