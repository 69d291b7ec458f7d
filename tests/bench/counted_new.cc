#include "tests/bench/counted_new.h"

#include <cstddef>
#include <cstdlib>
#include <new>

#include "absl/base/attributes.h"

namespace {

thread_local uint64_t allocations = 0;

}  // namespace

// Not inlined: the compiler would see malloc and free instead of a matching pair.
ABSL_ATTRIBUTE_NOINLINE void* operator new(size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size)) return memory;
  std::abort();
}
ABSL_ATTRIBUTE_NOINLINE void operator delete(void* memory) noexcept { std::free(memory); }
ABSL_ATTRIBUTE_NOINLINE void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace registryd {

uint64_t Allocations() { return allocations; }

}  // namespace registryd
