#ifndef REGISTRYD_REGISTRY_NET_TESTING_INTERNAL_PLAIN_CLIENT_H_
#define REGISTRYD_REGISTRY_NET_TESTING_INTERNAL_PLAIN_CLIENT_H_

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "registry/fs/file_descriptor.h"
#include "registry/net/testing/scripted_http_server.h"

namespace registryd {

// A plain, blocking client, which knows no HTTP.
class PlainClient {
 public:
  explicit PlainClient(const ScriptedHttpServer& server, const char* address = "127.0.0.1")
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to = {};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(server.port()));
    inet_pton(AF_INET, address, &to.sin_addr);
    EXPECT_EQ(::connect(socket_.get(), reinterpret_cast<sockaddr*>(&to), sizeof(to)), 0);
    const timeval limit = {10, 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  }

  int socket() const { return socket_.get(); }

  void Send(absl::string_view bytes) {
    ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }

  // Up to where `end` stands; up to the connection's end if it does not.
  std::string ReadTo(absl::string_view end) {
    std::string text;
    char c;
    while (!(absl::EndsWith(text, end) && !end.empty())) {
      const ssize_t got = ::recv(socket_.get(), &c, 1, 0);
      if (got < 0) error_ = errno;
      if (got <= 0) break;
      text += c;
    }
    return text;
  }
  std::string ReadAll() { return ReadTo(""); }

  std::string Ask(absl::string_view request, absl::string_view end) {
    Send(request);
    return ReadTo(end);
  }

  // Of the last read that failed.
  int error() const { return error_; }

 private:
  FileDescriptor socket_;
  int error_ = 0;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_TESTING_INTERNAL_PLAIN_CLIENT_H_
