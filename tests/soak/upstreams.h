#ifndef REGISTRYD_TESTS_SOAK_UPSTREAMS_H_
#define REGISTRYD_TESTS_SOAK_UPSTREAMS_H_

#include <memory>
#include <string>
#include <vector>

#include "registry/net/testing/scripted_http_server.h"
#include "tests/v1/v1_registry.h"

namespace registryd {

// Registries that fail, each in its own way and with every request, and one of the V1
// protocol that mostly works. They remember what they were asked: for a round, not for
// an hour.
class Upstreams {
 public:
  // Of the image that v1() has.
  static constexpr char kImage[] = "soak";
  static constexpr int64_t kLayerSize = 4 << 20;

  Upstreams();

  // Answers at once, with what no client can use.
  const std::vector<std::unique_ptr<ScriptedHttpServer>>& failing() const { return failing_; }
  // Never answers.
  const ScriptedHttpServer& silent() const { return silent_; }
  // Its index finds something, whatever is searched.
  const ScriptedHttpServer& search() const { return search_; }
  V1Registry& v1() { return v1_; }

 private:
  std::vector<std::unique_ptr<ScriptedHttpServer>> failing_;
  ScriptedHttpServer silent_;
  ScriptedHttpServer search_;
  V1Registry v1_;
};

}  // namespace registryd

#endif  // REGISTRYD_TESTS_SOAK_UPSTREAMS_H_
