#ifndef REGISTRYD_SERVER_OBSERVE_LOG_VALUE_H_
#define REGISTRYD_SERVER_OBSERVE_LOG_VALUE_H_

#include <cstdint>
#include <string>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/variant.h"
#include "registry/base/secret.h"

namespace registryd {

// The value of a log record's field. Made from text, numbers, booleans, durations
// (in seconds) and statuses, and from nothing else: a Secret does not compile.
// Refers to the text that it was made from; lives for one call of Logger::Log.
class LogValue {
 public:
  using Variant = absl::variant<absl::string_view, std::string, int64_t, uint64_t, double, bool>;

  LogValue(absl::string_view text) : value_(text) {}
  LogValue(const std::string& text) : value_(absl::string_view(text)) {}
  LogValue(const char* text) : value_(absl::string_view(text)) {}
  LogValue(absl::Duration duration) : value_(absl::ToDoubleSeconds(duration)) {}
  // "INVALID_ARGUMENT: ..."; payloads are left out.
  LogValue(const absl::Status& status)
      : value_(status.ToString(absl::StatusToStringMode::kWithNoExtraData)) {}

  template <typename T, std::enable_if_t<std::is_arithmetic<T>::value, int> = 0>
  LogValue(T number) : value_(Number(number)) {}

  LogValue(const Secret&) = delete;
  // Else any pointer would become a bool.
  LogValue(const void*) = delete;

  const Variant& variant() const { return value_; }

 private:
  template <typename T>
  static Variant Number(T number) {
    if constexpr (std::is_same<T, bool>::value) return Variant(number);
    if constexpr (std::is_floating_point<T>::value) return Variant(static_cast<double>(number));
    if constexpr (std::is_unsigned<T>::value) return Variant(static_cast<uint64_t>(number));
    return Variant(static_cast<int64_t>(number));
  }

  Variant value_;
};

// A named value. Keys are snake_case literals.
struct LogField {
  absl::string_view key;
  LogValue value;
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_OBSERVE_LOG_VALUE_H_
