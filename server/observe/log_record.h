#ifndef REGISTRYD_SERVER_OBSERVE_LOG_RECORD_H_
#define REGISTRYD_SERVER_OBSERVE_LOG_RECORD_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "server/observe/log_options.h"
#include "server/observe/log_value.h"

namespace registryd {

// "debug", "info", "warning", "error".
absl::string_view LogLevelName(LogLevel level);

// One record as one line, without its newline. Whatever the texts hold, the line
// is valid UTF-8 and free of control characters: bytes that are not UTF-8 become
// U+FFFD. Of fields with one name the first stays; "time", "level" and "message"
// are taken.
//
//   {"time":"2024-05-01T12:00:00.000Z","level":"info","message":"listening","address":"..."}
std::string JsonLogLine(absl::Time now, LogLevel level, absl::string_view message,
                        absl::Span<const LogField> fields);

//   2024-05-01T12:00:00.000Z info    listening address=127.0.0.1:50051 note="two words"
std::string TextLogLine(absl::Time now, LogLevel level, absl::string_view message,
                        absl::Span<const LogField> fields);

}  // namespace registryd

#endif  // REGISTRYD_SERVER_OBSERVE_LOG_RECORD_H_
