#ifndef REGISTRYD_TESTS_FUZZ_INPUT_H_
#define REGISTRYD_TESTS_FUZZ_INPUT_H_

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"

namespace registryd {

// Takes a fuzz target's bytes apart into what a parser wants besides its text. Lines
// end in '\n', so that seeds can be written by hand. What is taken of an input that
// has ended is 0 or empty.
class FuzzInput {
 public:
  explicit FuzzInput(absl::string_view bytes) : rest_(bytes) {}

  uint8_t Byte();
  // Up to the next '\n', which is taken too, or all.
  absl::string_view Line();
  // The next `count` bytes, or all.
  absl::string_view Bytes(size_t count);
  absl::string_view Rest() const { return rest_; }
  bool empty() const { return rest_.empty(); }

 private:
  absl::string_view rest_;
};

}  // namespace registryd

#endif  // REGISTRYD_TESTS_FUZZ_INPUT_H_
