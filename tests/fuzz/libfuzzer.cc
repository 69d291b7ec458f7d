// Gives a fuzz target to libFuzzer, which brings main().
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // Of an empty input libFuzzer gives no address.
  registryd::FuzzOne(size == 0 ? "" : absl::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
