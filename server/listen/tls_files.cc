#include "server/listen/tls_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "registry/base/error.h"
#include "registry/fs/file_descriptor.h"
#include "registry/tls/identity/identity_check.h"

namespace registryd {
namespace {

constexpr absl::string_view kCertificate = "tls-cert";
constexpr absl::string_view kKey = "tls-key";
constexpr absl::string_view kClientCa = "tls-client-ca";
constexpr off_t kMaxFileSize = 1 << 20;

absl::Status Wrong(absl::string_view flag, absl::string_view what) {
  return FieldError(Reason::kSettingInvalid, flag, absl::StrCat(flag, " ", what));
}

absl::StatusOr<std::string> ReadAll(absl::string_view flag, const std::string& path) {
  const auto failed = [&](absl::string_view why) {
    return Wrong(flag, absl::StrCat(path, ": ", why));
  };
  // A named pipe must not make the service wait.
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.valid()) return failed(std::strerror(errno));
  struct stat status;
  if (::fstat(file.get(), &status) != 0) return failed(std::strerror(errno));
  if (!S_ISREG(status.st_mode)) return failed("not a regular file");
  if (status.st_size > kMaxFileSize) return failed("the file is larger than 1 MiB");
  // One byte more than there should be, to notice the end. Allocated at once: no
  // copy of a key stays behind in a smaller buffer.
  std::string content(static_cast<size_t>(status.st_size) + 1, '\0');
  size_t size = 0;
  while (size < content.size()) {
    const ssize_t n = ::read(file.get(), &content[size], content.size() - size);
    if (n == 0) break;
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const int error = errno;
      Wipe(content);
      return failed(std::strerror(error));
    }
    size += static_cast<size_t>(n);
  }
  if (size == content.size()) {
    Wipe(content);
    return failed("the file changed while it was read");
  }
  content.resize(size);
  return content;
}

absl::Status Named(absl::string_view flag, const std::string& path, const absl::Status& status) {
  if (status.ok()) return status;
  return Wrong(flag, absl::StrCat(path, " ", status.message()));
}

}  // namespace

absl::StatusOr<TlsMaterials> ReadTlsFiles(const TlsOptions& options) {
  if (options.certificate_file.empty()) return Wrong(kCertificate, "is needed beside tls-key");
  if (options.key_file.empty()) return Wrong(kKey, "is needed beside tls-cert");
  if (options.require_client_certificate && options.client_ca_file.empty()) {
    return Wrong(kClientCa,
                 "is needed, because clients must show a certificate; tls-client-auth=none lets "
                 "them in without one");
  }
  if (!options.require_client_certificate && !options.client_ca_file.empty()) {
    return Wrong(kClientCa, "has no use with tls-client-auth=none");
  }
  TlsMaterials materials;
  absl::StatusOr<std::string> certificate = ReadAll(kCertificate, options.certificate_file);
  if (!certificate.ok()) return certificate.status();
  materials.certificate_pem = *std::move(certificate);
  absl::StatusOr<std::string> key = ReadAll(kKey, options.key_file);
  if (!key.ok()) return key.status();
  materials.key_pem = Secret(*std::move(key));
  if (options.require_client_certificate) {
    absl::StatusOr<std::string> client_ca = ReadAll(kClientCa, options.client_ca_file);
    if (!client_ca.ok()) return client_ca.status();
    materials.client_ca_pem = *std::move(client_ca);
  }
  return materials;
}

absl::Status CheckTlsMaterials(const TlsOptions& options, const TlsMaterials& materials) {
  absl::Status status =
      Named(kCertificate, options.certificate_file, CheckCertificates(materials.certificate_pem));
  if (!status.ok()) return status;
  const absl::string_view key = materials.key_pem.Reveal();
  status = Named(kKey, options.key_file, CheckPrivateKey(key));
  if (!status.ok()) return status;
  status = Named(kKey, options.key_file, CheckKeyBelongsTo(key, materials.certificate_pem));
  if (!status.ok() || !options.require_client_certificate) return status;
  return Named(kClientCa, options.client_ca_file, CheckCertificates(materials.client_ca_pem));
}

}  // namespace registryd
