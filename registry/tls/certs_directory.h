#ifndef REGISTRYD_REGISTRY_TLS_CERTS_DIRECTORY_H_
#define REGISTRYD_REGISTRY_TLS_CERTS_DIRECTORY_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "registry/fs/confined_folder.h"
#include "registry/tls/host_certificates.h"

namespace registryd {

struct CertsDirectoryOptions {
  // Of one file; a larger one is an error.
  size_t max_file_bytes = 1 << 20;
  // `*.crt`, `*.cert` and `*.key` files of one host; more are an error.
  size_t max_files = 256;
  Confinement confinement = Confinement::kKernel;
};

// Reads Docker's certs.d, one folder per HOST[:PORT], by the rules of Docker
// Engine 27.0.3: each `*.crt` is a trust root (its content is not looked at), each
// `*.cert` a client certificate that needs its `*.key`, and the reverse; other
// files are ignored, and so is a folder that does not exist.
//
// Nothing outside certs.d is opened, whatever the host's name or the links in
// the folder. Links that stay inside are followed.
//
// Every call reads the disk. Immutable and thread-safe.
class CertsDirectory {
 public:
  // An empty `path` is a certs.d without any host.
  explicit CertsDirectory(std::string path, CertsDirectoryOptions options = {});

  const std::string& path() const { return path_; }

  // Returns INVALID_ARGUMENT, reason HOSTNAME_INVALID, field "hostname", if
  // `host` cannot be the name of a folder: `.`, `..`, longer than 255 bytes, with
  // a slash, backslash or control character, or with percent escapes of any of
  // these. The empty host is valid, and has no folder.
  static absl::Status CheckHost(absl::string_view host);

  struct Reading {
    // Never null. Errors: those of CheckHost; INVALID_ARGUMENT, reason
    // CERTIFICATES_INVALID, with the host and, where it is one file's fault, the
    // file in the metadata; UNAVAILABLE, reason OVERLOADED, when the process is
    // out of file descriptors or memory, which says nothing about the folder.
    absl::StatusOr<std::shared_ptr<const HostCertificates>> certificates;
    // Of the folder that `certificates` was read from.
    std::string fingerprint;
  };

  // All of one state of the folder: it is read again when it changes meanwhile.
  Reading Read(absl::string_view host) const;

  // Equal before and after as long as the host's files are the same: names,
  // inodes, sizes and times, or the error that hides them.
  std::string Fingerprint(absl::string_view host) const;

  // Names in certs.d, sorted: a host that is not among them has no certificates.
  // A certs.d that does not exist has none. Returns UNAVAILABLE if it cannot be
  // listed.
  absl::StatusOr<std::vector<std::string>> Hosts() const;

 private:
  absl::StatusOr<HostCertificates> ReadOnce(absl::string_view host) const;

  const std::string path_;
  const CertsDirectoryOptions options_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_TLS_CERTS_DIRECTORY_H_
