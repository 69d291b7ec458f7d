#ifndef REGISTRYD_TESTS_SERVER_REGISTRYD_FIXTURE_H_
#define REGISTRYD_TESTS_SERVER_REGISTRYD_FIXTURE_H_

#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "registry/fs/temporary_folder.h"
#include "tests/server/registryd_process.h"

namespace registryd {

// For tests of registryd as a process, away from the machine's own: its files are
// in folder_, its ports are chosen by the kernel.
class RegistrydFixture : public ::testing::Test {
 protected:
  // To listen on UnixAddress() and on a port of 127.0.0.1, without metrics. The
  // environment says so, which any flag among `arguments` beats.
  RegistrydOptions Options(std::vector<std::string> arguments = {}) const;

  // Starts registryd and returns once it serves. Not null, but dead if it does not.
  static std::unique_ptr<RegistrydProcess> Start(const RegistrydOptions& options);
  std::unique_ptr<RegistrydProcess> Serve(std::vector<std::string> arguments = {}) const;

  std::string UnixAddress() const;
  // Of the TCP port that `process` chose.
  static std::string TcpAddress(const RegistrydProcess& process);

  // Replaces the file `name` in folder_ as an editor or a package manager does.
  void Replace(absl::string_view name, absl::string_view content) const;

  const TemporaryFolder folder_;
};

}  // namespace registryd

#endif  // REGISTRYD_TESTS_SERVER_REGISTRYD_FIXTURE_H_
