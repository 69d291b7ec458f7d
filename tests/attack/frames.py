"""HTTP/2 frames as bytes, well-formed or not: what a client library would not send."""

import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
HEADER_BYTES = 9

DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 0, 1, 3, 4, 6, 7, 8, 9
END_STREAM, ACK, END_HEADERS = 0x1, 0x1, 0x4


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def integer(value, prefix_bits):
    """An integer of HPACK whose first byte has `prefix_bits` bits for it, the others 0."""
    most = (1 << prefix_bits) - 1
    if value < most:
        return bytes([value])
    encoded, value = bytearray([most]), value - most
    while value >= 128:
        encoded.append(value % 128 + 128)
        value //= 128
    encoded.append(value)
    return bytes(encoded)


def literal(name, value):
    """A header that goes into no table, without Huffman codes."""
    return b"\0" + integer(len(name), 7) + name + integer(len(value), 7) + value


def request_headers(method):
    """The header block of a gRPC call of `method`, "/package.Service/Method"."""
    return b"".join(literal(name, value) for name, value in (
        (b":method", b"POST"), (b":scheme", b"http"), (b":path", method.encode()),
        (b":authority", b"localhost"), (b"te", b"trailers"), (b"content-type", b"application/grpc")))


def message(fields):
    """A gRPC message, not compressed."""
    return b"\0" + struct.pack(">I", len(fields)) + fields


class FrameReader:
    """Cuts what a peer sends into frames."""

    def __init__(self):
        self._bytes = bytearray()

    def feed(self, received):
        """Yields (kind, flags, stream, payload) of each frame that is complete."""
        self._bytes += received
        while len(self._bytes) >= HEADER_BYTES:
            length = int.from_bytes(self._bytes[:3], "big")
            if len(self._bytes) < HEADER_BYTES + length:
                return
            kind, flags = self._bytes[3], self._bytes[4]
            stream = int.from_bytes(self._bytes[5:9], "big") & 0x7fffffff
            payload = bytes(self._bytes[HEADER_BYTES:HEADER_BYTES + length])
            del self._bytes[:HEADER_BYTES + length]
            yield kind, flags, stream, payload
