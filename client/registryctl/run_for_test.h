#ifndef REGISTRYD_CLIENT_REGISTRYCTL_RUN_FOR_TEST_H_
#define REGISTRYD_CLIENT_REGISTRYCTL_RUN_FOR_TEST_H_

#include <sstream>
#include <string>
#include <vector>

#include "client/registryctl/registryctl.h"
#include "client/testing/fake_server.h"
#include "gtest/gtest.h"

namespace registryd::registryctl {

namespace v1 = ::registry::v1;

// What a run of registryctl left behind.
struct RunResult {
  int code;
  std::string out;
  std::string err;
};

// Runs registryctl without telling it where the service is.
inline RunResult RunAlone(const std::vector<std::string>& args, const std::string& input = "",
                          Terminals terminals = {}) {
  std::istringstream in(input);
  std::ostringstream out;
  std::ostringstream err;
  const int code = RunRegistryctl(args, in, out, err, terminals);
  return {code, out.str(), err.str()};
}

// Runs registryctl against a service of the test's own.
class RegistryctlTest : public ::testing::Test {
 protected:
  RunResult Run(std::vector<std::string> args, const std::string& input = "",
                Terminals terminals = {}) {
    args.insert(args.begin(), {"--address", server_.address()});
    return RunAlone(args, input, terminals);
  }

  client::FakeServer server_;
};

}  // namespace registryd::registryctl

#endif  // REGISTRYD_CLIENT_REGISTRYCTL_RUN_FOR_TEST_H_
