#ifndef REGISTRYD_TESTS_BENCH_COUNTED_NEW_H_
#define REGISTRYD_TESTS_BENCH_COUNTED_NEW_H_

#include <cstdint>

namespace registryd {

// Allocations that this thread has made by operator new, which the library of this
// header replaces in the program that links it.
uint64_t Allocations();

}  // namespace registryd

#endif  // REGISTRYD_TESTS_BENCH_COUNTED_NEW_H_
