#ifndef REGISTRYD_SERVER_OBSERVE_LOGGER_H_
#define REGISTRYD_SERVER_OBSERVE_LOGGER_H_

#include <cstdint>
#include <initializer_list>
#include <memory>

#include "absl/strings/string_view.h"
#include "registry/base/clock.h"
#include "server/observe/log_options.h"
#include "server/observe/log_value.h"

namespace registryd {

struct LoggerOptions {
  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kJson;
  // Records that wait to be written. When they are that many, the oldest is
  // given up for a new one. Positive.
  size_t queue_size = 8192;
  // Where records are written. Not closed. Standard error.
  int descriptor = 2;
};

// Structured logs, a record a line.
//
//   logger.Log(LogLevel::kInfo, "listening", {{"address", address}, {"tls", true}});
//
// A thread of its own writes, so that no caller ever waits for whoever reads the
// logs; what cannot be written is lost without an error. The destructor writes
// what still waits.
//
// Thread-safe.
class Logger {
 public:
  // `clock` outlives the logger.
  explicit Logger(const LoggerOptions& options, const Clock& clock = Clock::Real());
  Logger(const Logger&) = delete;
  Logger& operator=(const Logger&) = delete;
  ~Logger();

  // Writes a record if `level` is at least the level that is set.
  void Log(LogLevel level, absl::string_view message, std::initializer_list<LogField> fields = {});

  // Whether Log would write: for callers whose fields cost something to make.
  bool Enabled(LogLevel level) const;

  void set_level(LogLevel level);
  LogLevel level() const;

  // Records given up because the queue was full, or not all of them could be written.
  uint64_t dropped() const;

 private:
  struct Backend;

  const LogFormat format_;
  const Clock& clock_;
  const std::unique_ptr<Backend> backend_;
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_OBSERVE_LOGGER_H_
