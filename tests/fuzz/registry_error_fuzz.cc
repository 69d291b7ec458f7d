// Responses that mean no success, line by line: status (two bytes), WWW-Authenticate,
// Content-Type, Retry-After; then the body. What callers see of them is bounded.
#include "registry/auth/registry_error.h"
#include "tests/fuzz/error_check.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input.h"

namespace registryd {

void FuzzOne(absl::string_view input) {
  FuzzInput parts(input);
  const absl::string_view status = parts.Line();
  HttpResponseHead head;
  head.status = 400;
  for (const char c : status.substr(0, 3)) {
    head.status = (head.status * 10 + static_cast<unsigned char>(c) % 10) % 1000;
  }
  for (const char* name : {"WWW-Authenticate", "Content-Type", "Retry-After"}) {
    head.headers.push_back({name, std::string(parts.Line())});
  }
  const absl::Status error =
      RegistryError("login attempt", head, parts.Rest(), absl::FromUnixSeconds(1'700'000'000));
  FUZZ_CHECK(!error.ok());
  FUZZ_CHECK(ReasonOf(error) != Reason::kUnspecified);
  CheckShowable(error.message(), 640);
  if (const auto delay = RetryDelayOf(error)) {
    FUZZ_CHECK(*delay >= absl::ZeroDuration() && *delay <= absl::Hours(1));
  }
}

}  // namespace registryd
