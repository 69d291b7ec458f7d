#include "tests/server/nghttpx.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "registry/fs/file_descriptor.h"

namespace registryd {
namespace {

// Listens on a port of 127.0.0.1 that the kernel chose.
FileDescriptor Listen(int& port) {
  FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  EXPECT_EQ(bind(socket.get(), generic, size), 0);
  EXPECT_EQ(listen(socket.get(), SOMAXCONN), 0);
  EXPECT_EQ(getsockname(socket.get(), generic, &size), 0);
  port = ntohs(address.sin_port);
  return socket;
}

std::string Variable(const char* name) {
  const char* const value = std::getenv(name);
  EXPECT_NE(value, nullptr) << name << " is not set";
  return value == nullptr ? "" : value;
}

// What we ship, but that each of `settings` has its value there; none, if it is empty.
std::string Configuration(std::map<std::string, std::string> settings) {
  std::ifstream file(Variable("NGHTTPX_CONFIGURATION"));
  const std::string shipped{std::istreambuf_iterator<char>(file), {}};
  std::string text;
  for (const absl::string_view line : absl::StrSplit(shipped, '\n')) {
    const std::pair<std::string, std::string> setting =
        absl::StrSplit(line, absl::MaxSplits('=', 1));
    const auto found = settings.find(setting.first);
    if (found == settings.end()) {
      absl::StrAppend(&text, line, "\n");
      continue;
    }
    if (!found->second.empty()) absl::StrAppend(&text, setting.first, "=", found->second, "\n");
    settings.erase(found);
  }
  for (const auto& [name, value] : settings) absl::StrAppend(&text, name, "=", value, "\n");
  return text;
}

}  // namespace

Nghttpx::Nghttpx(absl::string_view unix_address, const TestCertificate& certificate,
                 const std::vector<std::pair<std::string, std::string>>& settings) {
  int port = 0;
  const FileDescriptor socket = Listen(port);
  address_ = absl::StrCat("127.0.0.1:", port);
  folder_.Write("tls.crt", certificate.certificate_pem);
  folder_.Write("tls.key", certificate.key_pem);
  EXPECT_EQ(chmod(folder_.Path("tls.key").c_str(), 0600), 0);
  std::map<std::string, std::string> all(settings.begin(), settings.end());
  all["frontend"] = absl::StrCat("127.0.0.1,", port);
  all["backend"] = absl::StrCat(unix_address, ";;proto=h2");
  all["private-key-file"] = folder_.Path("tls.key");
  all["certificate-file"] = folder_.Path("tls.crt");
  all["user"] = HasUserOfItsOwn() ? "nobody" : "";
  folder_.Write("nghttpx.conf", Configuration(std::move(all)));

  ChildOptions child;
  child.program = Variable("NGHTTPX");
  child.arguments = {"--conf=" + folder_.Path("nghttpx.conf")};
  // How it takes sockets over from the nghttpx before it, when it is replaced.
  child.environment = {"NGHTTPX_ACCEPT_1=tcp,3", "PATH=/usr/bin:/bin"};
  child.passed_sockets = {socket.get()};
  process_ = std::make_unique<ChildProcess>(child);
  EXPECT_TRUE(process_->Await([this] {
    return absl::StrContains(process_->log(), "Created worker thread");
  })) << "nghttpx did not start:\n"
      << process_->log();
}

bool Nghttpx::HasUserOfItsOwn() { return geteuid() == 0; }

}  // namespace registryd
