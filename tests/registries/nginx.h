#ifndef REGISTRYD_TESTS_REGISTRIES_NGINX_H_
#define REGISTRYD_TESTS_REGISTRIES_NGINX_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "registry/fs/temporary_folder.h"
#include "tests/server/child_process.h"

namespace registryd {

// Debian's nginx, which $NGINX names, on a port of 127.0.0.1. Fails the test if it
// does not come up.
//
//   Nginx mirror("location / { proxy_pass http://127.0.0.1:5000; }");
class Nginx {
 public:
  // `server` goes into the one `server` block, after a plain `listen` unless it has
  // one of its own, in which "LISTEN" stands for the address: "listen LISTEN ssl;".
  // `files` (name, content) are there by relative paths.
  explicit Nginx(absl::string_view server,
                 const std::vector<std::pair<std::string, std::string>>& files = {});

  // "127.0.0.1:PORT".
  const std::string& host_port() const { return host_port_; }
  // A line for each request: its first line, the status, and in brackets its
  // Proxy-Authorization and Authorization.
  std::string access_log() const;

 private:
  const TemporaryFolder folder_;
  std::string host_port_;
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace registryd

#endif  // REGISTRYD_TESTS_REGISTRIES_NGINX_H_
