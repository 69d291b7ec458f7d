#ifndef REGISTRYD_REGISTRY_NET_TESTING_INTERNAL_CONNECTION_H_
#define REGISTRYD_REGISTRY_NET_TESTING_INTERNAL_CONNECTION_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "registry/fs/file_descriptor.h"
#include "registry/net/testing/internal/journal.h"
#include "registry/net/testing/internal/request_parser.h"
#include "registry/net/testing/internal/tls_session.h"
#include "registry/net/testing/scripted_http_message.h"

namespace registryd {

// One connection of a ScriptedHttpServer: reads requests, plays the steps of their
// answers. Used on the server's thread alone.
class Connection {
 public:
  // Who knows the answers.
  class Script {
   public:
    virtual ~Script() = default;
    virtual bool AnswersBeforeBody(const ScriptedRequest& request) = 0;
    virtual std::vector<WireStep> Answer(const ScriptedRequest& request) = 0;
  };

  // `socket` does not block. `tls` is null where there is none. All but `socket`
  // outlive the connection.
  Connection(FileDescriptor socket, Script& script, Journal& journal, ssl_ctx_st* tls);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void Start(std::vector<WireStep> greeting, bool with_tls);
  // The socket is ready: `events` are epoll's.
  void OnReady(uint32_t events);
  // wake() has come.
  void OnWake();
  // Ends a stall.
  void Release();

  int socket() const { return socket_.get(); }
  // The events of epoll that it waits for.
  uint32_t interest() const;
  // InfiniteFuture unless it pauses.
  absl::Time wake() const { return wake_; }
  // Both sides have closed: it may be destroyed.
  bool finished() const { return !socket_.valid(); }

 private:
  // Plays steps, and answers requests, until there is something to wait for.
  void Advance();
  void Play();
  // Finds steps for what has come; false if there is nothing to answer.
  bool Answer();
  // Queues bytes for the peer.
  void Put(absl::string_view bytes);
  // True when all that is queued has been sent.
  bool Flush();
  void ReadSocket();
  void Take(absl::string_view wire);
  // What comes now is for the handshake that is to begin.
  bool AwaitsTls() const;
  void StartTls();
  // Sends no more, and waits for the peer's close.
  void BeginClose(bool notify);
  void Abandon();

  FileDescriptor socket_;
  Script& script_;
  Journal& journal_;
  ssl_ctx_st* const context_;
  const int id_;

  RequestParser parser_;
  std::unique_ptr<TlsSession> tls_;
  bool tls_reported_ = false;
  std::deque<WireStep> steps_;
  std::string early_;   // Came before its handshake.
  size_t dripped_ = 0;  // Bytes of the first step that were sent.
  std::string out_;
  size_t out_sent_ = 0;
  absl::Time wake_ = absl::InfiniteFuture();
  bool stalled_ = false;
  bool continued_ = false;  // The request was answered with 100 already.
  bool reading_ = true;
  bool closing_ = false;
  bool half_closed_ = false;  // FIN has been sent.
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_TESTING_INTERNAL_CONNECTION_H_
