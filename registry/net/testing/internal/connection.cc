#include "registry/net/testing/internal/connection.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "absl/time/clock.h"

namespace registryd {
namespace {

constexpr size_t kBlockBytes = size_t{64} * 1024;

}  // namespace

Connection::Connection(FileDescriptor socket, Script& script, Journal& journal, ssl_ctx_st* tls)
    : socket_(std::move(socket)),
      script_(script),
      journal_(journal),
      context_(tls),
      id_(journal.Accepted()) {}

Connection::~Connection() { Abandon(); }

void Connection::Start(std::vector<WireStep> greeting, bool with_tls) {
  steps_.assign(std::make_move_iterator(greeting.begin()), std::make_move_iterator(greeting.end()));
  if (with_tls) StartTls();
  Advance();
}

void Connection::OnReady(uint32_t events) {
  if ((events & EPOLLIN) != 0) ReadSocket();
  if ((events & (EPOLLHUP | EPOLLERR)) != 0 || ((events & EPOLLRDHUP) != 0 && !reading_)) {
    Abandon();
  }
  Advance();
}

void Connection::OnWake() {
  wake_ = absl::InfiniteFuture();
  Advance();
}

void Connection::Release() {
  if (!std::exchange(stalled_, false)) return;
  journal_.Stalled(false);
  steps_.pop_front();
  Advance();
}

uint32_t Connection::interest() const {
  uint32_t events = EPOLLRDHUP;
  if (reading_) events |= EPOLLIN;
  if (out_sent_ < out_.size()) events |= EPOLLOUT;
  return events;
}

void Connection::Advance() {
  while (!finished()) {
    if (!Flush()) return;
    if (closing_) {
      if (!std::exchange(half_closed_, true)) ::shutdown(socket_.get(), SHUT_WR);
      return;
    }
    const bool shaking_hands = tls_ != nullptr && !tls_->established();
    if (stalled_ || shaking_hands || wake_ != absl::InfiniteFuture()) return;
    if (!steps_.empty()) {
      Play();
    } else if (!Answer()) {
      return;
    }
  }
}

void Connection::Play() {
  WireStep& step = steps_.front();
  switch (step.kind) {
    case WireStep::Kind::kSend:
      Put(step.bytes);
      break;
    case WireStep::Kind::kDrip:
      if (dripped_ < step.bytes.size()) {
        Put(absl::string_view(step.bytes).substr(dripped_++, 1));
        wake_ = absl::Now() + step.interval;
        return;
      }
      dripped_ = 0;
      break;
    case WireStep::Kind::kRepeat:
      if (step.interval > absl::ZeroDuration()) {
        wake_ = absl::Now() + step.interval;
      } else {
        // In pieces of some size, whatever the size of the bytes.
        const std::string once = step.bytes;
        while (step.bytes.size() < kBlockBytes) step.bytes += once;
      }
      Put(step.bytes);
      return;
    case WireStep::Kind::kStall:
      stalled_ = true;
      journal_.Stalled(true);
      return;
    case WireStep::Kind::kClose:
      return BeginClose(/*notify=*/true);
    case WireStep::Kind::kCut:
      return BeginClose(/*notify=*/false);
    case WireStep::Kind::kReset: {
      const linger hard = {1, 0};
      ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
      return Abandon();
    }
    case WireStep::Kind::kStartTls:
      StartTls();
      break;
  }
  steps_.pop_front();
}

bool Connection::Answer() {
  using State = RequestParser::State;
  const auto play = [this](std::vector<WireStep> steps) {
    steps_.insert(steps_.end(), std::make_move_iterator(steps.begin()),
                  std::make_move_iterator(steps.end()));
  };
  if (!reading_) {
    play({WireStep::Close()});
    return true;
  }
  if (parser_.state() == State::kHead) return false;
  if (parser_.state() == State::kInvalid) {
    play({WireStep::Send("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"),
          WireStep::Close()});
    return true;
  }
  if (script_.AnswersBeforeBody(parser_.request())) {
    reading_ = false;
  } else if (parser_.state() == State::kBody) {
    const std::string expected = parser_.request().Find("Expect").value_or("");
    if (!absl::EqualsIgnoreCase(expected, "100-continue") || std::exchange(continued_, true)) {
      return false;
    }
    play({WireStep::Send("HTTP/1.1 100 Continue\r\n\r\n")});
    return true;
  }
  ScriptedRequest request = parser_.Take();
  request.connection = id_;
  continued_ = false;
  play(script_.Answer(request));
  if (absl::EqualsIgnoreCase(request.Find("Connection").value_or(""), "close")) {
    play({WireStep::Close()});
  }
  journal_.Add(std::move(request));
  return true;
}

void Connection::Put(absl::string_view bytes) {
  if (tls_ != nullptr) {
    tls_->Write(bytes, &out_);
  } else {
    out_.append(bytes.data(), bytes.size());
  }
}

bool Connection::Flush() {
  while (out_sent_ < out_.size()) {
    const ssize_t sent = ::send(socket_.get(), out_.data() + out_sent_, out_.size() - out_sent_,
                                MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) {
      if (errno != EAGAIN && errno != EWOULDBLOCK) Abandon();
      return false;
    }
    journal_.Sent(static_cast<uint64_t>(sent));
    out_sent_ += static_cast<size_t>(sent);
  }
  out_.clear();
  out_sent_ = 0;
  return true;
}

void Connection::ReadSocket() {
  char buffer[kBlockBytes];
  // A part of what there may be, for other connections' sake; epoll tells again.
  for (int i = 0; i < 16 && !finished(); ++i) {
    const ssize_t received = ::recv(socket_.get(), buffer, sizeof(buffer), MSG_DONTWAIT);
    if (received > 0) {
      Take(absl::string_view(buffer, static_cast<size_t>(received)));
    } else if (received == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) {
      Abandon();
    } else {
      return;
    }
  }
}

void Connection::Take(absl::string_view wire) {
  if (tls_ == nullptr) {
    journal_.Received(id_, wire, "");
    if (AwaitsTls()) {
      early_.append(wire.data(), wire.size());
    } else if (!closing_) {
      parser_.Feed(wire);
    }
    return;
  }
  std::string plain;
  const bool accepted = tls_->Read(wire, &plain, &out_);
  journal_.Received(id_, wire, plain);
  if (tls_->established() && !std::exchange(tls_reported_, true)) {
    journal_.Established(id_, tls_->server_name(), tls_->has_client_certificate());
  }
  if (closing_) return;
  parser_.Feed(plain);
  if (!accepted) BeginClose(/*notify=*/false);
}

bool Connection::AwaitsTls() const {
  return std::any_of(steps_.begin(), steps_.end(),
                     [](const WireStep& step) { return step.kind == WireStep::Kind::kStartTls; });
}

void Connection::StartTls() {
  tls_ = std::make_unique<TlsSession>(context_);
  // What the peer sent too early is its hello.
  const std::string early = early_ + parser_.TakeRest();
  early_.clear();
  if (!early.empty()) Take(early);
}

void Connection::BeginClose(bool notify) {
  closing_ = true;
  reading_ = true;
  steps_.clear();
  if (notify && tls_ != nullptr) tls_->Close(&out_);
  journal_.Closed(id_);
}

void Connection::Abandon() {
  if (finished()) return;
  if (std::exchange(stalled_, false)) journal_.Stalled(false);
  wake_ = absl::InfiniteFuture();
  out_.clear();
  out_sent_ = 0;
  { const FileDescriptor closed = std::move(socket_); }
  journal_.Closed(id_);
}

}  // namespace registryd
