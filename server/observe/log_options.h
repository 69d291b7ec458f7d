#ifndef REGISTRYD_SERVER_OBSERVE_LOG_OPTIONS_H_
#define REGISTRYD_SERVER_OBSERVE_LOG_OPTIONS_H_

namespace registryd {

// In rising severity.
enum class LogLevel {
  kDebug,    // One record for each call.
  kInfo,     // What an operator expects to happen: started, reloaded, stopped.
  kWarning,  // It goes on, but someone should look.
  kError,    // Something that was asked for did not happen.
};

enum class LogFormat {
  kJson,  // One object per line.
  kText,  // For people.
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_OBSERVE_LOG_OPTIONS_H_
