#include "tests/fuzz/input.h"

#include <algorithm>

namespace registryd {

uint8_t FuzzInput::Byte() {
  if (rest_.empty()) return 0;
  const auto byte = static_cast<uint8_t>(rest_.front());
  rest_.remove_prefix(1);
  return byte;
}

absl::string_view FuzzInput::Line() {
  const size_t end = rest_.find('\n');
  const absl::string_view line = rest_.substr(0, end);
  rest_.remove_prefix(end == absl::string_view::npos ? rest_.size() : end + 1);
  return line;
}

absl::string_view FuzzInput::Bytes(size_t count) {
  const absl::string_view bytes = rest_.substr(0, count);
  rest_.remove_prefix(bytes.size());
  return bytes;
}

}  // namespace registryd
