"""Calls of the blocking client: deadlines, repetition, streams."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from fake_service import FakeService, failing, serving

from registryd import Client, RegistryError, v1

WATCH = v1.WatchServiceConfigRequest()
# gRPC sends a deadline as a rounded number of units.
ROUNDING = 1


@pytest.fixture
def service() -> Iterator[FakeService]:
    with serving() as service:
        yield service


@pytest.fixture
def client(service: FakeService) -> Iterator[Client]:
    with Client(f"127.0.0.1:{service.port}", user_agent="tester/1") as client:
        yield client


def method_of(client: Client, name: str) -> Any:
    for stub in (client.registry, client.config, client.v1_session):
        if hasattr(stub, name):
            return getattr(stub, name)
    raise LookupError(name)


def test_answers(service: FakeService, client: Client) -> None:
    service.answer("ParseReference", v1.ParseReferenceResponse(familiar="ubuntu"))
    assert client.registry.ParseReference(v1.ParseReferenceRequest()).familiar == "ubuntu"
    assert service.user_agent.startswith("tester/1 ")


def test_answers_over_a_unix_socket(tmp_path: Path) -> None:
    path = tmp_path / "odd name%.sock"
    link = tmp_path / "plain.sock"
    with serving(f"unix:{link}") as service:
        link.rename(path)
        service.answer("ParseReference", v1.ParseReferenceResponse(familiar="ubuntu"))
        with Client(f"unix:{path}") as client:
            assert client.registry.ParseReference(v1.ParseReferenceRequest()).familiar == "ubuntu"
        path.rename(link)


def test_the_address_comes_from_the_environment(
    service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGISTRYD_ADDRESS", f"127.0.0.1:{service.port}")
    with Client() as client:
        client.registry.ParseReference(v1.ParseReferenceRequest())
    assert service.calls == ["ParseReference"]


def test_an_answer_larger_than_grpc_expects(service: FakeService, client: Client) -> None:
    service.answer("ParseReference", v1.ParseReferenceResponse(tag="a" * (5 << 20)))
    assert len(client.registry.ParseReference(v1.ParseReferenceRequest()).tag) == 5 << 20


@pytest.mark.parametrize(
    ("method", "attempts"),
    [
        pytest.param("ResolveRepository", 3, id="a read"),
        pytest.param("LookupPullEndpoints", 3, id="another read"),
        pytest.param("GetServiceConfig", 3, id="a read of the configuration"),
        pytest.param("Auth", 1, id="a login"),
        pytest.param("PingV2Registry", 1, id="a ping"),
        pytest.param("Search", 1, id="a search"),
        pytest.param("CommitServiceConfig", 1, id="a change"),
        pytest.param("LoadMirrors", 1, id="another change"),
        pytest.param("CreateSession", 1, id="a V1 session"),
        pytest.param("GetRemoteTags", 1, id="a read of a V1 session"),
    ],
)
def test_reads_are_repeated(
    service: FakeService, client: Client, method: str, attempts: int
) -> None:
    service.answer(method, failing(grpc.StatusCode.UNAVAILABLE, "later"))
    request = getattr(v1, f"{method}Request")()
    with pytest.raises(RegistryError) as raised:
        method_of(client, method)(request)
    assert raised.value.code is grpc.StatusCode.UNAVAILABLE
    assert service.calls == [method] * attempts


def test_a_watch_is_repeated(service: FakeService, client: Client) -> None:
    service.answer("WatchServiceConfig", failing(grpc.StatusCode.UNAVAILABLE, "later"))
    with pytest.raises(RegistryError):
        next(client.config.WatchServiceConfig(WATCH))
    assert service.calls == ["WatchServiceConfig"] * 3


def test_other_failures_are_not_repeated(service: FakeService, client: Client) -> None:
    service.answer("ParseReference", failing(grpc.StatusCode.INTERNAL, "a fault"))
    with pytest.raises(RegistryError):
        client.registry.ParseReference(v1.ParseReferenceRequest())
    assert service.calls == ["ParseReference"]


@pytest.mark.parametrize(
    ("timeout", "least", "most"),
    [
        pytest.param(None, 1, 5, id="the default"),
        pytest.param(60.0, 50, 60, id="the call's own"),
    ],
)
def test_calls_have_a_deadline(
    service: FakeService, client: Client, timeout: float | None, least: float, most: float
) -> None:
    client.registry.ParseReference(v1.ParseReferenceRequest(), timeout=timeout)
    assert service.time_remaining is not None
    assert least < service.time_remaining <= most + ROUNDING


def test_the_default_deadline_is_an_option(service: FakeService) -> None:
    with Client(f"127.0.0.1:{service.port}", timeout=100) as client:
        client.registry.ParseReference.future(v1.ParseReferenceRequest()).result()
    assert service.time_remaining is not None
    assert 90 < service.time_remaining <= 100 + ROUNDING


def test_streams_have_no_deadline(service: FakeService, client: Client) -> None:
    watch = client.config.WatchServiceConfig(WATCH)
    next(watch)
    # gRPC's word for "none" is a very long time.
    assert service.time_remaining is None or service.time_remaining > 1e6
    watch.cancel()
    client.v1_session.PushImageLayerRegistry(iter([v1.PushImageLayerRegistryRequest()]))
    assert service.time_remaining is None or service.time_remaining > 1e6


def test_a_deadline_passes(service: FakeService, client: Client) -> None:
    def wait(request: bytes, context: grpc.ServicerContext) -> bytes:
        service.ended.wait()
        return b""

    service.answer("Auth", wait)
    with pytest.raises(RegistryError) as raised:
        client.registry.Auth(v1.AuthRequest(), timeout=0.05)
    assert raised.value.code is grpc.StatusCode.DEADLINE_EXCEEDED


def test_a_watch_is_iterated_and_cancelled(service: FakeService, client: Client) -> None:
    service.answer("WatchServiceConfig", v1.WatchServiceConfigResponse(version=7))
    watch = client.config.WatchServiceConfig(WATCH)
    assert next(watch).version == 7
    watch.cancel()
    with pytest.raises(RegistryError) as raised:
        next(watch)
    assert raised.value.code is grpc.StatusCode.CANCELLED
    assert service.ended.wait(10)


def test_a_layer_is_pushed(service: FakeService, client: Client) -> None:
    service.answer(
        "PushImageLayerRegistry",
        lambda request, context: v1.PushImageLayerRegistryResponse(
            checksum=v1.PushImageLayerRegistryRequest.FromString(request).chunk.decode()
        ).SerializeToString(),
    )
    messages = [v1.PushImageLayerRegistryRequest(chunk=b"layer")]
    assert client.v1_session.PushImageLayerRegistry(iter(messages)).checksum == "layer"


def test_futures_fail_alike(service: FakeService, client: Client) -> None:
    service.answer("ParseReference", failing(grpc.StatusCode.NOT_FOUND, "nothing"))
    future = client.registry.ParseReference.future(v1.ParseReferenceRequest())
    done: queue.Queue[object] = queue.Queue()
    future.add_done_callback(done.put)
    with pytest.raises(RegistryError, match="NOT_FOUND: nothing"):
        future.result()
    assert isinstance(future.exception(), RegistryError)
    assert done.get(timeout=10) is future


def test_calls_with_their_metadata(service: FakeService, client: Client) -> None:
    answer, call = client.registry.ParseReference.with_call(v1.ParseReferenceRequest())
    assert isinstance(answer, v1.ParseReferenceResponse)
    assert call.code() is grpc.StatusCode.OK
    service.answer("ParseReference", failing(grpc.StatusCode.NOT_FOUND, "nothing"))
    with pytest.raises(RegistryError):
        client.registry.ParseReference.with_call(v1.ParseReferenceRequest())


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), 1e10, float("inf")])
def test_refuses_a_timeout_that_cannot_be_a_deadline(timeout: float) -> None:
    with pytest.raises(ValueError, match="timeout"):
        Client("127.0.0.1:1", timeout=timeout)


def test_every_call_of_the_api_has_a_stub(client: Client) -> None:
    files = (v1.AuthRequest, v1.GetServiceConfigRequest, v1.PingRequest)
    for message in files:
        for service in message.DESCRIPTOR.file.services_by_name.values():
            for method in service.methods:
                assert callable(method_of(client, method.name)), method.full_name
