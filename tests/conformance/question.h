#ifndef REGISTRYD_TESTS_CONFORMANCE_QUESTION_H_
#define REGISTRYD_TESTS_CONFORMANCE_QUESTION_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"
#include "tests/conformance/service_under_test.h"

namespace registryd {

// Asks `service`, as it is configured, what a vector's `op` and `in` ask. Returns
// the answer as a vector's `want` has it, or the service's error.
using Question = absl::StatusOr<nlohmann::json> (*)(ServiceUnderTest& service,
                                                    const nlohmann::json& in);

// nullptr for an operation that is not known.
Question FindQuestion(absl::string_view op);

}  // namespace registryd

#endif  // REGISTRYD_TESTS_CONFORMANCE_QUESTION_H_
