#ifndef REGISTRYD_TESTS_FUZZ_FUZZ_H_
#define REGISTRYD_TESTS_FUZZ_FUZZ_H_

#include <cstdio>
#include <cstdlib>

#include "absl/strings/string_view.h"

namespace registryd {

// One run of a fuzz target, which each target defines: parses `input`, any bytes at
// all, and aborts where the parser breaks its word. Called again and again in one
// process, on one thread; what one run does depends on its input alone.
void FuzzOne(absl::string_view input);

// Whether `shown`, an error or a log line, gives `secret` away. Words of an error stand in
// some secret by chance, and a fuzzer finds them: only one that is marked, as seeds mark
// theirs, or is as long as a key, can tell. One that also stands in `open` is no secret.
inline bool Reveals(absl::string_view shown, absl::string_view secret, absl::string_view open) {
  constexpr size_t kLong = 64;
  const bool telling = secret.size() >= kLong || secret.find("canary") != absl::string_view::npos;
  return telling && shown.find(secret) != absl::string_view::npos &&
         open.find(secret) == absl::string_view::npos;
}

}  // namespace registryd

// Aborts, naming `condition`, if it does not hold. In every build.
#define FUZZ_CHECK(condition)                                                             \
  do {                                                                                    \
    if (!(condition)) {                                                                   \
      std::fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                       \
    }                                                                                     \
  } while (false)

#endif  // REGISTRYD_TESTS_FUZZ_FUZZ_H_
