#include "registry/net/curl/http2_test_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <nghttp2/nghttp2.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <map>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"

namespace registryd {
namespace {

void Check(bool ok, absl::string_view what) {
  if (ok) return;
  std::cerr << "http2_test_server: " << what << " failed\n";
  abort();
}

struct Seen {
  mutable absl::Mutex mutex;
  size_t accepted ABSL_GUARDED_BY(mutex) = 0;
  size_t open ABSL_GUARDED_BY(mutex) = 0;
  size_t requests ABSL_GUARDED_BY(mutex) = 0;
  size_t resets ABSL_GUARDED_BY(mutex) = 0;
  std::string offered ABSL_GUARDED_BY(mutex);
};

struct Stream {
  std::string path;
  std::string body;  // Received, then sent.
  size_t sent = 0;
};

// One client.
class Connection {
 public:
  // `max_streams`: 0 for no limit.
  Connection(int fd, SSL_CTX* context, Seen& seen, uint32_t max_streams)
      : fd_(fd), ssl_(SSL_new(context)), seen_(seen) {
    SSL_set_fd(ssl_.get(), fd);
    SSL_set_accept_state(ssl_.get());
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, OnHeader);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, OnFrame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, OnData);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, OnClose);
    nghttp2_session_server_new(&session_, callbacks, this);
    nghttp2_session_callbacks_del(callbacks);
    const nghttp2_settings_entry limit = {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, max_streams};
    nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, &limit, max_streams == 0 ? 0 : 1);
  }
  ~Connection() {
    nghttp2_session_del(session_);
    close(fd_);
  }

  int fd() const { return fd_; }

  // Reads and writes what it can; false at the connection's end.
  bool Advance() {
    ERR_clear_error();
    char buffer[16 * 1024];
    while (true) {
      const int count = SSL_read(ssl_.get(), buffer, sizeof(buffer));
      if (count <= 0) {
        if (SSL_get_error(ssl_.get(), count) != SSL_ERROR_WANT_READ) return false;
        break;
      }
      if (nghttp2_session_mem_recv(session_, reinterpret_cast<uint8_t*>(buffer),
                                   static_cast<size_t>(count)) < 0) {
        return false;
      }
    }
    return !SSL_is_init_finished(ssl_.get()) || Flush();
  }

  bool wants_to_write() const { return !pending_.empty(); }

  void Release() {
    for (const int32_t id : held_) Answer(id, "ok");
    held_.clear();
  }

 private:
  bool Flush() {
    while (true) {
      if (pending_.empty()) {
        const uint8_t* data = nullptr;
        const ssize_t size = nghttp2_session_mem_send(session_, &data);
        if (size < 0) return false;
        if (size == 0) return true;
        pending_.assign(reinterpret_cast<const char*>(data), static_cast<size_t>(size));
      }
      const int count = SSL_write(ssl_.get(), pending_.data(), static_cast<int>(pending_.size()));
      if (count <= 0) return SSL_get_error(ssl_.get(), count) == SSL_ERROR_WANT_WRITE;
      pending_.erase(0, static_cast<size_t>(count));
    }
  }

  void Answer(int32_t id, std::string body) {
    const auto it = streams_.find(id);
    if (it == streams_.end()) return;
    it->second.body = std::move(body);
    nghttp2_nv status = {};
    char name[] = ":status";
    char value[] = "200";
    status.name = reinterpret_cast<uint8_t*>(name);
    status.namelen = 7;
    status.value = reinterpret_cast<uint8_t*>(value);
    status.valuelen = 3;
    nghttp2_data_provider provider = {};
    provider.source.ptr = &it->second;
    provider.read_callback = [](nghttp2_session*, int32_t, uint8_t* to, size_t room,
                                uint32_t* flags, nghttp2_data_source* source, void*) -> ssize_t {
      auto& stream = *static_cast<Stream*>(source->ptr);
      const size_t count = std::min(room, stream.body.size() - stream.sent);
      std::copy_n(stream.body.data() + stream.sent, count, to);
      stream.sent += count;
      if (stream.sent == stream.body.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
      return static_cast<ssize_t>(count);
    };
    nghttp2_submit_response(session_, id, &status, 1, &provider);
  }

  static int OnHeader(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name,
                      size_t name_size, const uint8_t* value, size_t value_size, uint8_t,
                      void* self) {
    if (absl::string_view(reinterpret_cast<const char*>(name), name_size) == ":path") {
      static_cast<Connection*>(self)->streams_[frame->hd.stream_id].path.assign(
          reinterpret_cast<const char*>(value), value_size);
    }
    return 0;
  }

  static int OnFrame(nghttp2_session*, const nghttp2_frame* frame, void* data) {
    auto& self = *static_cast<Connection*>(data);
    if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA) return 0;
    if (frame->hd.type == NGHTTP2_HEADERS) {
      absl::MutexLock lock(&self.seen_.mutex);
      ++self.seen_.requests;
    }
    if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return 0;
    const int32_t id = frame->hd.stream_id;
    const Stream& stream = self.streams_[id];
    size_t size = 0;
    if (stream.path == "/hold") {
      self.held_.push_back(id);
    } else if (absl::SimpleAtoi(absl::string_view(stream.path).substr(1), &size)) {
      self.Answer(id, std::string(size, 'x'));
    } else {
      self.Answer(id, std::string(stream.body));
    }
    return 0;
  }

  static int OnData(nghttp2_session*, uint8_t, int32_t id, const uint8_t* data, size_t size,
                    void* self) {
    static_cast<Connection*>(self)->streams_[id].body.append(reinterpret_cast<const char*>(data),
                                                             size);
    return 0;
  }

  static int OnClose(nghttp2_session*, int32_t id, uint32_t error, void* data) {
    auto& self = *static_cast<Connection*>(data);
    self.streams_.erase(id);
    self.held_.erase(std::remove(self.held_.begin(), self.held_.end(), id), self.held_.end());
    if (error == NGHTTP2_NO_ERROR) return 0;
    absl::MutexLock lock(&self.seen_.mutex);
    ++self.seen_.resets;
    return 0;
  }

  const int fd_;
  const bssl::UniquePtr<SSL> ssl_;
  Seen& seen_;
  nghttp2_session* session_ = nullptr;
  std::map<int32_t, Stream> streams_;
  std::vector<int32_t> held_;
  std::string pending_;
};

}  // namespace

