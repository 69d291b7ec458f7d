"""Many streams of ConfigService.WatchServiceConfig, over many connections, read by one thread."""

import selectors
import socket
import time

import frames
from connection import connect, scheme

METHOD = "/registry.v1.ConfigService/WatchServiceConfig"
_LOAD_MIRRORS = "/registry.v1.ConfigService/LoadMirrors"
# Of WatchServiceConfigResponse, and of LoadMirrorsResponse.
_VERSION_FIELD = 3
_LOADED_VERSION_FIELD = 2
_VARINT, _BYTES = 0, 2


def _varint(message, at):
    """The integer at `at`, and where it ends."""
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 0x7f) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def _varint_field(message, number):
    """The integer in the field `number` of a Protobuf message that has only integers, strings and messages."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        if key & 7 == _BYTES:
            size, at = _varint(message, at)
            at += size
            continue
        value, at = _varint(message, at)
        if key == number << 3 | _VARINT:
            return value
    return 0


def change_mirrors(admin, number):
    """Makes https://mirror-NUMBER.example the only mirror, by `admin`, a Caller. Returns the version."""
    mirror = b"https://mirror-%d.example" % number
    answer = admin.ask(_LOAD_MIRRORS, frames.message(b"\x0a" + frames.integer(len(mirror), 8) + mirror))
    return _varint_field(answer, _LOADED_VERSION_FIELD)


class _Connection:
    """`count` streams. `versions` has the newest version that each has been sent."""

    def __init__(self, target, count):
        self.socket = connect(target)
        self.versions = {}
        self.ended = 0
        self._reader = frames.FrameReader()
        self._unread = {}
        headers = frames.request_headers(METHOD, scheme(target))
        self.socket.sendall(frames.PREFACE + frames.frame(frames.SETTINGS, 0, 0) + b"".join(
            frames.frame(frames.HEADERS, frames.END_HEADERS, stream, headers) +
            frames.frame(frames.DATA, frames.END_STREAM, stream, frames.message(b""))
            for stream in range(1, 2 * count, 2)))

    def read(self):
        """Takes what has come. OSError if the connection has ended."""
        received = self.socket.recv(1 << 18)
        if not received:
            raise ConnectionError("closed by the server")
        replies = b""
        for kind, flags, stream, payload in self._reader.feed(received):
            replies += frames.reply(kind, flags, payload)
            if kind == frames.DATA:
                self._take(stream, payload)
                replies += frames.frame(frames.WINDOW_UPDATE, 0, stream, len(payload).to_bytes(4, "big"))
            if kind == frames.RST_STREAM or kind == frames.HEADERS and flags & frames.END_STREAM:
                self.ended += 1
            if kind == frames.GOAWAY:
                raise ConnectionError("the server sent GOAWAY")
        self.socket.sendall(replies)

    def _take(self, stream, payload):
        unread = self._unread.get(stream, b"") + payload
        while len(unread) >= frames.MESSAGE_PREFIX_BYTES:
            end = frames.MESSAGE_PREFIX_BYTES + int.from_bytes(unread[1:frames.MESSAGE_PREFIX_BYTES], "big")
            if len(unread) < end:
                break
            self.versions[stream] = _varint_field(unread[frames.MESSAGE_PREFIX_BYTES:end], _VERSION_FIELD)
            unread = unread[end:]
        self._unread[stream] = unread


class Watchers:
    def __init__(self, target, connections, streams):
        self._count = connections * streams
        self._connections = [_Connection(target, streams) for _ in range(connections)]
        self._selector = selectors.DefaultSelector()
        for connection in self._connections:
            self._selector.register(connection.socket, selectors.EVENT_READ, connection)

    def behind(self, version):
        """How many streams have not been sent `version`, or a later one."""
        return self._count - sum(seen >= version for connection in self._connections
                                 for seen in connection.versions.values())

    def ended(self):
        """How many streams the server has ended."""
        return sum(connection.ended for connection in self._connections)

    def await_version(self, version, patience):
        """Reads until every stream has been sent `version`. False after `patience` seconds."""
        until = time.monotonic() + patience
        while self.behind(version):
            if time.monotonic() > until:
                return False
            for key, _ in self._selector.select(0.1):
                key.data.read()
        return True

    def close(self):
        self._selector.close()
        for connection in self._connections:
            # Closing alone would leave it open for processes that have inherited it.
            connection.socket.shutdown(socket.SHUT_RDWR)
            connection.socket.close()
