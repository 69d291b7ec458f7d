"""The client whose calls block."""

from __future__ import annotations

from collections.abc import Iterator
from threading import TIMEOUT_MAX
from types import TracebackType
from typing import Any, Callable, cast

import grpc

from registryd import v1
from registryd.channel import TlsOptions, dialling
from registryd.errors import from_call, translated

__all__ = ["Client", "checked_timeout"]


class Client:
    """A connection to registryd, made with the first call::

        with Client() as client:
            request = v1.ResolveRepositoryRequest(reference="ubuntu")
            print(client.registry.ResolveRepository(request).repository.name)

    Calls go through the generated stubs `registry`, `config` and `v1_session`. What each does
    stands in their documentation; a call that fails raises RegistryError. Threads may share a
    client.

    Calls that only read are repeated when the service is not to be reached (UNAVAILABLE): twice at
    most, within their deadline, and less if that rarely helps. Proxies of the environment are not
    used.

    A peer that is silent for 30 seconds is pinged. If it does not answer within 20 more, what is
    under way ends with UNAVAILABLE.
    """

    registry: v1.RegistryServiceStub
    config: v1.ConfigServiceStub
    v1_session: v1.V1SessionServiceStub

    def __init__(
        self,
        address: str = "",
        *,
        tls: TlsOptions | None = None,
        timeout: float = 5.0,
        user_agent: str = "",
    ) -> None:
        """Takes where and how the service is reached.

        `address` is ``unix:PATH`` or ``HOST:PORT``; empty: `default_address()`. Without `tls`,
        plain text is spoken to this machine (a Unix socket, a loopback address), and TLS with the
        system's authorities to any other. `timeout`, in seconds, is for calls that are not given
        one; streams have none unless they are. `user_agent` goes before gRPC's own.

        Raises ValueError if the address or the combination of options makes no sense, or a file is
        not usable; the message names the option.
        """
        checked_timeout(timeout)
        how = dialling(address, tls, user_agent)
        if how.credentials is None:
            self._channel = grpc.insecure_channel(how.target, options=how.options)
        else:
            self._channel = grpc.secure_channel(how.target, how.credentials, options=how.options)
        calls = cast(grpc.Channel, _Calls(self._channel, timeout))
        self.registry = v1.RegistryServiceStub(calls)
        self.config = v1.ConfigServiceStub(calls)
        self.v1_session = v1.V1SessionServiceStub(calls)

    def close(self) -> None:
        """Ends the connection, and what is under way with CANCELLED."""
        self._channel.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def checked_timeout(timeout: float) -> None:
    """Raises ValueError if `timeout` cannot be a client's."""
    if not 0 < timeout <= TIMEOUT_MAX:
        raise ValueError("timeout: must be positive, and at most 292 years")


class _Calls:
    """The part of a channel that stubs use. Its calls have a deadline and raise RegistryError."""

    def __init__(self, channel: grpc.Channel, timeout: float) -> None:
        self._channel = channel
        self._timeout = timeout

    def unary_unary(self, *method: Any, **options: Any) -> _Unary:
        return _Unary(self._channel.unary_unary(*method, **options), self._timeout)

    def stream_unary(self, *method: Any, **options: Any) -> _Unary:
        return _Unary(self._channel.stream_unary(*method, **options), None)

    def unary_stream(self, *method: Any, **options: Any) -> Callable[..., _Stream]:
        call: Any = self._channel.unary_stream(*method, **options)
        return lambda request, *args, **kwargs: _Stream(call(request, *args, **kwargs))


class _Unary:
    """A method that answers once."""

    def __init__(self, method: Any, timeout: float | None) -> None:
        self._method = method
        self._timeout = timeout

    def __call__(
        self, request: Any, timeout: float | None = None, *args: Any, **kwargs: Any
    ) -> Any:
        with translated():
            return self._method(request, self._limit(timeout), *args, **kwargs)

    def with_call(
        self, request: Any, timeout: float | None = None, *args: Any, **kwargs: Any
    ) -> Any:
        with translated():
            return self._method.with_call(request, self._limit(timeout), *args, **kwargs)

    def future(
        self, request: Any, timeout: float | None = None, *args: Any, **kwargs: Any
    ) -> _Future:
        return _Future(self._method.future(request, self._limit(timeout), *args, **kwargs))

    def _limit(self, timeout: float | None) -> float | None:
        return self._timeout if timeout is None else timeout


class _Delegate:
    """A call of gRPC's, but for what a subclass does otherwise."""

    def __init__(self, call: Any) -> None:
        self._call = call

    def __getattr__(self, name: str) -> Any:
        return getattr(self._call, name)


class _Future(_Delegate):
    """A call that somebody will wait for."""

    def result(self, timeout: float | None = None) -> Any:
        with translated():
            return self._call.result(timeout)

    def exception(self, timeout: float | None = None) -> BaseException | None:
        error = self._call.exception(timeout)
        return from_call(error) if isinstance(error, grpc.RpcError) else error  # type: ignore[arg-type]

    def add_done_callback(self, callback: Callable[[_Future], None]) -> None:
        self._call.add_done_callback(lambda _: callback(self))


class _Stream(_Delegate):
    """A call whose messages are iterated."""

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        with translated():
            return next(self._call)
