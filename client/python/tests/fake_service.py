"""A service within the test's process, which answers as the test says."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent import futures
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Callable

import grpc
from google.protobuf.message import Message
from google.rpc import status_pb2

# Makes the answer to a request, or ends the call with an error.
Answer = Callable[[bytes, grpc.ServicerContext], bytes]


@dataclass
class FakeService:
    """What was asked of the service, and what it answers: by default an empty message."""

    answers: dict[str, Answer] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    #: Seconds that the last call had left when it began. None: no deadline.
    time_remaining: float | None = None
    user_agent: str = ""
    #: Set when the last call has ended, for whatever reason.
    ended: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    def answer(self, method: str, answer: Answer | Message) -> None:
        """Answers a method of that name, whatever its service, with a function or a message."""
        if isinstance(answer, Message):
            data = answer.SerializeToString()
            self.answers[method] = lambda request, context: data
        else:
            self.answers[method] = answer


@contextmanager
def serving(
    address: str = "127.0.0.1:0", credentials: grpc.ServerCredentials | None = None
) -> Iterator[FakeService]:
    service = FakeService()
    server = grpc.server(futures.ThreadPoolExecutor(4), handlers=[_Handlers(service)])
    if credentials is None:
        service.port = server.add_insecure_port(address)
    else:
        service.port = server.add_secure_port(address, credentials)
    server.start()
    try:
        yield service
    finally:
        server.stop(None).wait()


class _Handlers(grpc.GenericRpcHandler):
    def __init__(self, service: FakeService) -> None:
        self._service = service

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[Any, Any]:
        method = details.method.rpartition("/")[2]

        def begin(context: grpc.ServicerContext) -> Answer:
            self._service.calls.append(method)
            self._service.time_remaining = context.time_remaining()
            self._service.user_agent = str(dict(context.invocation_metadata()).get("user-agent"))
            self._service.ended.clear()
            context.add_callback(self._service.ended.set)
            return self._service.answers.get(method, lambda request, context: b"")

        def answer(request: bytes, context: grpc.ServicerContext) -> bytes:
            return begin(context)(request, context)

        def answer_with_stream(request: bytes, context: grpc.ServicerContext) -> Iterator[bytes]:
            yield begin(context)(request, context)
            self._service.ended.wait()

        def answer_stream(requests: Iterator[bytes], context: grpc.ServicerContext) -> bytes:
            chosen = begin(context)
            return chosen(b"".join(requests), context)

        if method in ("WatchServiceConfig", "GetRemoteImageLayer"):
            return grpc.unary_stream_rpc_method_handler(answer_with_stream)
        if method == "PushImageLayerRegistry":
            return grpc.stream_unary_rpc_method_handler(answer_stream)
        return grpc.unary_unary_rpc_method_handler(answer)


def failing(code: grpc.StatusCode, message: str, details: bytes | list[Message] = b"") -> Answer:
    """Ends a call with an error, and with details as given or made of messages."""
    if isinstance(details, list):
        status = status_pb2.Status(code=code.value[0], message=message)
        for detail in details:
            status.details.add().Pack(detail)
        details = status.SerializeToString()

    def answer(request: bytes, context: grpc.ServicerContext) -> bytes:
        if details:
            context.set_trailing_metadata((("grpc-status-details-bin", details),))
        context.abort(code, message)

    return answer
