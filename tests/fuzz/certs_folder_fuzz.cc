// A folder of certificates, and the host whose it is. The first line is the host; the
// others make files and links: NAME=CONTENT, NAME>TARGET. Whatever their names, what lies
// beside certs.d is not read, and both ways to keep paths inside agree.
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "registry/fs/temporary_folder.h"
#include "registry/tls/certs_directory.h"
#include "tests/fuzz/error_check.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input.h"

namespace registryd {
namespace {

constexpr char kOutside[] = "canary-of-another-folder";
constexpr size_t kMaxFiles = 16;

// Names for the machine's own files, which the input may not choose freely.
bool IsFileName(absl::string_view name) {
  return !name.empty() && name.size() < 200 && name != "." && name != ".." &&
         name.find_first_of(absl::string_view("/\0", 2)) == absl::string_view::npos;
}

// Links lead about within the folder of the test, and no further.
bool IsSafeTarget(absl::string_view target) {
  return !target.empty() && target.size() < 200 && target.front() != '/' &&
         !absl::StrContains(target, "../../../..") && target.find('\0') == absl::string_view::npos;
}

void Make(const TemporaryFolder& folder, absl::string_view line) {
  const size_t mark = line.find_first_of("=>");
  if (mark == absl::string_view::npos || !IsFileName(line.substr(0, mark))) return;
  const std::string path =
      folder.Path(absl::StrCat("in/certs.d/host.example/", line.substr(0, mark)));
  const absl::string_view value = line.substr(mark + 1);
  if (line[mark] == '=') {
    std::ofstream(path) << value;
  } else if (IsSafeTarget(value)) {
    FUZZ_CHECK(symlink(std::string(value).c_str(), path.c_str()) == 0 || errno == EEXIST);
  }
}

void CheckReading(const CertsDirectory::Reading& reading) {
  const auto& certificates = reading.certificates;
  if (!certificates.ok()) {
    const Reason reason = ReasonOf(certificates.status());
    FUZZ_CHECK(reason == Reason::kCertificatesInvalid || reason == Reason::kHostnameInvalid);
    FUZZ_CHECK(!absl::StrContains(certificates.status().message(), kOutside));
    CheckShowable(certificates.status().message(), 4096);
    return;
  }
  for (const TrustRoot& root : (*certificates)->roots) {
    FUZZ_CHECK(absl::EndsWith(root.file, ".crt"));
    FUZZ_CHECK(!absl::StrContains(root.pem, kOutside));
  }
  for (const ClientCertificate& pair : (*certificates)->client_certificates) {
    FUZZ_CHECK(absl::EndsWith(pair.certificate_file, ".cert"));
    FUZZ_CHECK(absl::EndsWith(pair.key_file, ".key"));
    FUZZ_CHECK(!absl::StrContains(pair.certificate_pem, kOutside));
    FUZZ_CHECK(!absl::StrContains(pair.key_pem.Reveal(), kOutside));
  }
}

CertsDirectory Open(const TemporaryFolder& folder, Confinement confinement) {
  CertsDirectoryOptions options;
  options.confinement = confinement;
  options.max_files = kMaxFiles;
  return CertsDirectory(folder.Path("in/certs.d"), options);
}

}  // namespace

void FuzzOne(absl::string_view input) {
  // Who watches comparisons comes to write it himself.
  if (absl::StrContains(input, kOutside)) return;
  static const TemporaryFolder& folder = *[] {
    // In memory, where there is such a place.
    if (access("/dev/shm", W_OK) == 0) setenv("TMPDIR", "/dev/shm", 0);
    return new TemporaryFolder;
  }();
  static const bool prepared = [] {
    folder.MakeFolder("in");
    for (const char* name : {"ca.crt", "in/ca.crt", "in/a.cert", "in/a.key", "in/host.example"}) {
      folder.Write(name, kOutside);
    }
    return true;
  }();
  FUZZ_CHECK(prepared);
  FuzzInput parts(input);
  const absl::string_view host = parts.Line();
  if (CertsDirectory::CheckHost(host).ok()) {
    FUZZ_CHECK(host.find_first_of(absl::string_view("/\\\0", 3)) == absl::string_view::npos);
    FUZZ_CHECK(host != "." && host != ".." && host.size() <= 255);
  }
  folder.MakeFolder("in/certs.d/host.example");
  for (size_t files = 0; files < kMaxFiles && !parts.empty(); ++files) Make(folder, parts.Line());

  for (const absl::string_view name : {absl::string_view("host.example"), host}) {
    const auto by_kernel = Open(folder, Confinement::kKernel).Read(name);
    const auto by_walk = Open(folder, Confinement::kWalk).Read(name);
    CheckReading(by_kernel);
    CheckReading(by_walk);
    FUZZ_CHECK(by_kernel.certificates.ok() == by_walk.certificates.ok());
    if (!by_kernel.certificates.ok()) continue;
    FUZZ_CHECK((*by_kernel.certificates)->roots.size() == (*by_walk.certificates)->roots.size());
    FUZZ_CHECK((*by_kernel.certificates)->client_certificates.size() ==
               (*by_walk.certificates)->client_certificates.size());
  }
  folder.Remove("in/certs.d");
}

}  // namespace registryd
