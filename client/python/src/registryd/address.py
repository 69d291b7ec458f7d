"""Where a service is reached."""

from __future__ import annotations

import os
import socket
import stat
import string
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

__all__ = ["Address", "default_address", "parse_address"]

ADDRESS_VARIABLE = "REGISTRYD_ADDRESS"
DEFAULT_SOCKET = "/run/registryd/registryd.sock"
DEFAULT_HOST_PORT = "127.0.0.1:50051"

# What fits into sockaddr_un.sun_path with its final NUL.
_MAX_SOCKET_PATH = 107
_NAME_CHARACTERS = frozenset(string.ascii_letters + string.digits + "-._")


@dataclass(frozen=True)
class Address:
    """An address that was understood."""

    #: For gRPC, with an explicit scheme: ``unix:/run/x.sock``, ``dns:///host:1``.
    target: str
    #: A Unix socket.
    unix_socket: bool
    #: Bytes sent there do not leave this machine: a Unix socket, a loopback address, or
    #: ``localhost``.
    local: bool


def parse_address(text: str) -> Address:
    """Reads ``unix:PATH`` or ``HOST:PORT``.

    HOST is a name, an IPv4 address or an IPv6 address in brackets. Abstract sockets and gRPC's
    other schemes are refused. Raises ValueError that says what to write instead.
    """
    if text.startswith("unix:"):
        return _parse_unix(text, text[len("unix:") :])
    host, colon, port = text.rpartition(":")
    if not colon or not _is_port(port):
        raise _invalid(text, "want unix:PATH or HOST:PORT, with a port from 1 to 65535")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
        if not _is_ip(socket.AF_INET6, host):
            raise _invalid(text, "not an IPv6 address in brackets")
    elif _is_ip(socket.AF_INET6, host.strip("[]")):
        raise _invalid(text, "an IPv6 address stands in brackets: [::1]:50051")
    elif not host or not _NAME_CHARACTERS.issuperset(host):
        raise _invalid(text, "want unix:PATH or HOST:PORT, without a scheme or path")
    return Address(f"dns:///{_escaped(text)}", unix_socket=False, local=_is_loopback(host))


def default_address() -> str:
    """The address of the service on this machine.

    ``$REGISTRYD_ADDRESS`` if it is set and not empty, else the socket of a service of the user's
    own (``$XDG_RUNTIME_DIR/registryd/registryd.sock``) if there is one, else the default socket if
    it exists, else the default port.
    """
    sockets = [DEFAULT_SOCKET]
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime is not None:
        sockets.insert(0, f"{runtime}/registryd/registryd.sock")
    return choose_address(os.environ.get(ADDRESS_VARIABLE), sockets)


def choose_address(variable: str | None, sockets: Iterable[str]) -> str:
    """`default_address` by the variable's value and the sockets, in order."""
    if variable:
        return variable
    for path in sockets:
        if _is_socket(path):
            return f"unix:{path}"
    return DEFAULT_HOST_PORT


def _is_socket(path: str) -> bool:
    try:
        return stat.S_ISSOCK(os.stat(path).st_mode)
    except OSError:
        return False


def _parse_unix(text: str, path: str) -> Address:
    # `unix:///run/x.sock`, the URI form, means the same as `unix:/run/x.sock`.
    if path.startswith("///"):
        path = path[2:]
    if not path:
        raise _invalid(text, "the path of the socket is missing")
    if path.startswith("//"):
        raise _invalid(text, "a socket is on this machine; write unix:/PATH")
    if "\0" in path:
        raise _invalid(text, "a path holds no NUL")
    size = len(os.fsencode(path))
    if size > _MAX_SOCKET_PATH:
        raise _invalid(
            text,
            f"the path of a socket has at most {_MAX_SOCKET_PATH} bytes; this one has {size}",
        )
    return Address(f"unix:{_escaped(path)}", unix_socket=True, local=True)


def _escaped(text: str) -> str:
    """`text` within a URI, for which gRPC takes a target."""
    return quote(os.fsencode(text), safe="-._~/:")


def _invalid(text: str, why: str) -> ValueError:
    return ValueError(f'address "{text}": {why}')


def _is_ip(family: int, host: str) -> bool:
    return _packed(family, host) is not None


def _packed(family: int, host: str) -> bytes | None:
    try:
        return socket.inet_pton(family, host)
    except (OSError, ValueError):
        return None


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    ipv4 = _packed(socket.AF_INET, host)
    if ipv4 is not None:
        return ipv4[0] == 127
    return _packed(socket.AF_INET6, host) == b"\0" * 15 + b"\1"


def _is_port(text: str) -> bool:
    return len(text) <= 5 and text.isascii() and text.isdigit() and 1 <= int(text) <= 65535
