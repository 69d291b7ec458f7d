"""Takes the steps of one scenario through the client, and prints a line for each.

usage: scenario_call.py CONTEXT.json SCENARIO.json

tests/scenarios/README.md says what the files hold and what is printed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import json_format

from registryd import Client, RegistryError, TlsOptions, v1

BARE_CODES = (grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED)


def shown_error(error: RegistryError) -> dict[str, Any]:
    shown: dict[str, Any] = {"code": error.code.name}
    if error.code in BARE_CODES:
        return shown
    if error.code is not grpc.StatusCode.UNAVAILABLE:
        shown["message"] = error.message
    details = {
        "domain": error.domain,
        "reason": error.reason,
        "metadata": dict(error.metadata),
        "fields": [violation.field for violation in error.field_violations],
    }
    shown.update({name: value for name, value in details.items() if value})
    if error.retry_delay is not None:
        shown["retryDelay"] = f"{error.retry_delay.total_seconds():g}s"
    return shown


class Scenario:
    def __init__(self, context: dict[str, Any]) -> None:
        self._connections = context["connections"]
        self._values: dict[str, str] = context["values"]
        self._clients: dict[str, Client] = {}
        self._streams: dict[str, Any] = {}

    def take(self, step: dict[str, Any]) -> dict[str, Any]:
        """What the line of a step says besides its name."""
        try:
            if "open" in step:
                self._streams[step["open"]] = self._start(step)
                return {"opened": step["open"]}
            if "next" in step:
                return self._shown(step, next(self._streams[step["next"]]))
            if "cancel" in step:
                return self._cancel(self._streams[step["cancel"]])
            if "call" in step:
                return self._shown(step, self._start(step))
        except RegistryError as error:
            return {"error": shown_error(error)}
        sys.exit(2)

    def _client(self, name: str) -> Client:
        if name not in self._clients:
            connection = self._connections[name]
            tls = None
            if "ca" in connection:
                tls = TlsOptions(
                    connection["ca"], connection.get("cert", ""), connection.get("key", "")
                )
            self._clients[name] = Client(connection["address"], tls=tls)
        return self._clients[name]

    def _start(self, step: dict[str, Any]) -> Any:
        """Makes the call of a step. Returns its answer, or its stream."""
        client = self._client(step.get("connection", "unix"))
        stubs = {
            "RegistryService": client.registry,
            "ConfigService": client.config,
            "V1SessionService": client.v1_session,
        }
        method = getattr(stubs.get(step["service"]), step["call"], None)
        if method is None:
            sys.exit(2)
        request = json_format.ParseDict(
            self._filled(step.get("request", {})), getattr(v1, f"{step['call']}Request")()
        )
        if "timeout_ms" in step:
            return method(request, timeout=step["timeout_ms"] / 1000)
        return method(request)

    def _cancel(self, stream: Any) -> dict[str, Any]:
        stream.cancel()
        for _ in stream:
            pass
        return {"ended": True}

    def _shown(self, step: dict[str, Any], answer: Any) -> dict[str, Any]:
        response = json_format.MessageToDict(answer)
        for name, field in step.get("keep", {}).items():
            self._values[name] = response.get(field, "")
        response.update({field: "*" for field in step.get("hide", ()) if field in response})
        return {"response": response}

    def _filled(self, value: Any) -> Any:
        if isinstance(value, str):
            for name, text in self._values.items():
                value = value.replace("{{" + name + "}}", text)
            return value
        if isinstance(value, list):
            return [self._filled(item) for item in value]
        if isinstance(value, dict):
            return {key: self._filled(item) for key, item in value.items()}
        return value


def main() -> None:
    context, script = (json.loads(Path(path).read_text("utf-8")) for path in sys.argv[1:])
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    scenario = Scenario(context)
    for step in script["steps"]:
        line = {"step": step["name"], **scenario.take(step)}
        text = json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        print(text, flush=True)


if __name__ == "__main__":
    main()
