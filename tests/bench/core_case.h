#ifndef REGISTRYD_TESTS_BENCH_CORE_CASE_H_
#define REGISTRYD_TESTS_BENCH_CORE_CASE_H_

#include <ostream>
#include <string>
#include <vector>

#include "registry/config/service_config.h"
#include "registry/net/fake_dns_resolver.h"

namespace registryd {

// One question to the core, of tests/bench/inputs.json.
struct CoreCase {
  std::string name;
  std::string question;  // "parse", "resolve", "pull", "push", "challenge", "snapshot".
  std::string text;      // What is asked about; nothing for a snapshot.
  ServiceOptions options;
};

// Names it in test reports.
inline std::ostream& operator<<(std::ostream& out, const CoreCase& c) { return out << c.name; }

// What the C++ and the Go benchmarks read.
struct CoreInputs {
  FakeDnsResolver::Table hosts;
  std::vector<CoreCase> cases;
};

// Aborts on a file that is not as it should be.
CoreInputs ReadCoreInputs(const std::string& path);

}  // namespace registryd

#endif  // REGISTRYD_TESTS_BENCH_CORE_CASE_H_
