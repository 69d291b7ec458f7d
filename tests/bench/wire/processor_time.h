#ifndef REGISTRYD_TESTS_BENCH_WIRE_PROCESSOR_TIME_H_
#define REGISTRYD_TESTS_BENCH_WIRE_PROCESSOR_TIME_H_

#include <sys/types.h>

namespace registryd {

// Processor time that process `pid` has taken until now, in seconds: its own and the kernel's
// for it. 0 if it is not there.
double ProcessorSeconds(pid_t pid);

// The same of all children that have ended and were waited for.
double ChildrensProcessorSeconds();

}  // namespace registryd

#endif  // REGISTRYD_TESTS_BENCH_WIRE_PROCESSOR_TIME_H_
