#include "server/default_socket.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace registryd {
namespace {

constexpr char kFolder[] = "/run/registryd";
constexpr absl::string_view kSocketName = "/registryd.sock";

// 0755: everyone may connect; roles come from the caller's uid.
absl::Status MakeFolder(const std::string& folder) {
  // The umask does not decide.
  if (::mkdir(folder.c_str(), 0755) == 0 && ::chmod(folder.c_str(), 0755) == 0) {
    return absl::OkStatus();
  }
  if (errno == EEXIST) return absl::OkStatus();
  return absl::ErrnoToStatus(
      errno, absl::StrCat("cannot make the folder ", folder,
                          " for the Unix socket; make it, or choose a place with --listen"));
}

}  // namespace

absl::Status PrepareDefaultSocket(Settings& settings, std::vector<std::string>& notes,
                                  const Environment& environment, uid_t user) {
  static const auto* const kDefault = new std::vector<std::string>(Settings().listen);
  std::vector<std::string>& listen = settings.listen;
  if (listen != *kDefault) return absl::OkStatus();
  if (user == 0) return MakeFolder(kFolder);
  // As a service manager makes it for a user of the service's own.
  if (::access(kFolder, W_OK) == 0) return absl::OkStatus();

  const absl::string_view runtime = Lookup(environment, "XDG_RUNTIME_DIR");
  if (runtime.empty()) {
    listen.erase(listen.begin());
    notes.push_back(
        "no Unix socket is served: set --listen unix:PATH, or XDG_RUNTIME_DIR; callers over "
        "plain TCP may only read");
    return absl::OkStatus();
  }
  const std::string folder = absl::StrCat(runtime, "/registryd");
  listen.front() = absl::StrCat("unix:", folder, kSocketName);
  return MakeFolder(folder);
}

}  // namespace registryd