class Http2TestServer::Loop {
 public:
  explicit Loop(const TestCertificate& certificate)
      : context_(SSL_CTX_new(TLS_server_method())),
        listener_(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
        wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    SetCertificate(certificate);
    SSL_CTX_set_mode(context_.get(),
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_alpn_select_cb(context_.get(), SelectProtocol, &seen);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* any = reinterpret_cast<sockaddr*>(&address);
    Check(bind(listener_, any, size) == 0 && listen(listener_, 100) == 0, "listening");
    Check(getsockname(listener_, any, &size) == 0, "asking for the port");
    port = ntohs(address.sin_port);
    thread_ = std::thread([this] { Run(); });
  }

  ~Loop() {
    Ask(kStop);
    thread_.join();
    close(listener_);
    close(wake_);
  }

  void Release() { Ask(kRelease); }

  Seen seen;
  int port = 0;
  std::atomic<uint32_t> max_streams{0};

 private:
  static constexpr uint64_t kRelease = 1;
  static constexpr uint64_t kStop = 1 << 20;

  void Ask(uint64_t what) { Check(write(wake_, &what, sizeof(what)) > 0, "waking"); }

  void SetCertificate(const TestCertificate& certificate) {
    const auto bio = [](const std::string& pem) {
      return bssl::UniquePtr<BIO>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    };
    const bssl::UniquePtr<X509> x509(
        PEM_read_bio_X509(bio(certificate.certificate_pem).get(), nullptr, nullptr, nullptr));
    const bssl::UniquePtr<EVP_PKEY> key(
        PEM_read_bio_PrivateKey(bio(certificate.key_pem).get(), nullptr, nullptr, nullptr));
    Check(SSL_CTX_use_certificate(context_.get(), x509.get()) == 1 &&
              SSL_CTX_use_PrivateKey(context_.get(), key.get()) == 1,
          "using the certificate");
  }

  static int SelectProtocol(SSL*, const uint8_t** out, uint8_t* out_size, const uint8_t* in,
                            unsigned in_size, void* seen) {
    std::string offered;
    int result = SSL_TLSEXT_ERR_ALERT_FATAL;
    for (unsigned i = 0; i < in_size; i += in[i] + 1u) {
      const absl::string_view protocol(reinterpret_cast<const char*>(in) + i + 1, in[i]);
      absl::StrAppend(&offered, offered.empty() ? "" : ",", protocol);
      if (protocol != "h2") continue;
      *out = in + i + 1;
      *out_size = in[i];
      result = SSL_TLSEXT_ERR_OK;
    }
    absl::MutexLock lock(&static_cast<Seen*>(seen)->mutex);
    static_cast<Seen*>(seen)->offered = offered;
    return result;
  }

  void Run() {
    while (true) {
      std::vector<pollfd> fds = {{wake_, POLLIN, 0}, {listener_, POLLIN, 0}};
      for (const auto& connection : connections_) {
        const short write = connection->wants_to_write() ? POLLOUT : 0;
        fds.push_back({connection->fd(), static_cast<short>(POLLIN | write), 0});
      }
      poll(fds.data(), fds.size(), -1);
      uint64_t asked = 0;
      if (read(wake_, &asked, sizeof(asked)) < 0) asked = 0;
      if (asked >= kStop) return connections_.clear();
      const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd >= 0) {
        connections_.push_back(std::make_unique<Connection>(fd, context_.get(), seen, max_streams));
        absl::MutexLock lock(&seen.mutex);
        ++seen.accepted;
      }
      for (auto it = connections_.begin(); it != connections_.end();) {
        if (asked >= kRelease) (*it)->Release();
        it = (*it)->Advance() ? it + 1 : connections_.erase(it);
      }
      absl::MutexLock lock(&seen.mutex);
      seen.open = connections_.size();
    }
  }

