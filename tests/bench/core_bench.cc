// Times the core's answers to the questions of a file, and counts what they allocate.
// $INPUTS names the file; arguments are those of Google Benchmark.
#include <cstdint>
#include <cstdlib>
#include <functional>

#include "benchmark/benchmark.h"
#include "tests/bench/core_case.h"
#include "tests/bench/counted_new.h"
#include "tests/bench/warm_core.h"

namespace registryd {
namespace {

void Time(benchmark::State& state, const std::function<bool()>& ask) {
  const uint64_t before = Allocations();
  for (auto _ : state) benchmark::DoNotOptimize(ask());
  state.counters["allocations"] = benchmark::Counter(static_cast<double>(Allocations() - before),
                                                     benchmark::Counter::kAvgIterations);
}

int Main(int argc, char** argv) {
  const char* const path = std::getenv("INPUTS");
  const CoreInputs inputs = ReadCoreInputs(path == nullptr ? "tests/bench/inputs.json" : path);
  WarmCore core(inputs.hosts);
  for (const CoreCase& c : inputs.cases) {
    benchmark::RegisterBenchmark(c.name.c_str(), Time, core.Prepare(c));
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace
}  // namespace registryd

int main(int argc, char** argv) { return registryd::Main(argc, argv); }
