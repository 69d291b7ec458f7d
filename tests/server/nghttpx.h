#ifndef REGISTRYD_TESTS_SERVER_NGHTTPX_H_
#define REGISTRYD_TESTS_SERVER_NGHTTPX_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "registry/fs/temporary_folder.h"
#include "registry/tls/test_certificates.h"
#include "tests/server/child_process.h"

namespace registryd {

// Debian's nghttpx, which $NGHTTPX names, in front of a registryd, as the configuration that
// we ship has it ($NGHTTPX_CONFIGURATION) but for names of files, and a port of
// 127.0.0.1. Fails the test if it does not come up.
class Nghttpx {
 public:
  // `settings` (name, value) stand in place of those of the configuration.
  Nghttpx(absl::string_view unix_address, const TestCertificate& certificate,
          const std::vector<std::pair<std::string, std::string>>& settings = {});

  // "127.0.0.1:PORT", where it speaks TLS.
  const std::string& address() const { return address_; }
  // Whether it runs as another user than this process, which takes root.
  static bool HasUserOfItsOwn();

 private:
  const TemporaryFolder folder_;
  std::string address_;
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace registryd

#endif  // REGISTRYD_TESTS_SERVER_NGHTTPX_H_
