"""How a service is dialled."""

from __future__ import annotations

import os
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import grpc

from registryd.address import Address, default_address, parse_address

__all__ = ["TlsOptions"]

# Answers grow with what certs.d holds and with the size of a batch.
_MAX_ANSWER_BYTES = 64 << 20

# A peer that is silent for so long is asked whether it is there, and counts as gone when it does
# not answer within the other. The service takes pings every ten seconds.
_KEEPALIVE_TIME_MS = 30_000
_KEEPALIVE_TIMEOUT_MS = 20_000

# Where systems keep the authorities that they trust, in one file.
_SYSTEM_ROOTS = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


@dataclass(frozen=True)
class TlsOptions:
    """How TLS is spoken to the service. Files hold PEM and are read once."""

    #: Trusted authorities. Empty: the system's.
    ca_file: str = ""
    #: The client's certificate and its key: both or neither.
    cert_file: str = ""
    key_file: str = ""
    #: The name that the service's certificate must have. Empty: the address's host.
    server_name: str = ""


@dataclass(frozen=True)
class Dialling:
    """What a channel is made of."""

    target: str
    #: None: plain text.
    credentials: grpc.ChannelCredentials | None
    options: Sequence[tuple[str, str | int]]


def dialling(address: str, tls: TlsOptions | None, user_agent: str) -> Dialling:
    """How to dial a service.

    Raises ValueError if the address or the combination of options makes no sense, or a file is not
    usable; the message names the option.
    """
    where = parse_address(address or default_address())
    options: list[tuple[str, str | int]] = [
        ("grpc.service_config", _service_config()),
        ("grpc.max_receive_message_length", _MAX_ANSWER_BYTES),
        ("grpc.enable_http_proxy", 0),
        ("grpc.keepalive_time_ms", _KEEPALIVE_TIME_MS),
        ("grpc.keepalive_timeout_ms", _KEEPALIVE_TIMEOUT_MS),
        ("grpc.http2.ping_timeout_ms", _KEEPALIVE_TIMEOUT_MS),  # What newer gRPC goes by.
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.max_pings_without_data", 0),  # No bound.
    ]
    if user_agent:
        options.append(("grpc.primary_user_agent", user_agent))
    if tls is not None and tls.server_name:
        options.append(("grpc.ssl_target_name_override", tls.server_name))
    return Dialling(where.target, _credentials(where, tls), options)


def _service_config() -> str:
    """Which calls are repeated when the service is not to be reached."""
    return resources.files("registryd").joinpath("service_config.json").read_text("utf-8")


def _credentials(address: Address, tls: TlsOptions | None) -> grpc.ChannelCredentials | None:
    if address.unix_socket and tls is not None:
        raise ValueError("TLS is not spoken over a Unix socket")
    if tls is None:
        if address.local:
            return None
        tls = TlsOptions()
    if bool(tls.cert_file) != bool(tls.key_file):
        raise ValueError("a TLS client certificate and its key go together")
    roots = _pem("ca_file", tls.ca_file) or _system_roots()
    chain = _pem("cert_file", tls.cert_file)
    key = _pem("key_file", tls.key_file)
    _check(tls)
    return grpc.ssl_channel_credentials(roots, key, chain)


def _check(tls: TlsOptions) -> None:
    """Raises ValueError if TLS cannot use the files, of which gRPC tells only when it connects."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    option = "ca_file"
    try:
        if tls.ca_file:
            context.load_verify_locations(tls.ca_file)
        option = "cert_file, key_file"
        if tls.cert_file:
            # Nobody is asked for the password of a key that has one.
            context.load_cert_chain(tls.cert_file, tls.key_file, password="")
    except OSError as error:
        raise ValueError(f"{option}: cannot be used: {error}") from error


def _pem(option: str, path: str) -> bytes | None:
    """The content of the file that `option` names. None without a file."""
    if not path:
        return None
    try:
        content = Path(path).read_bytes()
    except (OSError, ValueError) as error:
        raise ValueError(f"{option}: cannot read {path}: {error}") from error
    if b"-----BEGIN " not in content:
        raise ValueError(f"{option}: {path} holds no PEM")
    return content


def _system_roots() -> bytes | None:
    """The authorities that the system trusts. None, for gRPC's own list, if no file is found."""
    for path in (os.environ.get("SSL_CERT_FILE", ""), *_SYSTEM_ROOTS):
        if path and os.path.isfile(path):
            try:
                return Path(path).read_bytes()
            except OSError as error:
                raise ValueError(
                    f"cannot read the system's authorities: {path}: {error}"
                ) from error
    return None
