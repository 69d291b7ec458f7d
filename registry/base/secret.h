#ifndef REGISTRYD_REGISTRY_BASE_SECRET_H_
#define REGISTRYD_REGISTRY_BASE_SECRET_H_

#include <iosfwd>
#include <string>

#include "absl/strings/string_view.h"

namespace registryd {

// A password, token or private key. No stream, formatter or logger accepts it
// (their overloads are deleted), and its memory is overwritten when it goes.
// Moved-from and destroyed secrets leave no copy behind.
class Secret {
 public:
  Secret() = default;
  // Takes over `value`, and wipes the argument.
  explicit Secret(std::string&& value);
  explicit Secret(absl::string_view value);
  Secret(const Secret& other);
  Secret& operator=(const Secret& other);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  bool empty() const { return value_.empty(); }

  // The bytes themselves. The name is long so that each use is seen in review.
  // Valid until the secret is assigned or destroyed.
  absl::string_view Reveal() const { return value_; }

  // In time that depends on the lengths alone.
  friend bool operator==(const Secret& a, const Secret& b);
  friend bool operator!=(const Secret& a, const Secret& b) { return !(a == b); }

  template <typename Stream>
  friend Stream& operator<<(Stream&, const Secret&) = delete;
  template <typename Sink>
  friend void AbslStringify(Sink&, const Secret&) = delete;
  // What a failed test prints instead of the object's bytes.
  friend void PrintTo(const Secret&, std::ostream* stream);

 private:
  std::string value_;
};

// Overwrites the bytes of `value`, its spare capacity included, and empties it.
void Wipe(std::string& value);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_BASE_SECRET_H_
