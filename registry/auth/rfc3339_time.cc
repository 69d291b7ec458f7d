#include "registry/auth/rfc3339_time.h"

#include <cstddef>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/time/civil_time.h"

namespace registryd {
namespace {

// Takes a text apart from its front. Once something was not there, nothing is any more.
class Scanner {
 public:
  explicit Scanner(absl::string_view text) : rest_(text) {}

  // A number of `digits` digits, from `min` to `max`.
  int Number(size_t digits, int min, int max) {
    int value = 0;
    for (size_t i = 0; i < digits; ++i) value = value * 10 + Digit();
    valid_ = valid_ && value >= min && value <= max;
    return value;
  }

  // Whether there is a digit `ahead` places further.
  bool HasDigit(size_t ahead) const {
    return rest_.size() > ahead && absl::ascii_isdigit(rest_[ahead]);
  }

  void Mark(char mark) { valid_ = Accept(mark) && valid_; }

  bool Accept(char mark) {
    if (rest_.empty() || rest_.front() != mark) return false;
    rest_.remove_prefix(1);
    return true;
  }

  int Digit() {
    if (!HasDigit(0)) {
      valid_ = false;
      return 0;
    }
    const int digit = rest_.front() - '0';
    rest_.remove_prefix(1);
    return digit;
  }

  bool at_valid_end() const { return valid_ && rest_.empty(); }

 private:
  absl::string_view rest_;
  bool valid_ = true;
};

// ".5" and ",5"; digits beyond nanoseconds count for nothing. A mark without a digit
// behind it is left where it is.
absl::Duration Fraction(Scanner& scanner) {
  if (!scanner.HasDigit(1) || !(scanner.Accept('.') || scanner.Accept(','))) {
    return absl::ZeroDuration();
  }
  int64_t nanoseconds = 0;
  for (int64_t unit = 100'000'000; scanner.HasDigit(0); unit /= 10) {
    nanoseconds += unit * scanner.Digit();
  }
  return absl::Nanoseconds(nanoseconds);
}

// "Z", "+02:00": how far the clock of a zone is ahead.
absl::Duration Zone(Scanner& scanner) {
  if (scanner.Accept('Z')) return absl::ZeroDuration();
  const bool behind = scanner.Accept('-');
  if (!behind) scanner.Mark('+');
  const int hours = scanner.Number(2, 0, 24);
  scanner.Mark(':');
  const int minutes = scanner.Number(2, 0, 60);
  const absl::Duration ahead = absl::Hours(hours) + absl::Minutes(minutes);
  return behind ? -ahead : ahead;
}

}  // namespace

std::optional<absl::Time> ParseRfc3339Time(absl::string_view text) {
  Scanner scanner(text);
  const int year = scanner.Number(4, 0, 9999);
  scanner.Mark('-');
  const int month = scanner.Number(2, 1, 12);
  scanner.Mark('-');
  const int day = scanner.Number(2, 1, 31);
  scanner.Mark('T');
  const int hour = scanner.Number(scanner.HasDigit(1) ? 2 : 1, 0, 23);
  scanner.Mark(':');
  const int minute = scanner.Number(2, 0, 59);
  scanner.Mark(':');
  const int second = scanner.Number(2, 0, 59);
  const absl::Duration fraction = Fraction(scanner);
  const absl::Duration ahead = Zone(scanner);
  if (!scanner.at_valid_end()) return std::nullopt;

  const absl::CivilSecond civil(year, month, day, hour, minute, second);
  // A day that the month does not have is one of the next.
  if (civil.day() != day) return std::nullopt;
  return absl::FromCivil(civil, absl::UTCTimeZone()) + fraction - ahead;
}

}  // namespace registryd
