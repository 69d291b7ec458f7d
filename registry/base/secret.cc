#include "registry/base/secret.h"

#include <string.h>

#include <ostream>
#include <utility>

namespace registryd {

Secret::Secret(std::string&& value) : value_(std::move(value)) { Wipe(value); }

Secret::Secret(absl::string_view value) : value_(value) {}

Secret::Secret(const Secret& other) = default;

Secret& Secret::operator=(const Secret& other) {
  if (this != &other) {
    Wipe(value_);
    value_ = other.value_;
  }
  return *this;
}

Secret::Secret(Secret&& other) noexcept : value_(std::move(other.value_)) {
  // A short string is copied by a move, and leaves its bytes behind.
  Wipe(other.value_);
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    Wipe(value_);
    value_ = std::move(other.value_);
    Wipe(other.value_);
  }
  return *this;
}

Secret::~Secret() { Wipe(value_); }

bool operator==(const Secret& a, const Secret& b) {
  if (a.value_.size() != b.value_.size()) return false;
  // Volatile, so that the loop cannot be made to end at the first difference.
  volatile unsigned char difference = 0;
  for (size_t i = 0; i < a.value_.size(); ++i) {
    difference = difference | static_cast<unsigned char>(a.value_[i] ^ b.value_[i]);
  }
  return difference == 0;
}

void PrintTo(const Secret&, std::ostream* stream) { *stream << "(secret)"; }

void Wipe(std::string& value) {
  value.resize(value.capacity());
  explicit_bzero(value.data(), value.size());
  value.clear();
}

}  // namespace registryd
