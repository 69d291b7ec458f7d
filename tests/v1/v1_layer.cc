#include "tests/v1/v1_layer.h"

#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "registry/v1/test_tar.h"

namespace registryd {
namespace {

// The word of a generated layer that begins at byte 8 * `index` (splitmix64).
uint64_t Word(uint64_t index) {
  uint64_t z = (index + 1) * 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

std::string Generate(uint64_t offset, uint64_t size) {
  constexpr uint64_t kWordSize = sizeof(uint64_t);
  const uint64_t first = offset / kWordSize;
  const uint64_t words = (offset + size + kWordSize - 1) / kWordSize - first;
  std::string bytes(words * kWordSize, '\0');
  for (uint64_t i = 0; i < words; ++i) {
    const uint64_t word = Word(first + i);
    std::memcpy(&bytes[i * kWordSize], &word, kWordSize);
  }
  bytes.erase(0, offset % kWordSize);
  bytes.resize(size);
  return bytes;
}

}  // namespace

V1Layer V1Layer::Of(std::string bytes) {
  auto shared = std::make_shared<const std::string>(std::move(bytes));
  return V1Layer(shared->size(),
                 [shared](uint64_t offset, uint64_t size) { return shared->substr(offset, size); });
}

V1Layer V1Layer::Generated(uint64_t size) { return V1Layer(size, Generate); }

std::string SyntheticLayer(absl::string_view name, uint64_t size) {
  return absl::StrCat(TestTar(name).Mode(0644).With(Generate(0, size)), TarEnd());
}

}  // namespace registryd
