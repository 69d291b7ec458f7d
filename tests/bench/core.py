"""The core beside the reference implementation's package, on the questions of inputs.json."""
import json
import os
import re
import shutil
import statistics
import subprocess

import table

HERE = os.path.dirname(os.path.abspath(__file__))
INPUTS = os.path.join(HERE, "inputs.json")
PEER = "github.com/docker/docker v27.0.3+incompatible, package registry, by `go test -bench`"
METHOD = ("Google Benchmark and testing.B, one thread, one after the other; medians of {rounds} rounds that take turns; "
          "nanoseconds of time that passed; certs.d is empty, names are answered from memory on both sides")
GO_LINE = re.compile(r"^BenchmarkCore/(\S+?)(?:-\d+)?\s+\d+\s+([\d.]+) ns/op\s+\d+ B/op\s+(\d+) allocs/op")


def _output(command, **how):
    done = subprocess.run(command, capture_output=True, text=True, **how)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
    return done.stdout


def _ours(binary):
    command = [binary, "--benchmark_format=json", "--benchmark_min_time=0.3"]
    text = _output(command, env={**os.environ, "INPUTS": INPUTS})
    return {b["name"]: (b["real_time"], b["allocations"]) for b in json.loads(text)["benchmarks"]}


def _peer():
    if not shutil.which("go"):
        return {}
    command = ["go", "test", "-run=^$", "-bench=.", "-benchtime=300ms"]
    text = _output(command, cwd=os.path.join(HERE, "peer"))
    found = (GO_LINE.match(line) for line in text.splitlines())
    return {m[1]: (float(m[2]), float(m[3])) for m in found if m}


def _median(rounds, name, i):
    values = [r[name][i] for r in rounds if name in r]
    return statistics.median(values) if values else None


def run(binary, rounds):
    ours, peer = [], []
    for _ in range(rounds):
        ours.append(_ours(binary))
        peer.append(_peer())
    cases = []
    for name in ours[0]:
        case = {"name": name, "ns": _median(ours, name, 0), "allocations": round(_median(ours, name, 1), 2),
                "peer_ns": _median(peer, name, 0), "peer_allocations": _median(peer, name, 1)}
        case["times_faster"] = case["peer_ns"] / case["ns"] if case["peer_ns"] else None
        cases.append(case)
    table.show("Core, nanoseconds a question, beside the Go package",
               ["question", "ns", "allocations", "Go ns", "Go allocations", "times faster"],
               [list(c.values()) for c in cases])
    return {"peer": PEER if peer[0] else None, "method": METHOD.format(rounds=rounds), "inputs": "tests/bench/inputs.json",
            "cases": cases}
