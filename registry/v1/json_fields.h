#ifndef REGISTRYD_REGISTRY_V1_JSON_FIELDS_H_
#define REGISTRYD_REGISTRY_V1_JSON_FIELDS_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace registryd {

// Reads a member of a JSON object as Go's encoding/json fills in a struct's field: found
// by FindMember; one that is missing or null leaves `value` alone. Returns false, and
// leaves it alone too, for a value of another type, and for numbers with a fraction or
// exponent, or outside 64 bits. `text` may be moved out of the object.
bool ReadField(nlohmann::json& object, absl::string_view name, std::string& text);
bool ReadField(nlohmann::json& object, absl::string_view name, int64_t& value);
bool ReadField(nlohmann::json& object, absl::string_view name, bool& value);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_V1_JSON_FIELDS_H_
