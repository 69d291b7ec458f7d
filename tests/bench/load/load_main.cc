// Puts load on a gRPC server and prints what came of it, as one JSON object.
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/time/time.h"
#include "nlohmann/json.hpp"
#include "tests/bench/load/load_run.h"

namespace registryd {
namespace {

using Json = nlohmann::json;

double Microseconds(absl::Duration duration) { return absl::ToDoubleMicroseconds(duration); }

Json ToJson(const LoadResult& result, absl::Duration duration) {
  const LatencyHistogram& latencies = result.latencies;
  return {{"calls", latencies.count()},
          {"errors", result.errors},
          {"first_error", result.first_error},
          {"per_second", static_cast<double>(result.answered) / absl::ToDoubleSeconds(duration)},
          {"latency_us",
           {{"p50", Microseconds(latencies.Quantile(0.5))},
            {"p90", Microseconds(latencies.Quantile(0.9))},
            {"p99", Microseconds(latencies.Quantile(0.99))},
            {"p99.9", Microseconds(latencies.Quantile(0.999))},
            {"max", Microseconds(latencies.max())}}}};
}

int Main(int argc, char** argv) {
  LoadOptions options;
  LoadQuestion question;
  std::string inputs = "tests/bench/inputs.json";
  double seconds = absl::ToDoubleSeconds(options.duration);
  double warm_up_seconds = absl::ToDoubleSeconds(options.warm_up);
  int batch = 1000;

  CLI::App app{"Puts load on a gRPC server"};
  app.add_option("--target", options.target, "gRPC's name of the server")->required();
  app.add_option("--method", question.method, "what is asked")->required();
  app.add_option("--inputs", inputs, "file with the references to ask about");
  app.add_option("--batch", batch, "references in one call of BatchLookupPullEndpoints");
  app.add_option("--connections", options.connections)->check(CLI::PositiveNumber);
  app.add_option("--outstanding", options.outstanding, "calls under way at the same time")
      ->check(CLI::PositiveNumber);
  app.add_option("--rate", options.rate, "calls begun in a second; 0: the closed loop");
  app.add_option("--seconds", seconds)->check(CLI::PositiveNumber);
  app.add_option("--warm-up", warm_up_seconds, "seconds before it counts");
  CLI11_PARSE(app, argc, argv);
  options.duration = absl::Seconds(seconds);
  options.warm_up = absl::Seconds(warm_up_seconds);

  std::ifstream file(inputs);
  const std::vector<std::string> references = Json::parse(file).at("references");
  question.texts = references;
  if (question.method == "BatchLookupPullEndpoints") {
    for (int i = static_cast<int>(references.size()); i < batch; ++i) {
      question.texts.push_back(references[i % references.size()]);
    }
  }
  const auto result = PutLoad(options, question);
  if (!result.ok()) {
    std::fprintf(stderr, "%s\n", result.status().ToString().c_str());
    return 1;
  }
  std::printf("%s\n", ToJson(*result, options.duration).dump().c_str());
  return result->errors == 0 ? 0 : 1;
}

}  // namespace
}  // namespace registryd

int main(int argc, char** argv) { return registryd::Main(argc, argv); }
