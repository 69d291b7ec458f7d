#ifndef REGISTRYD_TESTS_SOAK_MIXED_CALLER_H_
#define REGISTRYD_TESTS_SOAK_MIXED_CALLER_H_

#include <cstdint>
#include <random>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/registry_client.h"
#include "tests/soak/call_tally.h"
#include "tests/soak/upstreams.h"

namespace registryd {

// Whom a caller talks to, and of whom.
struct Surroundings {
  // Of the service, whose configuration always has one mirror and whose callers are
  // admins.
  std::string address;
  // Debian's docker-registry with htpasswd, to which the service may send passwords.
  std::string docker_registry;
  Upstreams* upstreams = nullptr;
  CallTally* tally = nullptr;
};

// Makes calls of many kinds in an order of chance, good ones and bad ones, lets some
// run out of time and abandons others, and tells the tally how each may have ended.
// One thread each.
class MixedCaller {
 public:
  // The same `seed` makes the same calls in the same order.
  MixedCaller(const Surroundings& surroundings, uint32_t seed);

  void Run(absl::Time until);

 private:
  using Call = void (MixedCaller::*)();

  // Of 0 to `end` - 1.
  size_t Chance(size_t end) { return std::uniform_int_distribution<size_t>(0, end - 1)(random_); }

  void Resolve();
  void Calculate();
  void RefuseWhatIsWrong();
  void LookUp();
  void LookUpMany();
  void RunOutOfTime();
  void ReadConfig();
  void ChangeConfig();
  void Prepare();
  void Watch();
  void LogIn();
  void PingHealthy();
  void PingFailing();
  void PingSilent();
  void Search();
  void PullLayer();
  void ConnectAnew();

  const Surroundings surroundings_;
  CallTally& tally_;
  std::mt19937 random_;
  const client::RegistryClient client_;
};

}  // namespace registryd

#endif  // REGISTRYD_TESTS_SOAK_MIXED_CALLER_H_
