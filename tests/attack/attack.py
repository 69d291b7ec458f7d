#!/usr/bin/env python3
"""Hostile peers against each kind of listener, and what other callers notice of them.

usage: attack.py [--seconds S] [--markdown] REGISTRYD

Starts REGISTRYD on this machine, lets one hostile peer after the other at each listener for S
seconds, and measures meanwhile the latency of a caller on the Unix socket of the same process.
Prints a table. Exits 0 if the server lived, answered again after each attack, and no stranger to
mutual TLS got a frame through or made a call of the other caller's fail; 1 otherwise. What a peer
who is let in can do is told and not judged: docs/hardening.md. Ends by itself.
"""

import argparse
import multiprocessing
import sys
import tempfile
import time

from attacks import ATTACKS
from connection import Caller
from server import Server, usage

PAUSE = 0.002
# Seconds: for what an attack left to be done, and what a call may take then.
RECOVERY = 60
QUICK = 0.1
COLUMNS = ("listener", "attack", "frames/s", "connections", "p50 ms", "p99 ms", "max ms", "calls", "failed",
           "CPU", "MiB")


def measure(target, until):
    """Calls one after the other with a pause between, on one connection. Returns latencies and failures."""
    latencies, failures, caller = [], 0, None
    while time.monotonic() < until:
        try:
            caller = caller or Caller(target)
            latencies.append(caller.call())
        except OSError:
            failures += 1
            caller = None
        time.sleep(PAUSE)
    return sorted(latencies), failures


def recovers(target):
    """Whether calls are answered at once again, within the time that is allowed for it."""
    until = time.monotonic() + RECOVERY
    while time.monotonic() < until:
        try:
            caller = Caller(target)
            quick = all(caller.call() < QUICK for _ in range(5))
            caller.close()
            if quick:
                return True
        except OSError:
            pass
        time.sleep(0.1)
    return False


def _attack(name, target, until, result):
    peer = ATTACKS[name](target, until)
    result.put((peer.frames_sent, peer.connections, peer.frames_received))


def run(server, listener, target, name, seconds):
    """One row of the table, and what is wrong with it."""
    pid = server.pid(target)
    witness = server.unix if target in (server.unix, server.tcp) else server.tls_unix
    cpu_before, _ = usage(pid)
    begin = time.monotonic()
    until = begin + seconds
    result = multiprocessing.Queue()
    attacker = None
    if name:
        attacker = multiprocessing.Process(target=_attack, args=(name, target, until, result))
        attacker.start()
    latencies, failures = measure(witness, until)
    sent, connections, received = result.get(timeout=60) if attacker else (0, 0, 0)
    if attacker:
        attacker.join(30)
    elapsed = time.monotonic() - begin
    cpu_after, resident = usage(pid)
    at = lambda share: 1000 * latencies[min(int(share * len(latencies)), len(latencies) - 1)] if latencies else 0
    row = (listener, name or "none", f"{sent / elapsed:.0f}", str(connections), f"{at(0.5):.2f}", f"{at(0.99):.2f}",
           f"{at(1):.1f}", str(len(latencies)), str(failures), f"{100 * (cpu_after - cpu_before) / elapsed:.0f}%",
           f"{resident:.0f}")
    faults = []
    if target is server.stranger and (failures or not latencies):
        faults.append(f"{failures} calls failed, {len(latencies)} were answered")
    if not recovers(witness):
        faults.append(f"no call was answered for {RECOVERY} seconds after the attack")
    if target is server.stranger and received:
        faults.append(f"a stranger to mutual TLS received {received} frames")
    if not server.alive():
        faults.append("registryd ended")
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
    options = parser.parse_args()
    rows, faults = [], []
    with tempfile.TemporaryDirectory() as folder:
        server = Server(options.registryd, folder)
        try:
            listeners = (("Unix socket", server.unix), ("loopback", server.tcp),
                         ("mutual TLS, stranger", server.stranger), ("mutual TLS, peer", server.peer))
            for listener, target in listeners:
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
