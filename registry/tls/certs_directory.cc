#include "registry/tls/certs_directory.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "registry/base/error.h"
#include "registry/fs/file_descriptor.h"
#include "registry/fs/folder_fingerprint.h"
#include "registry/tls/internal/client_key_pair.h"

namespace registryd {
namespace {

// A folder that changes each time it is read is taken as it is.
constexpr int kMaxReadings = 3;

constexpr absl::string_view kRootSuffix = ".crt";
constexpr absl::string_view kCertificateSuffix = ".cert";
constexpr absl::string_view kKeySuffix = ".key";

bool IsOurs(absl::string_view name) {
  return absl::EndsWith(name, kRootSuffix) || absl::EndsWith(name, kCertificateSuffix) ||
         absl::EndsWith(name, kKeySuffix);
}

bool IsPlainFolderName(absl::string_view name) {
  return !name.empty() && name != "." && name != ".." &&
         std::none_of(name.begin(), name.end(), [](unsigned char c) {
           return c == '/' || c == '\\' || absl::ascii_iscntrl(c);
         });
}

int HexValue(char c) {
  return absl::ascii_isdigit(c) ? c - '0' : absl::ascii_tolower(c) - 'a' + 10;
}

// `text` with each %XX replaced by the byte that it stands for.
std::string PercentDecode(absl::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && absl::ascii_isxdigit(text[i + 1]) &&
        absl::ascii_isxdigit(text[i + 2])) {
      decoded.push_back(static_cast<char>(HexValue(text[i + 1]) * 16 + HexValue(text[i + 2])));
      i += 2;
    } else {
      decoded.push_back(text[i]);
    }
  }
  return decoded;
}

absl::Status FolderError(absl::string_view host, absl::string_view message) {
  const std::string shown = absl::CHexEscape(host);
  return Error(absl::StatusCode::kInvalidArgument, Reason::kCertificatesInvalid,
               absl::StrCat("certificates of ", shown, ": ", message), {{"host", shown}});
}

absl::Status FileError(absl::string_view host, absl::string_view file, absl::string_view message) {
  const std::string shown = absl::CHexEscape(host);
  return Error(absl::StatusCode::kInvalidArgument, Reason::kCertificatesInvalid,
               absl::StrCat("certificates of ", shown, ": ", message),
               {{"host", shown}, {"file", absl::CHexEscape(file)}});
}

// For a failure to open `file`, or the folder itself if it is empty.
absl::Status OpenError(absl::string_view host, absl::string_view file, int error) {
  if (error == EMFILE || error == ENFILE || error == ENOMEM) {
    return Error(absl::StatusCode::kUnavailable, Reason::kOverloaded,
                 absl::StrCat("certificates cannot be read now: ", strerror(error)));
  }
  const absl::string_view why =
      error == EXDEV ? "a symbolic link leads out of certs.d" : strerror(error);
  if (file.empty()) return FolderError(host, absl::StrCat("the folder cannot be read: ", why));
  return FileError(host, file, absl::StrCat(absl::CHexEscape(file), " cannot be read: ", why));
}

std::string JoinPath(absl::string_view folder, absl::string_view name) {
  return absl::StrCat(folder, "/", name);
}

// The content of one regular file.
absl::StatusOr<std::string> ReadFile(const ConfinedFolder& certs, absl::string_view host,
                                     absl::string_view name, size_t max_bytes) {
  int error = 0;
  // Not blocking: opening a pipe waits for its writer otherwise.
  const FileDescriptor file =
      certs.Open(JoinPath(host, name), O_RDONLY | O_NONBLOCK | O_NOCTTY, &error);
  if (!file.valid()) return OpenError(host, name, error);
  struct stat status;
  if (fstat(file.get(), &status) != 0) return OpenError(host, name, errno);
  if (!S_ISREG(status.st_mode)) {
    return FileError(host, name, absl::StrCat(absl::CHexEscape(name), " is not a regular file"));
  }
  const auto size = static_cast<size_t>(status.st_size);
  if (size > max_bytes) {
    return FileError(host, name,
                     absl::StrCat(absl::CHexEscape(name), " is larger than ", max_bytes, " bytes"));
  }
  // One allocation, so that no copy of a key is left behind.
  std::string content(size, '\0');
  size_t filled = 0;
  while (filled < size) {
    const ssize_t count = read(file.get(), content.data() + filled, size - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      const int failure = errno;
      Wipe(content);
      return OpenError(host, name, failure);
    }
    if (count == 0) break;
    filled += static_cast<size_t>(count);
  }
  content.resize(filled);
  return content;
}

bool Contains(const std::vector<std::string>& sorted, const std::string& name) {
  return std::binary_search(sorted.begin(), sorted.end(), name);
}

}  // namespace

CertsDirectory::CertsDirectory(std::string path, CertsDirectoryOptions options)
    : path_(std::move(path)), options_(options) {}

