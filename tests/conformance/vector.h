#ifndef REGISTRYD_TESTS_CONFORMANCE_VECTOR_H_
#define REGISTRYD_TESTS_CONFORMANCE_VECTOR_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"
#include "registry/net/fake_dns_resolver.h"
#include "registry/v1/types.pb.h"

namespace registryd {

// A question, and the reference implementation's answer: one line of a file.
struct Vector {
  std::string file;
  int line = 0;  // Counted from 1.
  std::string op;
  nlohmann::json in;
  ::registry::v1::ServiceOptions options;
  nlohmann::json want;

  bool wants_error() const { return want.contains("error"); }
};

// All lines of `file`. INVALID_ARGUMENT, naming the line, if one is no vector.
absl::StatusOr<std::vector<Vector>> ReadVectors(const std::string& file);

// Names and their addresses, of a JSON object of lists.
absl::StatusOr<FakeDnsResolver::Table> ParseHosts(const std::string& json);
absl::StatusOr<FakeDnsResolver::Table> ReadHosts(const std::string& file);

}  // namespace registryd

#endif  // REGISTRYD_TESTS_CONFORMANCE_VECTOR_H_
