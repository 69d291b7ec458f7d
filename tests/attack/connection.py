"""Ways to reach a listener, and a caller that keeps to the protocol."""

import socket
import ssl
import struct
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


class Caller:
    """One connection, one call at a time."""

    def __init__(self, target):
        self._socket = connect(target)
        self._reader = frames.FrameReader()
        self._stream = 1
        self._socket.sendall(frames.PREFACE + frames.frame(frames.SETTINGS, 0, 0))

    def call(self):
        """Makes one call. Returns its seconds; raises OSError if it has no answer."""
        begin = time.perf_counter()
        stream, self._stream = self._stream, self._stream + 2
        self._socket.sendall(
            frames.frame(frames.HEADERS, frames.END_HEADERS, stream, frames.request_headers(METHOD)) +
            frames.frame(frames.DATA, frames.END_STREAM, stream, REQUEST))
        answered = False
        while True:
            received = self._socket.recv(65536)
            if not received:
                raise ConnectionError("closed by the server")
            for kind, flags, of_stream, payload in self._reader.feed(received):
                if kind == frames.SETTINGS and not flags & frames.ACK:
                    self._socket.sendall(frames.frame(frames.SETTINGS, frames.ACK, 0))
                elif kind == frames.PING and not flags & frames.ACK:
                    self._socket.sendall(frames.frame(frames.PING, frames.ACK, 0, payload))
                elif kind == frames.DATA and payload:
                    update = frames.frame(frames.WINDOW_UPDATE, 0, 0, struct.pack(">I", len(payload)))
                    self._socket.sendall(update)
                    answered = answered or of_stream == stream
                elif kind in (frames.RST_STREAM, frames.GOAWAY) and of_stream in (0, stream):
                    raise ConnectionError("refused by the server")
                if of_stream == stream and kind in (frames.DATA, frames.HEADERS) and flags & frames.END_STREAM:
                    if not answered:
                        raise ConnectionError("the call failed")
                    return time.perf_counter() - begin

    def close(self):
        self._socket.close()
