"""What a call that failed raises."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, TypeVar

import grpc
from google.protobuf.message import DecodeError, Message
from google.rpc import error_details_pb2, status_pb2

__all__ = ["FieldViolation", "RegistryError"]

#: The domain of the reasons that registryd gives.
ERROR_DOMAIN = "registry.v1"

_DETAILS_KEY = "grpc-status-details-bin"
_MessageT = TypeVar("_MessageT", bound=Message)


@dataclass(frozen=True)
class FieldViolation:
    """One field of a request that the service did not accept."""

    #: From the request's top: ``options.mirrors[1]``.
    field: str
    #: For people.
    description: str


class RegistryError(Exception):
    """A call failed: what the service said, or gRPC where the service did not answer.

    `code` says what to do, `reason` what happened. Text comes from the service as it is. What the
    service left out, or what cannot be read, is empty.
    """

    #: gRPC's code.
    code: grpc.StatusCode
    #: For people.
    message: str
    #: What happened, for programs: ``REFERENCE_INVALID``. Empty: not stated.
    reason: str
    #: Who gives `reason` its meaning: ``registry.v1`` for registryd.
    domain: str
    #: What the reason is about.
    metadata: Mapping[str, str]
    #: The request's fields that were not accepted.
    field_violations: Sequence[FieldViolation]
    #: How long to wait before trying again. Never negative. None: not stated.
    retry_delay: timedelta | None

    def __init__(
        self,
        code: grpc.StatusCode,
        message: str,
        reason: str = "",
        domain: str = "",
        metadata: Mapping[str, str] | None = None,
        field_violations: Sequence[FieldViolation] = (),
        retry_delay: timedelta | None = None,
    ) -> None:
        # All of it, so that the exception can be pickled.
        super().__init__(code, message, reason, domain, metadata, field_violations, retry_delay)
        self.code = code
        self.message = message
        self.reason = reason
        self.domain = domain
        self.metadata = dict(metadata or {})
        self.field_violations = tuple(field_violations)
        self.retry_delay = retry_delay

    def __str__(self) -> str:
        reason = f" ({self.reason})" if self.reason else ""
        return f"{self.code.name}{reason}: {self.message}"


class _FailedCall(Protocol):
    """What gRPC's exceptions offer, those of asyncio and the others."""

    def code(self) -> grpc.StatusCode: ...

    def details(self) -> str | None: ...

    def trailing_metadata(self) -> Sequence[tuple[str, str | bytes]] | None: ...


def from_call(call: _FailedCall) -> RegistryError:
    """The error of a call that failed."""
    details = _Details(call.trailing_metadata() or ())
    info = details.first(error_details_pb2.ErrorInfo)
    request = details.first(error_details_pb2.BadRequest)
    return RegistryError(
        call.code(),
        call.details() or "",
        info.reason,
        info.domain,
        dict(info.metadata),
        [FieldViolation(item.field, item.description) for item in request.field_violations],
        _delay(details.first(error_details_pb2.RetryInfo)),
    )


@contextmanager
def translated() -> Iterator[None]:
    """Raises RegistryError in place of gRPC's exceptions."""
    try:
        yield
    except grpc.RpcError as error:
        raise from_call(error) from error  # type: ignore[arg-type]


class _Details:
    """The messages in the details of a status."""

    def __init__(self, trailing_metadata: Sequence[tuple[str, str | bytes]]) -> None:
        self._status = status_pb2.Status()
        for key, value in trailing_metadata:
            if key == _DETAILS_KEY and isinstance(value, bytes):
                self._status = _parsed(status_pb2.Status, value)
                break

    def first(self, kind: type[_MessageT]) -> _MessageT:
        """The first message of a kind. Empty if there is none, or if it cannot be read."""
        for detail in self._status.details:
            if detail.Is(kind.DESCRIPTOR):
                return _parsed(kind, detail.value)
        return kind()


def _parsed(kind: type[_MessageT], data: bytes) -> _MessageT:
    try:
        return kind.FromString(data)
    except DecodeError:
        return kind()


def _delay(info: error_details_pb2.RetryInfo) -> timedelta | None:
    if not info.HasField("retry_delay"):
        return None
    try:
        delay = timedelta(
            seconds=info.retry_delay.seconds, microseconds=info.retry_delay.nanos // 1000
        )
    except OverflowError:
        return None
    return max(delay, timedelta())
