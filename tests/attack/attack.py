#!/usr/bin/env python3
"""Hostile peers against each kind of listener, and what other callers notice of them.

usage: attack.py [--seconds S] [--markdown] [--nghttpx NGHTTPX] REGISTRYD

Starts REGISTRYD on this machine, lets one hostile peer after the other at each listener for S
seconds, and measures meanwhile the latency of a caller on the Unix socket of the same process; and
of one who comes through NGHTTPX, while others attack that. Prints a table. Exits 0 if the server
lived, was attacked, answered again after each attack, no stranger to mutual TLS got a frame
through, and none, there or before NGHTTPX, made a call of the other caller's fail or wait for
TOO_LONG; 1 otherwise.
What a peer who is let in can do is told and not judged: docs/hardening.md. Ends by itself.
"""

import argparse
import multiprocessing
import sys
import tempfile
import time

from attacks import ATTACKS
from registryd import usage
from server import Server
from witness import RECOVERY, measure, recovers

# Milliseconds that a call may wait for a stranger's sake.
TOO_LONG = 1000
COLUMNS = ("listener", "attack", "frames/s", "connections", "p50 ms", "p99 ms", "max ms", "calls", "failed",
           "CPU", "MiB")


def _attack(name, target, until, result):
    peer = ATTACKS[name](target, until)
    result.put((peer.frames_sent, peer.connections, peer.frames_received))


def usage_of(pids):
    """Processor seconds and resident MiB of some processes."""
    return [sum(figures) for figures in zip(*map(usage, pids))]


def run(server, listener, target, name, seconds):
    """One row of the table, and what is wrong with it."""
    beside = server.beside(target)
    cpu_before, _ = usage_of(server.pids(target))
    begin = time.monotonic()
    until = begin + seconds
    result = multiprocessing.Queue()
    attacker = None
    if name:
        attacker = multiprocessing.Process(target=_attack, args=(name, target, until, result))
        attacker.start()
    latencies = measure(beside, lambda: time.monotonic() < until)
    sent, connections, received = result.get(timeout=60) if attacker else (0, 0, 0)
    if attacker:
        attacker.join(30)
    elapsed = time.monotonic() - begin
    cpu_after, resident = usage_of(server.pids(target))
    row = (listener, name or "none", f"{sent / elapsed:.0f}", str(connections), *latencies.cells(),
           f"{100 * (cpu_after - cpu_before) / elapsed:.0f}%", f"{resident:.0f}")
    faults = []
    if target in (server.stranger, server.front):
        if latencies.failures or not latencies.calls:
            faults.append(f"{latencies.failures} calls failed, {latencies.calls} were answered")
        if latencies.at(1) > TOO_LONG:
            faults.append(f"a call took {latencies.at(1):.0f} ms")
    if name and not connections:
        faults.append("the attacker never connected")
    if name and target is not server.stranger and not sent:
        faults.append("the attacker sent nothing")
    if not recovers(beside):
        faults.append(f"no call was answered for {RECOVERY} seconds after the attack")
    if target is server.stranger and received:
        faults.append(f"a stranger to mutual TLS received {received} frames")
    if not server.alive():
        faults.append("a server ended")
    return row, [f"{listener}, {name}: {fault}" for fault in faults]


def show(rows, markdown):
    widths = [max(len(row[i]) for row in [COLUMNS, *rows]) for i in range(len(COLUMNS))]
    edge = "| " if markdown else ""
    line = lambda row: edge + (" | " if markdown else "  ").join(
        cell.ljust(width) if i < 2 else cell.rjust(width)
        for i, (cell, width) in enumerate(zip(row, widths))) + (" |" if markdown else "")
    print(line(COLUMNS))
    if markdown:
        print("|" + "|".join("---" if i < 2 else "--:" for i in range(len(COLUMNS))) + "|")
    for row in rows:
        print(line(row))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("registryd")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--nghttpx", help="the program, with server/nghttpx/nghttpx.conf in front of REGISTRYD")
    options = parser.parse_args()
    rows, faults = [], []
    with tempfile.TemporaryDirectory() as folder:
        server = Server(options.registryd, options.nghttpx, folder)
        try:
            listeners = (("Unix socket", server.unix), ("loopback", server.tcp),
                         ("mutual TLS, stranger", server.stranger), ("mutual TLS, peer", server.peer),
                         ("nghttpx, stranger", server.front))
            for listener, target in listeners:
                if target is None:
                    continue
                for name in (None, *ATTACKS):
                    row, wrong = run(server, listener, target, name, options.seconds)
                    rows.append(row)
                    faults += wrong
                    print(f"attack: {listener}, {name or 'no attack'}", file=sys.stderr)
        finally:
            server.stop()
    show(rows, options.markdown)
    for fault in faults:
        print("FAILED:", fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
