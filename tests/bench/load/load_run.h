#ifndef REGISTRYD_TESTS_BENCH_LOAD_LOAD_RUN_H_
#define REGISTRYD_TESTS_BENCH_LOAD_LOAD_RUN_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/bench/load/latency_histogram.h"
#include "tests/bench/load/load_call.h"

namespace registryd {

struct LoadOptions {
  // As gRPC names it: "unix:/path", "127.0.0.1:50051".
  std::string target;
  // Each call goes over the next of so many connections, all of them open before the first.
  int connections = 1;
  // Calls under way at the same time, at most.
  int outstanding = 1;
  // Calls begun in a second. 0: a call begins when another ends (the closed loop), so
  // that a slow server is asked less often. Otherwise they begin on time whatever the
  // server does (the open loop), and a call that finds no place among `outstanding`
  // waits for one.
  double rate = 0;
  // Calls that begin in the first `warm_up` do not count.
  absl::Duration warm_up = absl::Seconds(1);
  absl::Duration duration = absl::Seconds(5);
};

struct LoadResult {
  // In the open loop from the time at which a call was due, so that a server that stops
  // for a while is charged for every call that it kept waiting; in the closed loop
  // from its beginning.
  LatencyHistogram latencies;
  // Of the calls that count, those answered within the duration.
  uint64_t answered = 0;
  // The first that failed, and how many did.
  std::string first_error;
  uint64_t errors = 0;
};

// Puts the load on. UNAVAILABLE if a connection cannot be opened in ten seconds.
absl::StatusOr<LoadResult> PutLoad(const LoadOptions& options, const LoadQuestion& question);

}  // namespace registryd

#endif  // REGISTRYD_TESTS_BENCH_LOAD_LOAD_RUN_H_
