#ifndef REGISTRYD_REGISTRY_TLS_SHA256_H_
#define REGISTRYD_REGISTRY_TLS_SHA256_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"

namespace registryd {

// SHA-256 (FIPS 180-4) of bytes that come in pieces. Not thread-safe.
class Sha256 {
 public:
  using Digest = std::array<uint8_t, 32>;

  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void Update(absl::string_view bytes);

  // Of all bytes since construction, or since the last digest: to ask for one starts
  // anew.
  Digest Finish();

  // Finish() as 64 lowercase hex digits.
  std::string HexDigest();

 private:
  struct State;

  std::unique_ptr<State> state_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_TLS_SHA256_H_
