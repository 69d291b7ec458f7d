#!/usr/bin/env python3
"""Measures registryd beside its peers; `make bench` builds what it needs and runs it.

usage: run.py [--rounds N] [--seconds N] [--only core,rpc,scale,wire] [--out FILE]

Prints tables, and writes them to FILE with the machine, the inputs, the peers and the methods. Ratios compare what was measured
in the same run, in turns. The machine should have nothing else to do; the load before is in the file.
"""
import argparse
import json
import os
import tempfile

import core
import machine
import rpc
import scale
import wire

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BIN = os.path.join(ROOT, "bazel-bin")
BINARIES = {"core_bench": "tests/bench/core_bench", "load": "tests/bench/load/load", "echo_server": "tests/bench/load/echo_server",
            "registryd": "server/registryd", "ask_bench": "tests/bench/wire/ask_bench",
            "layer_bench": "tests/bench/wire/layer_bench"}
PARTS = ("core", "rpc", "scale", "wire")


def write(results, path):
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path, "w") as file:
        json.dump(results, file, indent=1)
        file.write("\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--only", default=",".join(PARTS))
    parser.add_argument("--out", default=os.path.join(ROOT, "bench", "results.json"))
    options = parser.parse_args()
    unknown = set(options.only.split(",")) - set(PARTS)
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    binaries = {name: os.path.join(BIN, path) for name, path in BINARIES.items()}
    results = {"machine": machine.describe()}
    with tempfile.TemporaryDirectory() as folder:
        parts = {"core": lambda: core.run(binaries["core_bench"], options.rounds),
                 "rpc": lambda: rpc.run(binaries, folder, options.rounds, options.seconds),
                 "scale": lambda: scale.run(binaries, folder, options.seconds),
                 "wire": lambda: wire.run(binaries)}
        for name in options.only.split(","):
            results[name] = parts[name]()
            # After each, so that what a later one does not survive is kept.
            write(results, options.out)
    print(f"\nwritten to {os.path.relpath(options.out)}")


if __name__ == "__main__":
    main()
