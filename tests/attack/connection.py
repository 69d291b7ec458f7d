"""Ways to reach a listener, and a caller that keeps to the protocol."""

import socket
import ssl
import time

import frames

METHOD = "/registry.v1.RegistryService/ParseReference"
# ParseReferenceRequest{reference: "ubuntu"}
REQUEST = frames.message(b"\x0a\x06ubuntu")
TIMEOUT = 20


def connect(target):
    """A connected socket. `target`: ("unix", PATH), ("tcp", PORT), ("tls", PORT, CA, CERTIFICATE, KEY)."""
    kind = target[0]
    if kind == "unix":
        plain = socket.socket(socket.AF_UNIX)
        plain.settimeout(TIMEOUT)
        plain.connect(target[1])
        return plain
    plain = socket.create_connection(("127.0.0.1", target[1]), timeout=TIMEOUT)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if kind == "tcp":
        return plain
    _, _, authority, certificate, key = target
    context = ssl.create_default_context(cafile=authority)
    context.set_alpn_protocols(["h2"])
    if certificate:
        context.load_cert_chain(certificate, key)
    return context.wrap_socket(plain, server_hostname="localhost")


def scheme(target):
    """What requests to `target` say of themselves."""
    return b"https" if target[0] == "tls" else b"http"


class CallFailed(ConnectionError):
    """The call was answered, by a status other than OK: `status`, a number, with `text` for people."""

    def __init__(self, trailers):
        self.status = int(frames.literal_value(trailers, b"grpc-status") or 2)
        self.text = (frames.literal_value(trailers, b"grpc-message") or b"").decode()
        super().__init__(f"the call failed with {self.status}: {self.text}")


class Caller:
    """One connection, one call at a time."""

    def __init__(self, target):
        self._socket = connect(target)
        self._scheme = scheme(target)
        self._reader = frames.FrameReader()
        self._stream = 1
        self._socket.sendall(frames.PREFACE + frames.frame(frames.SETTINGS, 0, 0, frames.NO_TABLE))

    def call(self):
        """Makes one call. Returns its seconds; raises OSError if it has no answer."""
        begin = time.perf_counter()
        self.ask(METHOD, REQUEST)
        return time.perf_counter() - begin

    def ask(self, method, request):
        """Returns the answer's message. Raises CallFailed, and OSError if there is no answer."""
        stream, self._stream = self._stream, self._stream + 2
        headers = frames.request_headers(method, self._scheme)
        self._socket.sendall(frames.frame(frames.HEADERS, frames.END_HEADERS, stream, headers) +
                             frames.frame(frames.DATA, frames.END_STREAM, stream, request))
        answer = b""
        while True:
            received = self._socket.recv(65536)
            if not received:
                raise ConnectionError("closed by the server")
            for kind, flags, of_stream, payload in self._reader.feed(received):
                self._socket.sendall(frames.reply(kind, flags, payload))
                if kind in (frames.RST_STREAM, frames.GOAWAY) and of_stream in (0, stream):
                    raise ConnectionError("refused by the server")
                if of_stream != stream:
                    continue
                if kind == frames.DATA:
                    answer += payload
                if kind in (frames.DATA, frames.HEADERS) and flags & frames.END_STREAM:
                    if not answer:
                        raise CallFailed(payload)
                    return answer[frames.MESSAGE_PREFIX_BYTES:]

    def close(self):
        self._socket.close()
