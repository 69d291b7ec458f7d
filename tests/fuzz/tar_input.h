#ifndef REGISTRYD_TESTS_FUZZ_TAR_INPUT_H_
#define REGISTRYD_TESTS_FUZZ_TAR_INPUT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace registryd {

// An archive out of a fuzzer's bytes, which are kept short: a NUL and a byte N stand for
// N NULs, a NUL and a NUL for all that are missing to the end of the block. Every block
// that has the mark of tar at its place gets the checksum that belongs to it, without
// which no reader would look at the rest, if `fix_checksums`.
std::string ExpandTar(absl::string_view bytes, bool fix_checksums);

}  // namespace registryd

#endif  // REGISTRYD_TESTS_FUZZ_TAR_INPUT_H_
