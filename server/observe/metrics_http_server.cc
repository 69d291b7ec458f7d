#include "server/observe/metrics_http_server.h"

#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <iterator>
#include <map>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "event2/buffer.h"
#include "event2/bufferevent.h"
#include "event2/event.h"
#include "event2/http.h"
#include "event2/listener.h"
#include "registry/fs/file_descriptor.h"

namespace registryd {
namespace {

// How long no connection is accepted after that failed.
constexpr timeval kAcceptPause = {0, 100'000};

struct EventDeleter {
  void operator()(event_base* base) const { event_base_free(base); }
  void operator()(event* e) const { event_free(e); }
  void operator()(evhttp* http) const { evhttp_free(http); }
  void operator()(bufferevent* stream) const { bufferevent_decref(stream); }
};
template <typename T>
using EventPtr = std::unique_ptr<T, EventDeleter>;

void BlockSignals(sigset_t* before) {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, before);
}

uint16_t PortOf(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  if (getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  return ntohs(address.ss_family == AF_INET6
                   ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                   : reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

void Reply(evhttp_request* request, int code, const char* reason, const char* content_type,
           absl::string_view body) {
  evkeyvalq* headers = evhttp_request_get_output_headers(request);
  evhttp_add_header(headers, "Content-Type", content_type);
  evhttp_add_header(headers, "X-Content-Type-Options", "nosniff");
  evhttp_add_header(headers, "Content-Length", absl::StrCat(body.size()).c_str());
  if (evhttp_request_get_command(request) != EVHTTP_REQ_HEAD) {
    evbuffer_add(evhttp_request_get_output_buffer(request), body.data(), body.size());
  }
  evhttp_send_reply(request, code, reason, nullptr);
}

void ReplyText(evhttp_request* request, int code, const char* reason, absl::string_view body) {
  Reply(request, code, reason, "text/plain; charset=utf-8", body);
}

// Makes evhttp free the connection of `stream`, as it does with one that is silent.
void Close(bufferevent* stream) {
  bufferevent_trigger_event(stream, BEV_EVENT_READING | BEV_EVENT_TIMEOUT, 0);
}

// Whether evhttp has freed the connection: then nobody listens to `stream` any more.
bool HasEnded(bufferevent* stream) {
  bufferevent_event_cb on_event = nullptr;
  bufferevent_getcb(stream, nullptr, nullptr, &on_event, nullptr);
  return on_event == nullptr;
}

// evhttp closes a socket with libevent still reading from it, once an answer is written that is
// the last: its number is then taken out of epoll when another thread may have it. So reading
// ends with the last byte of an answer; evhttp begins it again for the next request. After a
// "100 Continue", which is no answer, evhttp goes on to listen to input.
void OnOutput(evbuffer*, const evbuffer_cb_info* change, void* argument) {
  auto* stream = static_cast<bufferevent*>(argument);
  bufferevent_data_cb on_input = nullptr;
  bufferevent_getcb(stream, &on_input, nullptr, nullptr, nullptr);
  const bool written = change->orig_size + change->n_added == change->n_deleted;
  if (written && on_input == nullptr) bufferevent_disable(stream, EV_READ);
}

}  // namespace

// libevent's objects, and the thread that alone touches them once it runs.
class MetricsHttpServer::Loop {
 public:
  Loop(const MetricsHttpServerOptions& options, Sources sources)
      : sources_(std::move(sources)),
        max_connections_(options.max_connections),
        request_timeout_(absl::ToTimeval(options.request_timeout)),
        wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        base_(event_base_new()),
        http_(evhttp_new(base_.get())),
        stop_(event_new(base_.get(), wake_.get(), EV_READ, Stop, base_.get())),
        refuse_(event_new(base_.get(), -1, 0, CloseRefused, this)) {
    evhttp_set_max_headers_size(http_.get(), static_cast<ev_ssize_t>(options.max_header_bytes));
    evhttp_set_max_body_size(http_.get(), static_cast<ev_ssize_t>(options.max_body_bytes));
    const timeval timeout = absl::ToTimeval(options.timeout);
    evhttp_set_timeout_tv(http_.get(), &timeout);
    // All that libevent knows: those that are not served get a 405 from OnRequest.
    evhttp_set_allowed_methods(http_.get(), EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_HEAD |
                                                EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE |
                                                EVHTTP_REQ_OPTIONS | EVHTTP_REQ_TRACE |
                                                EVHTTP_REQ_CONNECT | EVHTTP_REQ_PATCH);
    evhttp_set_bevcb(http_.get(), OnConnection, this);
    evhttp_set_gencb(http_.get(), OnRequest, this);
    event_add(stop_.get(), nullptr);
  }

  ~Loop() {
    if (!thread_.joinable()) return;
    eventfd_write(wake_.get(), 1);
    thread_.join();
  }

  absl::Status Run(const LoopbackAddress& address) {
    evhttp_bound_socket* bound =
        evhttp_bind_socket_with_handle(http_.get(), address.host.c_str(), address.port);
    if (bound == nullptr) {
      return absl::UnavailableError(absl::StrCat("cannot serve metrics on ", address.host, " port ",
                                                 address.port, ": ", strerror(errno)));
    }
    listener_ = evhttp_bound_socket_get_listener(bound);
    evconnlistener_set_error_cb(listener_, Pause);
    port_ = PortOf(evhttp_bound_socket_get_fd(bound));

    // The thread takes no signal: a connection that has gone is to be an error of
    // write, and the rest is for others.
    sigset_t before;
    BlockSignals(&before);
    thread_ = std::thread([this] { event_base_dispatch(base_.get()); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return absl::OkStatus();
  }

  uint16_t port() const { return port_; }

 private:
  static void Stop(evutil_socket_t, short, void* base) {
    event_base_loopbreak(static_cast<event_base*>(base));
  }

  // Out of descriptors: trying again at once would only keep a processor busy.
  // The listener outlives the timer, as the loop has ended when it is freed.
  static void Pause(evconnlistener* listener, void*) {
    evconnlistener_disable(listener);
    event_base_once(
        evconnlistener_get_base(listener), -1, EV_TIMEOUT,
        [](evutil_socket_t, short, void* paused) {
          evconnlistener_enable(static_cast<evconnlistener*>(paused));
        },
        listener, &kAcceptPause);
  }

  // A connection, from the outside: evhttp has its own reference to `stream`, and does not
  // tell when it gives that up.
  struct Connection {
    EventPtr<bufferevent> stream;
    EventPtr<event> deadline;  // Of the request that is awaited.
  };

  // Makes what a new connection is read and written by. evhttp puts the socket in after that.
  static bufferevent* OnConnection(event_base* base, void* self) {
    bufferevent* stream = bufferevent_socket_new(base, -1, 0);
    if (stream == nullptr) return nullptr;
    evbuffer_add_cb(bufferevent_get_output(stream), OnOutput, stream);
    static_cast<Loop*>(self)->Count(stream);
    return stream;
  }

  void Count(bufferevent* stream) {
    for (auto i = connections_.begin(); i != connections_.end();) {
      i = HasEnded(i->first) ? connections_.erase(i) : std::next(i);
    }
    bufferevent_incref(stream);
    EventPtr<bufferevent> reference(stream);
    if (connections_.size() >= max_connections_) {
      // Closed as soon as it has its socket. No other is accepted until then.
      refused_.push_back(std::move(reference));
      evconnlistener_disable(listener_);
      event_active(refuse_.get(), EV_TIMEOUT, 0);
      return;
    }
    EventPtr<event> deadline(event_new(base_.get(), -1, 0, OnDeadline, stream));
    event_add(deadline.get(), &request_timeout_);
    connections_[stream] = {std::move(reference), std::move(deadline)};
  }

  static void CloseRefused(evutil_socket_t, short, void* self) {
    Loop& loop = *static_cast<Loop*>(self);
    for (const auto& stream : loop.refused_) Close(stream.get());
    loop.refused_.clear();
    evconnlistener_enable(loop.listener_);
  }

  static void OnDeadline(evutil_socket_t, short, void* stream) {
    Close(static_cast<bufferevent*>(stream));
  }

  // Null if the connection is not counted.
  event* DeadlineAfter(evhttp_request* request) const {
    const auto found = connections_.find(
        evhttp_connection_get_bufferevent(evhttp_request_get_connection(request)));
    return found == connections_.end() ? nullptr : found->second.deadline.get();
  }

  // The request is whole; the time of the next begins when this one is answered.
  static void OnRequest(evhttp_request* request, void* self) {
    Loop& loop = *static_cast<Loop*>(self);
    if (event* deadline = loop.DeadlineAfter(request)) event_del(deadline);
    evhttp_request_set_on_complete_cb(request, OnAnswered, self);
    loop.Answer(request);
  }

  static void OnAnswered(evhttp_request* request, void* self) {
    const Loop& loop = *static_cast<Loop*>(self);
    if (event* deadline = loop.DeadlineAfter(request)) event_add(deadline, &loop.request_timeout_);
  }

  void Answer(evhttp_request* request) {
    const auto method = evhttp_request_get_command(request);
    if (method != EVHTTP_REQ_GET && method != EVHTTP_REQ_HEAD) {
      evhttp_add_header(evhttp_request_get_output_headers(request), "Allow", "GET, HEAD");
      return ReplyText(request, HTTP_BADMETHOD, "Method Not Allowed", "GET and HEAD only\n");
    }
    const evhttp_uri* uri = evhttp_request_get_evhttp_uri(request);
    const char* path = uri == nullptr ? nullptr : evhttp_uri_get_path(uri);
    if (path != nullptr && absl::string_view(path) == "/metrics") {
      return Reply(request, HTTP_OK, "OK", "text/plain; version=0.0.4; charset=utf-8",
                   sources_.metrics());
    }
    if (path != nullptr && absl::string_view(path) == "/healthz") {
      if (sources_.healthy()) return ReplyText(request, HTTP_OK, "OK", "ok\n");
      return ReplyText(request, HTTP_SERVUNAVAIL, "Service Unavailable", "not serving\n");
    }
    ReplyText(request, HTTP_NOTFOUND, "Not Found", "/metrics and /healthz are served\n");
  }

  const Sources sources_;
  const size_t max_connections_;
  const timeval request_timeout_;
  const FileDescriptor wake_;
  const EventPtr<event_base> base_;
  const EventPtr<evhttp> http_;
  const EventPtr<event> stop_;
  const EventPtr<event> refuse_;
  evconnlistener* listener_ = nullptr;  // Of http_.
  // Those that ended are found and dropped when the next one comes.
  std::map<bufferevent*, Connection> connections_;
  std::vector<EventPtr<bufferevent>> refused_;
  uint16_t port_ = 0;
  std::thread thread_;
};

MetricsHttpServer::MetricsHttpServer(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}

MetricsHttpServer::~MetricsHttpServer() = default;

absl::StatusOr<std::unique_ptr<MetricsHttpServer>> MetricsHttpServer::Start(
    const MetricsHttpServerOptions& options, Sources sources) {
  // libevent would write its warnings to standard error, between the log's records. After an
  // error it ends the process.
  event_set_log_callback([](int severity, const char* message) {
    if (severity == EVENT_LOG_ERR)
      fprintf(stderr, "registryd: cannot serve metrics: %s\n", message);
  });
  auto loop = std::make_unique<Loop>(options, std::move(sources));
  if (absl::Status status = loop->Run(options.address); !status.ok()) return status;
  return std::unique_ptr<MetricsHttpServer>(new MetricsHttpServer(std::move(loop)));
}

uint16_t MetricsHttpServer::port() const { return loop_->port(); }

}  // namespace registryd
