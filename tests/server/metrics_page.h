#ifndef REGISTRYD_TESTS_SERVER_METRICS_PAGE_H_
#define REGISTRYD_TESTS_SERVER_METRICS_PAGE_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "tests/server/registryd_process.h"

namespace registryd {

// What the HTTP server of `process` answers to a GET of `path`: status line,
// headers and body. Empty without an answer.
std::string HttpGet(const RegistrydProcess& process, absl::string_view path);

// The sample with this name and these labels, as Prometheus' text format writes
// them, on the /metrics of `process`. nullopt if it is not there.
std::optional<double> Figure(const RegistrydProcess& process, absl::string_view sample);

}  // namespace registryd

#endif  // REGISTRYD_TESTS_SERVER_METRICS_PAGE_H_
