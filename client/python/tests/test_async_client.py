"""Calls of the client for asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator
from typing import Callable

import grpc
import pytest
from fake_service import FakeService, failing, serving
from google.rpc.error_details_pb2 import ErrorInfo

from registryd import AsyncClient, RegistryError, v1

WATCH = v1.WatchServiceConfigRequest()
# gRPC sends a deadline as a rounded number of units.
ROUNDING = 1
INFO = ErrorInfo(reason="REFERENCE_INVALID", domain="registry.v1")


@pytest.fixture
def service() -> Iterator[FakeService]:
    with serving() as service:
        yield service


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """The one loop of all tests: gRPC's poller stays with the first that it sees."""
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


Run = Callable[..., None]


@pytest.fixture
def run(service: FakeService, loop: asyncio.AbstractEventLoop) -> Run:
    """Runs a test with a client, and fails it for what the event loop complains of."""

    def run(test: Callable[[AsyncClient], Awaitable[None]], timeout: float = 5) -> None:
        async def main() -> None:
            async with AsyncClient(f"127.0.0.1:{service.port}", timeout=timeout) as client:
                await test(client)

        complaints: list[object] = []
        loop.set_exception_handler(lambda loop, context: complaints.append(context))
        loop.run_until_complete(main())
        assert complaints == []

    return run


def test_answers(service: FakeService, run: Run) -> None:
    service.answer("ParseReference", v1.ParseReferenceResponse(familiar="ubuntu"))

    async def test(client: AsyncClient) -> None:
        answer = await client.registry.ParseReference(v1.ParseReferenceRequest())
        assert answer.familiar == "ubuntu"

    run(test)


def test_failures_carry_their_reason(service: FakeService, run: Run) -> None:
    service.answer("ParseReference", failing(grpc.StatusCode.INVALID_ARGUMENT, "what", [INFO]))

    async def test(client: AsyncClient) -> None:
        with pytest.raises(RegistryError) as raised:
            await client.registry.ParseReference(v1.ParseReferenceRequest())
        assert raised.value.code is grpc.StatusCode.INVALID_ARGUMENT
        assert raised.value.reason == "REFERENCE_INVALID"

    run(test)


@pytest.mark.parametrize(("method", "attempts"), [("ResolveRepository", 3), ("Auth", 1)])
def test_reads_are_repeated(service: FakeService, run: Run, method: str, attempts: int) -> None:
    service.answer(method, failing(grpc.StatusCode.UNAVAILABLE, "later"))

    async def test(client: AsyncClient) -> None:
        with pytest.raises(RegistryError):
            await getattr(client.registry, method)(getattr(v1, f"{method}Request")())

    run(test)
    assert service.calls == [method] * attempts


@pytest.mark.parametrize(
    ("timeout", "least", "most"),
    [
        pytest.param(None, 90, 100, id="the client's"),
        pytest.param(60.0, 50, 60, id="the call's own"),
    ],
)
def test_calls_have_a_deadline(
    service: FakeService, run: Run, timeout: float | None, least: float, most: float
) -> None:
    async def test(client: AsyncClient) -> None:
        await client.registry.ParseReference(v1.ParseReferenceRequest(), timeout=timeout)

    run(test, timeout=100)
    assert service.time_remaining is not None
    assert least < service.time_remaining <= most + ROUNDING


def test_a_deadline_passes(service: FakeService, run: Run) -> None:
    def wait(request: bytes, context: grpc.ServicerContext) -> bytes:
        service.ended.wait()
        return b""

    service.answer("Auth", wait)

    async def test(client: AsyncClient) -> None:
        with pytest.raises(RegistryError) as raised:
            await client.registry.Auth(v1.AuthRequest(), timeout=0.05)
        assert raised.value.code is grpc.StatusCode.DEADLINE_EXCEEDED

    run(test)


def test_a_task_that_is_cancelled_cancels_its_call(
    service: FakeService, run: Run, loop: asyncio.AbstractEventLoop
) -> None:
    def wait(request: bytes, context: grpc.ServicerContext) -> bytes:
        loop.call_soon_threadsafe(begun.set)
        service.ended.wait()
        return b""

    service.answer("Auth", wait)
    begun: asyncio.Event

    async def test(client: AsyncClient) -> None:
        nonlocal begun
        begun = asyncio.Event()

        async def call() -> v1.AuthResponse:
            return await client.registry.Auth(v1.AuthRequest())

        task = asyncio.create_task(call())
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await loop.run_in_executor(None, service.ended.wait, 10)

    run(test)


def test_a_watch_is_iterated(service: FakeService, run: Run) -> None:
    service.answer("WatchServiceConfig", v1.WatchServiceConfigResponse(version=7))

    async def test(client: AsyncClient) -> None:
        watch = client.config.WatchServiceConfig(WATCH)
        versions = []
        async for version in watch:
            versions.append(version.version)
            break
        assert versions == [7]
        assert service.time_remaining is None or service.time_remaining > 1e6
        watch.cancel()

    run(test)


def test_a_watch_that_fails(service: FakeService, run: Run) -> None:
    service.answer("WatchServiceConfig", failing(grpc.StatusCode.RESOURCE_EXHAUSTED, "many"))

    async def test(client: AsyncClient) -> None:
        with pytest.raises(RegistryError, match="RESOURCE_EXHAUSTED: many"):
            async for _ in client.config.WatchServiceConfig(WATCH):
                pass
        with pytest.raises(RegistryError, match="RESOURCE_EXHAUSTED: many"):
            await client.config.WatchServiceConfig(WATCH).read()

    run(test)


def test_a_layer_is_pushed(service: FakeService, run: Run) -> None:
    service.answer("PushImageLayerRegistry", v1.PushImageLayerRegistryResponse(checksum="sum"))

    async def test(client: AsyncClient) -> None:
        call = client.v1_session.PushImageLayerRegistry()
        await call.write(v1.PushImageLayerRegistryRequest(chunk=b"layer"))
        await call.done_writing()
        assert (await call).checksum == "sum"

    run(test)


def test_refuses_what_the_other_client_refuses() -> None:
    with pytest.raises(ValueError, match="timeout"):
        AsyncClient("127.0.0.1:1", timeout=0)
