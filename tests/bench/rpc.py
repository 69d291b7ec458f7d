"""registryd beside an empty echo service of the same gRPC and a Go server around the reference implementation's package."""
import json
import os
import statistics
import subprocess

import servers
import table

WARM_UP = 1
CONNECTIONS = 4
OUTSTANDING = 64
BATCH = 1000
BATCH_OUTSTANDING = 4
# Of the throughput of the slowest, which each server gets in the open loop.
SHARE = 0.5
METHODS = ("ResolveRepository", "LookupPullEndpoints")
METHOD = (f"one Unix socket, {CONNECTIONS} connections; each server on one processor and the load on the others; throughput in the "
          f"closed loop with {OUTSTANDING} calls outstanding, latency in the open loop at {SHARE:.0%} of the slowest server's "
          "throughput, counted from the time at which a call was due; medians of {rounds} rounds of {seconds} s that take turns")
PEERS = {"echo": "an empty callback service of the same gRPC on the same listeners",
         "Go": "google.golang.org/grpc v1.75.1 around github.com/docker/docker v27.0.3+incompatible, package registry"}


class Load:
    def __init__(self, binary, seconds):
        self._binary, self._seconds = binary, seconds

    def put(self, server, method, outstanding=OUTSTANDING, connections=CONNECTIONS, rate=0, batch=BATCH):
        before = server.processor_seconds()
        command = [self._binary, "--target", "unix:" + server.socket, "--method", method, "--inputs", servers.INPUTS,
                   "--connections", connections, "--outstanding", outstanding, "--rate", rate, "--batch", batch,
                   "--seconds", self._seconds, "--warm-up", WARM_UP]
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True,
                              preexec_fn=servers.pinned(servers.LOAD_PROCESSORS))
        if done.returncode != 0:
            raise RuntimeError(f"{server.name}, {method}: {done.stdout}{done.stderr}")
        result = json.loads(done.stdout)
        calls = result["per_second"] * (self._seconds + WARM_UP)
        result["server_us_per_call"] = (server.processor_seconds() - before) * 1e6 / calls
        return result


def _middle(results):
    """The median of each figure."""
    return {"per_second": statistics.median(r["per_second"] for r in results),
            "server_us_per_call": statistics.median(r["server_us_per_call"] for r in results),
            "latency_us": {q: statistics.median(r["latency_us"][q] for r in results) for q in results[0]["latency_us"]}}


def _take_turns(make, rounds, put):
    """{server's name: median of its results}; `make` has a function for each server."""
    results = {}
    for _ in range(rounds):
        for make_server in make:
            with make_server() as server:
                results.setdefault(server.name, []).append(put(server))
    return {name: _middle(r) for name, r in results.items()}


def _compare(load, make, rounds, method):
    def asked(server):
        return "Echo" if server.name == "echo" else method
    closed = _take_turns(make, rounds, lambda s: load.put(s, asked(s)))
    rate = SHARE * min(result["per_second"] for result in closed.values())
    opened = _take_turns(make, rounds, lambda s: load.put(s, asked(s), rate=rate, outstanding=1000))
    echo = closed["echo"]["per_second"]
    rows = [[name, closed[name]["per_second"], closed[name]["per_second"] / echo, closed[name]["server_us_per_call"],
             *(opened[name]["latency_us"][q] for q in ("p50", "p99", "p99.9")),
             opened[name]["latency_us"]["p99"] / opened["echo"]["latency_us"]["p99"]] for name in closed]
    table.show(f"{method}; latencies in us at {rate:,.0f} calls in a second",
               ["server", "calls/s", "of echo", "server us/call", "p50", "p99", "p99.9", "p99 of echo"], rows)
    return {"method": method, "rate": rate, "closed": closed, "open": opened}


def _batches(load, make, rounds):
    batches = _take_turns(make, rounds, lambda s: load.put(s, "BatchLookupPullEndpoints", outstanding=BATCH_OUTSTANDING))
    rows = [[name, r["per_second"] * BATCH, r["server_us_per_call"] / BATCH] for name, r in batches.items()]
    table.show(f"BatchLookupPullEndpoints, {BATCH} references a call", ["server", "references/s", "server us/reference"], rows)
    return {"references_in_a_call": BATCH, "servers": batches,
            "references_per_second": {name: r["per_second"] * BATCH for name, r in batches.items()}}


def run(binaries, folder, rounds, seconds):
    load = Load(binaries["load"], seconds)
    ours = lambda: servers.registryd(binaries["registryd"], folder)
    echo = lambda: servers.echo(binaries["echo_server"], folder)
    go_binary = servers.build_go("bench-goserver", os.path.join("load", "goserver"))
    go = [lambda: servers.go(go_binary, folder)] if go_binary else []
    return {"peers": PEERS if go else {"echo": PEERS["echo"]},
            "how": METHOD.format(rounds=rounds, seconds=seconds), "inputs": "tests/bench/inputs.json, references",
            "calls": [_compare(load, [echo, ours] + go, rounds, method) for method in METHODS],
            "batch": _batches(load, [ours] + go, rounds)}