  const bssl::UniquePtr<SSL_CTX> context_;
  const int listener_;
  const int wake_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::thread thread_;
};

Http2TestServer::Http2TestServer(const TestCertificate& certificate)
    : loop_(std::make_unique<Loop>(certificate)) {}
Http2TestServer::~Http2TestServer() = default;

int Http2TestServer::port() const { return loop_->port; }

std::string Http2TestServer::url(absl::string_view path) const {
  return absl::StrCat("https://127.0.0.1:", loop_->port, path);
}

void Http2TestServer::Release() { loop_->Release(); }

void Http2TestServer::LimitStreams(uint32_t streams) { loop_->max_streams = streams; }

size_t Http2TestServer::accepted() const {
  absl::MutexLock lock(&loop_->seen.mutex);
  return loop_->seen.accepted;
}

size_t Http2TestServer::requests() const {
  absl::MutexLock lock(&loop_->seen.mutex);
  return loop_->seen.requests;
}

size_t Http2TestServer::resets() const {
  absl::MutexLock lock(&loop_->seen.mutex);
  return loop_->seen.resets;
}

std::string Http2TestServer::offered() const {
  absl::MutexLock lock(&loop_->seen.mutex);
  return loop_->seen.offered;
}

bool Http2TestServer::AwaitRequests(size_t at_least) const {
  const Seen& seen = loop_->seen;
  const auto reached = [&] {
    seen.mutex.AssertReaderHeld();
    return seen.requests >= at_least;
  };
  absl::MutexLock lock(&seen.mutex);
  return seen.mutex.AwaitWithTimeout(absl::Condition(&reached), absl::Seconds(10));
}

bool Http2TestServer::AwaitOpen(size_t exactly) const {
  const Seen& seen = loop_->seen;
  const auto reached = [&] {
    seen.mutex.AssertReaderHeld();
    return seen.open == exactly;
  };
  absl::MutexLock lock(&seen.mutex);
  return seen.mutex.AwaitWithTimeout(absl::Condition(&reached), absl::Seconds(10));
}

bool Http2TestServer::AwaitResets(size_t at_least) const {
  const Seen& seen = loop_->seen;
  const auto reached = [&] {
    seen.mutex.AssertReaderHeld();
    return seen.resets >= at_least;
  };
  absl::MutexLock lock(&seen.mutex);
  return seen.mutex.AwaitWithTimeout(absl::Condition(&reached), absl::Seconds(10));
}

}  // namespace registryd
