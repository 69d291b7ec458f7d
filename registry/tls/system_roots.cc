#include "registry/tls/system_roots.h"

#include <openssl/err.h>
#include <openssl/pool.h>
#include <openssl/x509.h>

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
#include "absl/strings/string_view.h"
#include "registry/tls/internal/pem.h"
#include "registry/tls/internal/system_roots_store.h"
#include "registry/tls/internal/trust_store.h"

namespace registryd {
namespace {

namespace fs = std::filesystem;

// Appends what is in files, and keeps the first failure.
class Reading {
 public:
  // False if it cannot be read.
  bool ReadFile(const std::string& path) {
    std::error_code error;
    if (!fs::exists(path, error)) return error ? Fail(path) : false;
    if (fs::is_directory(path, error)) return Fail(path);
    std::ifstream file(path, std::ios::binary);
    pem_.append(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    // The next file starts on a line of its own.
    pem_.push_back('\n');
    return file.is_open() && !file.bad() ? true : Fail(path);
  }

  void ReadFolder(const std::string& path) {
    std::error_code error;
    if (!fs::exists(path, error) && !error) return;
    std::vector<std::string> files;
    for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
      if (IsWorthReading(*it)) files.push_back(it->path().string());
    }
    if (error) Fail(path);
    std::sort(files.begin(), files.end());
    for (const std::string& file : files) ReadFile(file);
  }

  const std::string& pem() const { return pem_; }
  const absl::Status& failure() const { return failure_; }

 private:
  // Names by hash are links to neighbours, which are read themselves.
  static bool IsWorthReading(const fs::directory_entry& entry) {
    std::error_code error;
    if (!entry.is_regular_file(error)) return false;
    return !entry.is_symlink(error) || fs::read_symlink(entry.path(), error).has_parent_path();
  }

  bool Fail(const std::string& path) {
    failure_.Update(absl::FailedPreconditionError(
        absl::StrCat("the system's trust roots in ", path, " cannot be read")));
    return false;
  }

  std::string pem_;
  absl::Status failure_;
};

}  // namespace

SystemRootsOptions SystemRootsFromEnvironment(absl::FunctionRef<const char*(const char*)> getenv) {
  SystemRootsOptions options;
  const char* file = getenv("SSL_CERT_FILE");
  if (file != nullptr && *file != '\0') options.files = {file};
  const char* folders = getenv("SSL_CERT_DIR");
  if (folders != nullptr && *folders != '\0') {
    options.folders = absl::StrSplit(folders, ':', absl::SkipEmpty());
  }
  return options;
}

absl::StatusOr<std::shared_ptr<const SystemRoots>> SystemRoots::Load(
    const SystemRootsOptions& options) {
  Reading reading;
  for (const std::string& file : options.files) {
    if (reading.ReadFile(file)) break;
  }
  for (const std::string& folder : options.folders) reading.ReadFolder(folder);
  auto store = std::make_unique<Store>();
  store->store = NewTrustStore();
  absl::flat_hash_set<absl::string_view> seen;
  const std::vector<bssl::UniquePtr<CRYPTO_BUFFER>> certificates = RootsInPem(reading.pem());
  for (const bssl::UniquePtr<CRYPTO_BUFFER>& der : certificates) {
    const auto* const data = reinterpret_cast<const char*>(CRYPTO_BUFFER_data(der.get()));
    if (!seen.insert({data, CRYPTO_BUFFER_len(der.get())}).second) continue;
    bssl::UniquePtr<X509> certificate(X509_parse_from_buffer(der.get()));
    if (certificate == nullptr) continue;
    X509_STORE_add_cert(store->store.get(), certificate.get());
    store->certificates.push_back(std::move(certificate));
  }
  ERR_clear_error();
  if (store->certificates.empty() && !reading.failure().ok()) return reading.failure();
  return std::shared_ptr<const SystemRoots>(new SystemRoots(std::move(store)));
}

SystemRoots::SystemRoots(std::unique_ptr<Store> store) : store_(std::move(store)) {}
SystemRoots::~SystemRoots() = default;

size_t SystemRoots::size() const { return store_->certificates.size(); }

}  // namespace registryd
