#ifndef REGISTRYD_TESTS_SERVER_EVENTUALLY_H_
#define REGISTRYD_TESTS_SERVER_EVENTUALLY_H_

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"

namespace registryd {

// How long a test waits for what has to happen, on a machine that has other work.
inline constexpr absl::Duration kPatience = absl::Minutes(1);

// Whether `condition`, which is asked again and again, comes true in kPatience.
bool Eventually(absl::FunctionRef<bool()> condition);

}  // namespace registryd

#endif  // REGISTRYD_TESTS_SERVER_EVENTUALLY_H_
