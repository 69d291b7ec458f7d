#ifndef REGISTRYD_TESTS_WIRE_V1_STEPS_H_
#define REGISTRYD_TESTS_WIRE_V1_STEPS_H_

#include <string>

#include "nlohmann/json.hpp"

namespace registryd {

// Opens a session with `host` at the registryd that listens on `address`, makes the steps
// of `in`, and returns the outcome as README.md says.
nlohmann::json MakeV1Steps(const std::string& address, const std::string& host,
                           const nlohmann::json& in);

}  // namespace registryd

#endif  // REGISTRYD_TESTS_WIRE_V1_STEPS_H_
