"""Errors of a service, as they arrive."""

from __future__ import annotations

import pickle
from datetime import timedelta

import grpc
import pytest
from fake_service import failing, serving
from google.protobuf.any_pb2 import Any
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status

from registryd import Client, FieldViolation, RegistryError, v1

CODE = grpc.StatusCode.INVALID_ARGUMENT
INFO = ErrorInfo(reason="REFERENCE_INVALID", domain="registry.v1", metadata={"a": "b"})
VIOLATIONS = [
    BadRequest.FieldViolation(field="reference", description="no colon"),
    BadRequest.FieldViolation(field="other"),
]


def error_of(details: bytes | list[Message]) -> RegistryError:
    """The error that a call ends with whose status has these details."""
    with serving() as service, Client(f"127.0.0.1:{service.port}") as client:
        service.answer("ParseReference", failing(CODE, "what", details))
        with pytest.raises(RegistryError) as raised:
            client.registry.ParseReference(v1.ParseReferenceRequest())
    return raised.value


def test_carries_all_details() -> None:
    delay = RetryInfo(retry_delay=Duration(seconds=1, nanos=500_000_000))
    error = error_of([INFO, BadRequest(field_violations=VIOLATIONS), delay])
    assert error.code is CODE
    assert error.message == "what"
    assert (error.reason, error.domain) == ("REFERENCE_INVALID", "registry.v1")
    assert error.metadata == {"a": "b"}
    assert error.field_violations == (
        FieldViolation("reference", "no colon"),
        FieldViolation("other", ""),
    )
    assert error.retry_delay == timedelta(seconds=1.5)
    assert str(error) == "INVALID_ARGUMENT (REFERENCE_INVALID): what"
    assert isinstance(error.__cause__, grpc.RpcError)


def test_is_pickled_with_its_details() -> None:
    error = error_of([INFO, BadRequest(field_violations=VIOLATIONS)])
    copy = pickle.loads(pickle.dumps(error))
    assert vars(copy) == vars(error)


def _status(type_name: str, value: bytes) -> bytes:
    detail = Any(type_url=f"type.googleapis.com/{type_name}", value=value)
    data: bytes = Status(details=[detail]).SerializeToString()
    return data


@pytest.mark.parametrize(
    "details",
    [
        pytest.param(b"", id="none"),
        pytest.param(b"\xff\xff", id="not a status"),
        pytest.param(Status().SerializeToString(), id="an empty status"),
        pytest.param(_status("google.rpc.ErrorInfo", b"\xff"), id="not an ErrorInfo"),
        pytest.param(_status("google.rpc.BadRequest", b"\xff"), id="not a BadRequest"),
        pytest.param(_status("google.rpc.RetryInfo", b"\xff"), id="not a RetryInfo"),
        pytest.param(_status("google.rpc.Help", b""), id="another message"),
    ],
)
def test_what_cannot_be_read_is_empty(details: bytes) -> None:
    error = error_of(details)
    assert (error.code, error.message) == (CODE, "what")
    assert (error.reason, error.domain, error.metadata) == ("", "", {})
    assert error.field_violations == ()
    assert error.retry_delay is None
    assert str(error) == "INVALID_ARGUMENT: what"


def test_a_malformed_detail_leaves_the_others() -> None:
    status = Status.FromString(_status("google.rpc.BadRequest", b"\xff"))
    status.details.add().Pack(INFO)
    assert error_of(status.SerializeToString()).reason == "REFERENCE_INVALID"


def test_the_first_detail_of_a_kind_counts() -> None:
    assert error_of([INFO, ErrorInfo(reason="SECOND")]).reason == "REFERENCE_INVALID"


@pytest.mark.parametrize(
    ("delay", "want"),
    [
        pytest.param(Duration(), timedelta(), id="zero"),
        pytest.param(Duration(seconds=-1), timedelta(), id="negative"),
        pytest.param(Duration(nanos=1_000), timedelta(microseconds=1), id="short"),
        pytest.param(Duration(seconds=2**62), None, id="too long for Python"),
    ],
)
def test_retry_delay(delay: Duration, want: timedelta | None) -> None:
    assert error_of([RetryInfo(retry_delay=delay)]).retry_delay == want


def test_a_service_that_is_not_there() -> None:
    with serving() as service:
        address = f"127.0.0.1:{service.port}"
    with Client(address) as client, pytest.raises(RegistryError) as raised:
        client.registry.Auth(v1.AuthRequest())
    assert raised.value.code is grpc.StatusCode.UNAVAILABLE
    assert raised.value.reason == ""
