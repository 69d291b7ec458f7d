#!/usr/bin/env python3
"""What grpcurl and `buf curl` learn of registryd by server reflection, and get of it.

usage: reflection_test.py GRPCURL BUF

REGISTRYD names the server. Ends with "N passed, M failed".
"""

import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path += [os.path.dirname(HERE), os.path.join(os.path.dirname(HERE), "scenarios")]

import servers
import test_report

SECONDS = 60
OURS = ["registry.v1.ConfigService", "registry.v1.RegistryService", "registry.v1.V1SessionService"]
CALL = "registry.v1.RegistryService/ParseReference"
GOOD, BAD = '{"reference": "ubuntu"}', '{"reference": "ubuntu:1:2"}'
INVALID_ARGUMENT = 3
# What google.rpc.ErrorInfo and BadRequest hold of BAD, which both tools print as JSON.
DETAILS = [
    {"reason": "REFERENCE_INVALID", "domain": "registry.v1"},
    {"fieldViolations": [{"field": "reference", "description": "invalid reference format"}]},
]


class Tools:
    """The two programs, and how they reach each listener of one registryd."""

    def __init__(self, grpcurl, buf, connections):
        self._programs = {"grpcurl": grpcurl, "buf": buf}
        self._connections = connections

    def grpcurl(self, connection, *words, flags=()):
        """grpcurl FLAGS ADDRESS WORDS. Returns its status, output and errors."""
        where = self._connections[connection]
        tls = ["-cacert", where["ca"], "-cert", where["cert"], "-key", where["key"]] if "ca" in where else ["-plaintext"]
        return self._run("grpcurl", *tls, *flags, where["address"], *words)

    def buf(self, connection, path, *flags):
        """buf curl FLAGS URL/PATH, likewise."""
        where = self._connections[connection]
        address = where["address"]
        if "ca" in where:
            flags = ["--cacert", where["ca"], "--cert", where["cert"], "--key", where["key"], *flags]
            url = f"https://{address}"
        elif address.startswith("unix:"):
            flags = ["--http2-prior-knowledge", "--unix-socket", address.removeprefix("unix:"), *flags]
            url = "http://localhost"
        else:
            flags = ["--http2-prior-knowledge", *flags]
            url = f"http://{address}"
        return self._run("buf", "curl", "--protocol", "grpc", *flags, f"{url}/{path}".rstrip("/"))

    def _run(self, program, *arguments):
        run = subprocess.run([self._programs[program], *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                             encoding="utf-8", timeout=SECONDS, check=False)
        return run.returncode, run.stdout, run.stderr


def ended(run, status=0):
    """The output of a run, or its errors where it was to fail."""
    if run[0] != status:
        raise AssertionError(f"ended with status {run[0]} instead of {status}:\n{run[1]}{run[2]}")
    return run[2] if status else run[1]


def same(got, want):
    if got != want:
        raise AssertionError(f"want {want}\n  got  {got}")


def listed(text):
    return [line for line in text.split() if line.startswith("registry.")]


def camel(value):
    """JSON with the names of fields as Protobuf's JSON mapping has them."""
    if isinstance(value, list):
        return [camel(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {head + "".join(part.title() for part in rest): camel(item)
            for (head, *rest), item in ((name.split("_"), item) for name, item in value.items())}


def grpcurl_lists(tools, connection):
    same(listed(ended(tools.grpcurl(connection, "list"))), OURS)


def grpcurl_describes_all(tools, connection):
    for service in OURS:
        methods = listed(ended(tools.grpcurl(connection, "list", service)))
        if not methods:
            raise AssertionError(f"{service} has no methods")
        text = ended(tools.grpcurl(connection, "describe", service))
        same(text.count("  rpc "), len(methods))


def grpcurl_describes_a_message(tools, connection):
    text = ended(tools.grpcurl(connection, "describe", "registry.v1.ParseReferenceRequest"))
    same(text, "registry.v1.ParseReferenceRequest is a message:\n"
               "message ParseReferenceRequest {\n  string reference = 1;\n}\n")


def grpcurl_calls(tools, connection):
    same(json.loads(ended(tools.grpcurl(connection, CALL, flags=["-d", GOOD])))["canonical"], "docker.io/library/ubuntu")


def grpcurl_shows_details(tools, connection):
    # It ends with 64 and the code.
    text = ended(tools.grpcurl(connection, CALL, flags=["-format-error", "-d", BAD]), 64 + INVALID_ARGUMENT)
    error = camel(json.loads(text))
    same((error["code"], error["message"]), (INVALID_ARGUMENT, "invalid reference format"))
    same([detail.pop("@type").rpartition("/")[2] for detail in error["details"]],
         ["google.rpc.ErrorInfo", "google.rpc.BadRequest"])
    same(error["details"], DETAILS)


def grpcurl_checks_health(tools, connection):
    same(json.loads(ended(tools.grpcurl(connection, "grpc.health.v1.Health/Check"))), {"status": "SERVING"})


def buf_lists(tools, connection):
    same(listed(ended(tools.buf(connection, "", "--list-services"))), OURS)


def buf_calls(tools, connection):
    same(json.loads(ended(tools.buf(connection, CALL, "--data", GOOD)))["canonical"], "docker.io/library/ubuntu")


def buf_shows_details(tools, connection):
    # It ends with the code, shifted, and leaves details as bytes.
    error = json.loads(ended(tools.buf(connection, CALL, "--data", BAD), INVALID_ARGUMENT << 3))
    same((error["code"], error["message"]), ("invalid_argument", "invalid reference format"))
    same([detail["type"] for detail in error["details"]], ["google.rpc.ErrorInfo", "google.rpc.BadRequest"])


CASES = [grpcurl_lists, grpcurl_describes_all, grpcurl_describes_a_message, grpcurl_calls, grpcurl_shows_details,
         grpcurl_checks_health, buf_lists, buf_calls, buf_shows_details]


def main():
    names, failures = [], {}
    with tempfile.TemporaryDirectory() as folder, servers.registryd(folder, {}) as connections:
        tools = Tools(*sys.argv[1:], connections)
        for case in CASES:
            for connection in ("unix", "tcp", "tls"):
                name = f"{case.__name__}/{connection}"
                names.append(name)
                try:
                    case(tools, connection)
                except (AssertionError, KeyError, ValueError, subprocess.TimeoutExpired) as failure:
                    failures[name] = str(failure)
    for name in names:
        print(f"FAILED: {name}\n  {failures[name]}" if name in failures else f"passed {name}")
    test_report.write("reflection", names, failures)
    print(f"{len(names) - len(failures)} passed, {len(failures)} failed")
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(main())
