#include "registry/tls/system_roots.h"

#include <openssl/err.h>
#include <openssl/mem.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "registry/tls/internal/pem.h"
#include "registry/tls/internal/system_roots_store.h"

namespace registryd {
namespace {

namespace fs = std::filesystem;

absl::Status CannotRead(const std::string& path) {
  return absl::FailedPreconditionError(
      absl::StrCat("the system's trust roots in ", path, " cannot be read"));
}

absl::Status ReadFile(const std::string& path, std::string* pem) {
  std::error_code error;
  if (!fs::exists(path, error)) return error ? CannotRead(path) : absl::OkStatus();
  if (fs::is_directory(path, error)) return CannotRead(path);
  std::ifstream file(path, std::ios::binary);
  pem->append(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  if (!file.is_open() || file.bad()) return CannotRead(path);
  // The next file starts on a line of its own.
  pem->push_back('\n');
  return absl::OkStatus();
}

absl::Status ReadFolder(const std::string& path, std::string* pem) {
  std::error_code error;
  if (!fs::exists(path, error)) return error ? CannotRead(path) : absl::OkStatus();
  std::vector<std::string> files;
  for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (it->is_regular_file(ignored)) files.push_back(it->path().string());
  }
  if (error) return CannotRead(path);
  std::sort(files.begin(), files.end());
  for (const std::string& file : files) {
    if (absl::Status status = ReadFile(file, pem); !status.ok()) return status;
  }
  return absl::OkStatus();
}

std::string Der(const X509* certificate) {
  uint8_t* der = nullptr;
  const int length = i2d_X509(const_cast<X509*>(certificate), &der);
  const bssl::UniquePtr<uint8_t> owner(der);
  return length <= 0 ? "" : std::string(reinterpret_cast<char*>(der), static_cast<size_t>(length));
}

}  // namespace

SystemRootsOptions SystemRootsFromEnvironment(absl::FunctionRef<const char*(const char*)> getenv) {
  SystemRootsOptions options;
  const char* file = getenv("SSL_CERT_FILE");
  if (file != nullptr && *file != '\0') options.file = file;
  const char* folders = getenv("SSL_CERT_DIR");
  if (folders != nullptr) options.folders = absl::StrSplit(folders, ':', absl::SkipEmpty());
  return options;
}

absl::StatusOr<std::shared_ptr<const SystemRoots>> SystemRoots::Load(
    const SystemRootsOptions& options) {
  std::string pem;
  if (absl::Status status = ReadFile(options.file, &pem); !status.ok()) return status;
  for (const std::string& folder : options.folders) {
    if (absl::Status status = ReadFolder(folder, &pem); !status.ok()) return status;
  }
  auto store = std::make_unique<Store>();
  store->store.reset(X509_STORE_new());
  absl::flat_hash_set<std::string> seen;
  for (bssl::UniquePtr<X509>& certificate : ParsedCertificatesInPem(pem)) {
    if (!seen.insert(Der(certificate.get())).second) continue;
    X509_STORE_add_cert(store->store.get(), certificate.get());
    store->certificates.push_back(std::move(certificate));
  }
  ERR_clear_error();
  return std::shared_ptr<const SystemRoots>(new SystemRoots(std::move(store)));
}

SystemRoots::SystemRoots(std::unique_ptr<Store> store) : store_(std::move(store)) {}
SystemRoots::~SystemRoots() = default;

size_t SystemRoots::size() const { return store_->certificates.size(); }

}  // namespace registryd
