#include "tests/registries/nginx.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "registry/fs/file_descriptor.h"

namespace registryd {
namespace {

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

// Keeps a port that the kernel chose from everybody but those who ask for it by
// SO_REUSEPORT, as nginx is told to.
FileDescriptor Reserve(int& port) {
  FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  EXPECT_EQ(setsockopt(socket.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)), 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  EXPECT_EQ(bind(socket.get(), generic, size), 0);
  EXPECT_EQ(getsockname(socket.get(), generic, &size), 0);
  port = ntohs(address.sin_port);
  return socket;
}

bool Answers(int port) {
  const FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = Loopback(port);
  return connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

constexpr char kConfiguration[] = R"(
user root;
daemon off;
master_process off;
pid FOLDER/pid;
error_log stderr notice;
events { worker_connections 512; }
http {
  log_format seen '$request $status [$http_proxy_authorization] '
                  '[$http_authorization]';
  access_log FOLDER/access.log seen;
  client_body_temp_path FOLDER/body;
  proxy_temp_path FOLDER/proxy;
  fastcgi_temp_path FOLDER/fastcgi;
  uwsgi_temp_path FOLDER/uwsgi;
  scgi_temp_path FOLDER/scgi;
  server {
SERVER
  }
}
)";

std::string WithListen(absl::string_view server, const std::string& host_port) {
  const bool named = server.find("LISTEN") != absl::string_view::npos;
  return absl::StrReplaceAll(named ? std::string(server) : absl::StrCat("listen LISTEN;\n", server),
                             {{"LISTEN", absl::StrCat(host_port, " reuseport")}});
}

}  // namespace

Nginx::Nginx(absl::string_view server,
             const std::vector<std::pair<std::string, std::string>>& files) {
  int port = 0;
  const FileDescriptor reserved = Reserve(port);
  host_port_ = absl::StrCat("127.0.0.1:", port);
  for (const auto& [name, content] : files) folder_.Write(name, content);
  folder_.Write("nginx.conf",
                absl::StrReplaceAll(kConfiguration, {{"SERVER", WithListen(server, host_port_)},
                                                     {"FOLDER", folder_.path()}}));
  const char* const program = std::getenv("NGINX");
  ChildOptions child;
  child.program = program == nullptr ? "" : program;
  child.arguments = {"-p", folder_.path(), "-c", "nginx.conf", "-e", "stderr"};
  process_ = std::make_unique<ChildProcess>(child);
  EXPECT_TRUE(process_->Await([port] { return Answers(port); })) << "nginx did not start:\n"
                                                                 << process_->log();
}

std::string Nginx::access_log() const {
  std::ifstream file(folder_.Path("access.log"));
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace registryd
