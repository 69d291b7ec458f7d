"""TLS to a service that wants client certificates, and options that make no sense."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from fake_service import FakeService, serving

from registryd import Client, RegistryError, TlsOptions, v1

NAME = "server.test.example"


def certificate(folder: Path, name: str, authority: str = "") -> None:
    """Writes NAME.pem and NAME.key, signed by `authority` or, without one, by itself."""
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "2", "-subj", f"/CN={name}"]
    command += ["-keyout", f"{name}.key", "-out", f"{name}.pem"]
    if authority:
        command += ["-CA", f"{authority}.pem", "-CAkey", f"{authority}.key"]
        command += ["-addext", f"subjectAltName=DNS:{NAME}"]
        command += ["-addext", "basicConstraints=critical,CA:FALSE"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    certificate(folder, "authority")
    certificate(folder, "server", "authority")
    certificate(folder, "client", "authority")
    return folder


@pytest.fixture(scope="module")
def service(folder: Path) -> Iterator[FakeService]:
    credentials = grpc.ssl_server_credentials(
        [((folder / "server.key").read_bytes(), (folder / "server.pem").read_bytes())],
        root_certificates=(folder / "authority.pem").read_bytes(),
        require_client_auth=True,
    )
    with serving(credentials=credentials) as service:
        yield service


def options(folder: Path, **changed: str) -> TlsOptions:
    files = {
        "ca_file": str(folder / "authority.pem"),
        "cert_file": str(folder / "client.pem"),
        "key_file": str(folder / "client.key"),
        "server_name": NAME,
    }
    return TlsOptions(**{**files, **changed})


def call(service: FakeService, tls: TlsOptions | None) -> None:
    with Client(f"127.0.0.1:{service.port}", tls=tls) as client:
        client.registry.Auth(v1.AuthRequest())


def test_connects_with_the_right_files(service: FakeService, folder: Path) -> None:
    call(service, options(folder))


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"server_name": "other.test.example"}, id="another name"),
        pytest.param({"server_name": ""}, id="the address instead of the name"),
        pytest.param({"ca_file": ""}, id="the system's authorities"),
        pytest.param({"cert_file": "", "key_file": ""}, id="no certificate"),
    ],
)
def test_does_not_connect(service: FakeService, folder: Path, changed: dict[str, str]) -> None:
    with pytest.raises(RegistryError) as raised:
        call(service, options(folder, **changed))
    assert raised.value.code is grpc.StatusCode.UNAVAILABLE


def test_plain_text_is_not_answered(service: FakeService) -> None:
    with pytest.raises(RegistryError) as raised:
        call(service, None)
    assert raised.value.code is grpc.StatusCode.UNAVAILABLE


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        pytest.param({"key_file": ""}, "go together", id="a certificate without its key"),
        pytest.param({"cert_file": ""}, "go together", id="a key without its certificate"),
        pytest.param({"ca_file": "/missing"}, "ca_file: cannot read /missing", id="no file"),
        pytest.param({"cert_file": __file__}, "cert_file: .* holds no PEM", id="no PEM"),
        pytest.param({"key_file": __file__}, "key_file: .* holds no PEM", id="no PEM as key"),
    ],
)
def test_refuses(folder: Path, changed: dict[str, str], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Client("127.0.0.1:1", tls=options(folder, **changed))


@pytest.mark.parametrize(
    ("option", "file", "why"),
    [
        pytest.param("ca_file", "client.key", "ca_file: cannot be used", id="no certificate"),
        pytest.param("cert_file", "client.key", "cert_file, key_file: cannot", id="no chain"),
        pytest.param("key_file", "client.pem", "cert_file, key_file: cannot", id="no key"),
        pytest.param("key_file", "server.key", "cert_file, key_file: .*MISMATCH", id="another key"),
    ],
)
def test_refuses_files_that_cannot_be_used(folder: Path, option: str, file: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Client("127.0.0.1:1", tls=options(folder, **{option: str(folder / file)}))


def test_refuses_tls_over_a_unix_socket() -> None:
    with pytest.raises(ValueError, match="Unix socket"):
        Client("unix:/run/x.sock", tls=TlsOptions())


def test_trusts_the_file_that_the_environment_names(
    service: FakeService, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "authority.pem"))
    call(service, options(folder, ca_file=""))