absl::Status CertsDirectory::CheckHost(absl::string_view host) {
  if (host.empty()) return absl::OkStatus();
  const auto invalid = [](absl::string_view message) {
    return FieldError(Reason::kHostnameInvalid, "hostname", message);
  };
  if (host.size() > NAME_MAX) return invalid("the host name is longer than 255 bytes");
  bool plain = IsPlainFolderName(host);
  if (plain && !absl::StrContains(host, '%')) return absl::OkStatus();
  // As often as there is something to decode; each time it gets shorter.
  std::string decoded(host);
  for (size_t length = decoded.size() + 1; plain && decoded.size() < length;) {
    length = decoded.size();
    decoded = PercentDecode(decoded);
    plain = IsPlainFolderName(decoded);
  }
  if (plain) return absl::OkStatus();
  return invalid(absl::StrCat("the host name \"", absl::CHexEscape(host),
                              "\" cannot be the name of a folder"));
}

CertsDirectory::Reading CertsDirectory::Read(absl::string_view host) const {
  std::string before = Fingerprint(host);
  for (int reading = 1;; ++reading) {
    absl::StatusOr<HostCertificates> certificates = ReadOnce(host);
    std::string after = Fingerprint(host);
    if (before != after && reading < kMaxReadings) {
      before = std::move(after);
      continue;
    }
    if (!certificates.ok()) return {certificates.status(), std::move(before)};
    return {std::make_shared<const HostCertificates>(*std::move(certificates)), std::move(before)};
  }
}

absl::StatusOr<HostCertificates> CertsDirectory::ReadOnce(absl::string_view host) const {
  if (absl::Status status = CheckHost(host); !status.ok()) return status;
  HostCertificates certificates;
  if (host.empty() || path_.empty()) return certificates;

  int error = 0;
  const ConfinedFolder certs(path_, &error, options_.confinement);
  std::vector<std::string> names;
  if (error == 0) error = certs.List(host, &names);
  if (error == ENOENT) return certificates;
  if (error != 0) return OpenError(host, "", error);
  names.erase(std::remove_if(names.begin(), names.end(),
                             [](const std::string& name) { return !IsOurs(name); }),
              names.end());
  if (names.size() > options_.max_files) {
    return FolderError(host, absl::StrCat("more than ", options_.max_files, " files"));
  }

  for (const std::string& name : names) {
    if (absl::EndsWith(name, kRootSuffix)) {
      auto pem = ReadFile(certs, host, name, options_.max_file_bytes);
      if (!pem.ok()) return pem.status();
      certificates.roots.push_back({name, *std::move(pem)});
    } else if (absl::EndsWith(name, kCertificateSuffix)) {
      const std::string key = absl::StrCat(absl::StripSuffix(name, kCertificateSuffix), kKeySuffix);
      if (!Contains(names, key)) {
        return FileError(
            host, key,
            absl::StrCat("missing key ", absl::CHexEscape(key), " for client certificate ",
                         absl::CHexEscape(name), ". CA certificates must use the extension .crt"));
      }
      auto certificate_pem = ReadFile(certs, host, name, options_.max_file_bytes);
      if (!certificate_pem.ok()) return certificate_pem.status();
      auto key_pem = ReadFile(certs, host, key, options_.max_file_bytes);
      if (!key_pem.ok()) return key_pem.status();
      ClientCertificate client = {name, key, *std::move(certificate_pem),
                                  Secret(*std::move(key_pem))};
      if (auto pair = ClientKeyPair::Parse(client); !pair.ok()) {
        return FileError(host, name, pair.status().message());
      }
      certificates.client_certificates.push_back(std::move(client));
    } else {
      const std::string certificate =
          absl::StrCat(absl::StripSuffix(name, kKeySuffix), kCertificateSuffix);
      if (!Contains(names, certificate)) {
        return FileError(host, certificate,
                         absl::StrCat("missing client certificate ", absl::CHexEscape(certificate),
                                      " for key ", absl::CHexEscape(name)));
      }
    }
  }
  return certificates;
}

std::string CertsDirectory::Fingerprint(absl::string_view host) const {
  if (host.empty() || path_.empty() || !CheckHost(host).ok()) return "";
  int error = 0;
  const ConfinedFolder certs(path_, &error, options_.confinement);
  std::vector<std::string> names;
  if (error == 0) error = certs.List(host, &names);
  if (error != 0) return absl::StrCat("!", error);
  std::string fingerprint;
  size_t count = 0;
  for (const std::string& name : names) {
    if (!IsOurs(name)) continue;
    if (++count > options_.max_files) return "too many";
    struct stat status;
    const FileDescriptor file = certs.Open(JoinPath(host, name), O_PATH, &error);
    if (file.valid() && fstat(file.get(), &status) != 0) error = errno;
    // No file name holds a '/': the parts cannot be mistaken for each other.
    absl::StrAppend(&fingerprint, name, "/",
                    error == 0 ? FileFingerprint(status) : absl::StrCat("!", error, ";"));
  }
  return fingerprint;
}

absl::StatusOr<std::vector<std::string>> CertsDirectory::Hosts() const {
  std::vector<std::string> names;
  if (path_.empty()) return names;
  int error = 0;
  const ConfinedFolder certs(path_, &error, options_.confinement);
  if (error == 0) error = certs.List(".", &names);
  if (error == 0 || error == ENOENT) return names;
  return absl::UnavailableError(absl::StrCat(path_, " cannot be listed: ", strerror(error)));
}

}  // namespace registryd
