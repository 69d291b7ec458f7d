"""HTTP/2 frames as bytes, well-formed or not: what a client library would not send."""

import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
HEADER_BYTES = 9
MESSAGE_PREFIX_BYTES = 5

DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 0, 1, 3, 4, 6, 7, 8, 9
END_STREAM, ACK, END_HEADERS = 0x1, 0x1, 0x4
# SETTINGS_HEADER_TABLE_SIZE of 0: headers come in full, never as references to earlier ones.
NO_TABLE = b"\0\x01\0\0\0\0"


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


def literal_value(block, name):
    """What the header `name` of a block is, if both are literals without Huffman codes; None otherwise."""
    begin = block.find(bytes([len(name)]) + name)
    if begin < 0:
        return None
    begin += 1 + len(name)
    size = block[begin]
    return block[begin + 1:begin + 1 + size] if size < 127 else None


def request_headers(method, scheme=b"http"):
    """The header block of a gRPC call of `method`, "/package.Service/Method"."""
    return b"".join(literal(name, value) for name, value in (
        (b":method", b"POST"), (b":scheme", scheme), (b":path", method.encode()),
        (b":authority", b"localhost"), (b"te", b"trailers"), (b"content-type", b"application/grpc")))


def message(fields):
    """A gRPC message, not compressed."""
    return b"\0" + struct.pack(">I", len(fields)) + fields


def reply(kind, flags, payload):
    """What the protocol asks of who was sent such a frame, beyond its stream: often nothing."""
    if kind == SETTINGS and not flags & ACK:
        return frame(SETTINGS, ACK, 0)
    if kind == PING and not flags & ACK:
        return frame(PING, ACK, 0, payload)
    if kind == DATA and payload:
        return frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", len(payload)))
    return b""


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
