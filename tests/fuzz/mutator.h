#ifndef REGISTRYD_TESTS_FUZZ_MUTATOR_H_
#define REGISTRYD_TESTS_FUZZ_MUTATOR_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace registryd {

// Makes inputs for a fuzz target out of its seeds, without knowing the code as
// libFuzzer does: what every `make test` can afford. The same seeds, the same
// inputs, on every machine. Not thread-safe.
class Mutator {
 public:
  static constexpr size_t kMaxBytes = 4096;

  // `seeds` is not empty.
  explicit Mutator(std::vector<std::string> seeds, uint64_t random_seed = 1);

  // One of the seeds, changed in one to eight places: bits, bytes, numbers and words
  // that parsers watch for, parts moved, doubled, cut, or taken from another seed.
  std::string Next();

 private:
  // Evenly from 0 to `bound` - 1; 0 for 0. The library's distributions differ between
  // libraries.
  size_t Below(size_t bound);
  const std::string& AnySeed() { return seeds_[Below(seeds_.size())]; }
  absl::string_view AnyPart(absl::string_view text);
  void Change(std::string& text);

  const std::vector<std::string> seeds_;
  std::mt19937_64 random_;
};

}  // namespace registryd

#endif  // REGISTRYD_TESTS_FUZZ_MUTATOR_H_
