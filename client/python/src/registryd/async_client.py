"""The client for asyncio."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Callable, cast

import grpc

from registryd import v1
from registryd.channel import TlsOptions, dialling
from registryd.client import checked_timeout
from registryd.errors import translated

if TYPE_CHECKING:
    # These classes are the stubs' types with asyncio and exist for type checkers only.
    from registryd.v1.config_service_pb2_grpc import ConfigServiceAsyncStub
    from registryd.v1.registry_service_pb2_grpc import RegistryServiceAsyncStub
    from registryd.v1.v1_session_service_pb2_grpc import V1SessionServiceAsyncStub

__all__ = ["AsyncClient"]


class AsyncClient:
    """Client for asyncio::

        async with AsyncClient() as client:
            async for version in client.config.WatchServiceConfig(v1.WatchServiceConfigRequest()):
                print(version.config.mirrors)

    Options, errors, deadlines and repetition are those of Client. It belongs to the event loop that
    it was made in.
    """

    registry: RegistryServiceAsyncStub
    config: ConfigServiceAsyncStub
    v1_session: V1SessionServiceAsyncStub

    def __init__(
        self,
        address: str = "",
        *,
        tls: TlsOptions | None = None,
        timeout: float = 5.0,
        user_agent: str = "",
    ) -> None:
        """Takes what Client takes, and raises what it raises."""
        checked_timeout(timeout)
        how = dialling(address, tls, user_agent)
        if how.credentials is None:
            self._channel = grpc.aio.insecure_channel(how.target, options=how.options)
        else:
            self._channel = grpc.aio.secure_channel(
                how.target, how.credentials, options=how.options
            )
        calls = cast(grpc.aio.Channel, _Calls(self._channel, timeout))
        self.registry = v1.RegistryServiceStub(calls)
        self.config = v1.ConfigServiceStub(calls)
        self.v1_session = v1.V1SessionServiceStub(calls)

    async def close(self) -> None:
        """Ends the connection, and what is under way with CANCELLED."""
        await self._channel.close()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()


class _Calls:
    """The part of a channel that stubs use. Its calls have a deadline and raise RegistryError."""

    def __init__(self, channel: grpc.aio.Channel, timeout: float) -> None:
        self._channel = channel
        self._timeout = timeout

    def unary_unary(self, *method: Any, **options: Any) -> Callable[..., _Unary]:
        call: Any = self._channel.unary_unary(*method, **options)

        def start(request: Any, *, timeout: float | None = None, **kwargs: Any) -> _Unary:
            limit = self._timeout if timeout is None else timeout
            return _Unary(call(request, timeout=limit, **kwargs))

        return start

    def stream_unary(self, *method: Any, **options: Any) -> Callable[..., _Unary]:
        call: Any = self._channel.stream_unary(*method, **options)
        return lambda *args, **kwargs: _Unary(call(*args, **kwargs))

    def unary_stream(self, *method: Any, **options: Any) -> Callable[..., _Stream]:
        call: Any = self._channel.unary_stream(*method, **options)
        return lambda *args, **kwargs: _Stream(call(*args, **kwargs))


class _Delegate:
    """A call of gRPC's, but for what a subclass does otherwise."""

    def __init__(self, call: Any) -> None:
        self._call = call

    def __getattr__(self, name: str) -> Any:
        return getattr(self._call, name)


class _Unary(_Delegate):
    """A call that answers once, whether its request is one message or a stream."""

    def __await__(self) -> Generator[Any, None, Any]:
        with translated():
            return (yield from self._call.__await__())

    async def write(self, message: Any) -> None:
        with translated():
            await self._call.write(message)

    async def done_writing(self) -> None:
        with translated():
            await self._call.done_writing()


class _Stream(_Delegate):
    """A call whose messages are iterated, or read one by one."""

    async def __aiter__(self) -> AsyncIterator[Any]:
        with translated():
            async for message in self._call:
                yield message

    async def read(self) -> Any:
        with translated():
            return await self._call.read()
