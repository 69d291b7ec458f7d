#include "tests/server/metrics_page.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "registry/fs/file_descriptor.h"

namespace registryd {

std::string HttpGet(const RegistrydProcess& process, absl::string_view path) {
  const std::vector<nlohmann::json> records = process.Records("serving metrics");
  if (records.empty()) return "";
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(records[0].value("port", uint16_t{0}));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const FileDescriptor connection(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (connect(connection.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    return "";
  }
  const std::string request =
      absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  send(connection.get(), request.data(), request.size(), MSG_NOSIGNAL);
  std::string response;
  char buffer[4096];
  for (ssize_t got; (got = read(connection.get(), buffer, sizeof(buffer))) > 0;) {
    response.append(buffer, static_cast<size_t>(got));
  }
  return response;
}

std::optional<double> Figure(const RegistrydProcess& process, absl::string_view sample) {
  const std::string page = HttpGet(process, "/metrics");
  for (absl::string_view line : absl::StrSplit(page, '\n')) {
    double value = 0;
    if (absl::ConsumePrefix(&line, absl::StrCat(sample, " ")) && absl::SimpleAtod(line, &value)) {
      return value;
    }
  }
  return std::nullopt;
}

}  // namespace registryd
