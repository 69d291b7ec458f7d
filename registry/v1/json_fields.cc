#include "registry/v1/json_fields.h"

#include <limits>
#include <utility>

#include "registry/base/bounded_json.h"

namespace registryd {

using nlohmann::json;

bool ReadField(json& object, absl::string_view name, std::string& text) {
  json* const member = FindMember(object, name);
  if (member == nullptr) return true;
  if (!member->is_string()) return false;
  text = std::move(member->get_ref<std::string&>());
  return true;
}

bool ReadField(json& object, absl::string_view name, int64_t& value) {
  const json* const member = FindMember(object, name);
  if (member == nullptr) return true;
  if (!member->is_number_integer()) return false;
  constexpr auto kMax = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  if (member->is_number_unsigned() && member->get<uint64_t>() > kMax) return false;
  value = member->get<int64_t>();
  return true;
}

bool ReadField(json& object, absl::string_view name, bool& value) {
  const json* const member = FindMember(object, name);
  if (member == nullptr) return true;
  if (!member->is_boolean()) return false;
  value = member->get<bool>();
  return true;
}

}  // namespace registryd
