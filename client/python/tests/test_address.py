"""Which addresses are understood."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from registryd import default_address
from registryd.address import Address, choose_address, parse_address


@pytest.mark.parametrize(
    ("text", "target", "unix_socket", "local"),
    [
        pytest.param("unix:/run/x.sock", "unix:/run/x.sock", True, True, id="unix"),
        pytest.param("unix:///run/x.sock", "unix:/run/x.sock", True, True, id="unix URI"),
        pytest.param("unix:x.sock", "unix:x.sock", True, True, id="unix, relative"),
        pytest.param(
            "unix:/a b%20#?[", "unix:/a%20b%2520%23%3F%5B", True, True, id="unix, odd bytes"
        ),
        pytest.param("127.0.0.1:50051", "dns:///127.0.0.1:50051", False, True, id="loopback"),
        pytest.param("127.9.8.7:1", "dns:///127.9.8.7:1", False, True, id="loopback's block"),
        pytest.param("10.0.0.1:65535", "dns:///10.0.0.1:65535", False, False, id="IPv4"),
        pytest.param("126.255.255.255:1", "dns:///126.255.255.255:1", False, False, id="below"),
        pytest.param("LocalHost:1", "dns:///LocalHost:1", False, True, id="localhost"),
        pytest.param(
            "localhost.example:1", "dns:///localhost.example:1", False, False, id="longer"
        ),
        pytest.param("[::1]:50051", "dns:///%5B::1%5D:50051", False, True, id="IPv6 loopback"),
        pytest.param("[2001:db8::1]:1", "dns:///%5B2001:db8::1%5D:1", False, False, id="IPv6"),
        pytest.param("a.example.com:443", "dns:///a.example.com:443", False, False, id="name"),
    ],
)
def test_understands(text: str, target: str, unix_socket: bool, local: bool) -> None:
    assert parse_address(text) == Address(target, unix_socket, local)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("", "HOST:PORT", id="empty"),
        pytest.param("host", "HOST:PORT", id="no port"),
        pytest.param("host:", "HOST:PORT", id="empty port"),
        pytest.param("host:0", "from 1 to 65535", id="port 0"),
        pytest.param("host:65536", "from 1 to 65535", id="port too large"),
        pytest.param("host:+80", "HOST:PORT", id="port with a sign"),
        pytest.param("host: 80", "HOST:PORT", id="port with a space"),
        pytest.param("host:000080", "HOST:PORT", id="port too long"),
        pytest.param("host:٨٠", "HOST:PORT", id="port in other digits"),
        pytest.param(":80", "HOST:PORT", id="no host"),
        pytest.param("::1:50051", "in brackets", id="bare IPv6"),
        pytest.param("[::g]:1", "IPv6", id="bad IPv6"),
        pytest.param("[::1:1", "in brackets", id="half a bracket"),
        pytest.param("http://host:80", "without a scheme", id="URL"),
        pytest.param("host/a:80", "without a scheme", id="path"),
        pytest.param("hôst:80", "without a scheme", id="not ASCII"),
        pytest.param("unix-abstract:x:1", "HOST:PORT", id="abstract socket"),
        pytest.param("unix:", "missing", id="unix, empty"),
        pytest.param("unix://host/x", "on this machine", id="unix, host"),
        pytest.param("unix:/a\0b", "NUL", id="unix, NUL"),
        pytest.param("unix:/" + "a" * 107, "at most 107", id="unix, too long"),
    ],
)
def test_refuses(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_address(text)


def test_takes_the_longest_socket_path() -> None:
    assert parse_address("unix:/" + "a" * 106).unix_socket


def test_default_prefers_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGISTRYD_ADDRESS", "host:1")
    assert default_address() == "host:1"


@pytest.mark.parametrize("variable", [None, ""])
def test_default_falls_back_to_the_port(variable: str | None) -> None:
    assert choose_address(variable, ["/missing"]) == "127.0.0.1:50051"


def test_default_uses_the_first_socket_that_exists(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plain").touch()
    (tmp_path / "registryd").mkdir()
    path = tmp_path / "registryd" / "registryd.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        assert choose_address(None, [str(tmp_path / "plain"), str(path)]) == f"unix:{path}"
        monkeypatch.delenv("REGISTRYD_ADDRESS", raising=False)
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
        assert default_address() == f"unix:{path}"
