#!/usr/bin/env python3
"""Thousands of streams that stay open, and what other callers notice of them.

usage: streams.py [--connections C] [--streams S] [--markdown] REGISTRYD

Starts REGISTRYD on this machine, with its default limits but as many watchers as C * S. Again and
again, opens C connections with S streams of WatchServiceConfig each, changes the configuration while
all are open, asks for more streams, and closes all. Somebody else's calls are measured
meanwhile. Prints a table. Exits 0 only if

  - every stream was sent the configuration, and then each change, within PATIENCE seconds,
  - each stream more was refused with RESOURCE_EXHAUSTED, and no other was ended,
  - every call of somebody else was answered, and within QUICK seconds,
  - connections, watchers and file descriptors were given back when the peers had gone, and the
    last time took no more memory than the time before.

Ends by itself.
"""

import argparse
import os
import sys
import tempfile
import time

import frames
import watchers
from connection import CallFailed, Caller
from registryd import Registryd, usage
from witness import Witness

ROUNDS = 4
CHANGES = 5
PATIENCE = 30
QUICK = 2
MORE = 1000
# What the last round may take beyond the one before. What is freed is not reused whole, so that
# the first ones take more and more.
MEMORY_SLACK = 1.05
RESOURCE_EXHAUSTED = 8
COLUMNS = ("round", "what", "seconds", "p50 ms", "p99 ms", "max ms", "calls", "failed", "MiB", "KiB/stream")


def await_at_most(figure, most, patience=PATIENCE):
    """The value of figure(), which may take a while to be no more than `most`."""
    until = time.monotonic() + patience
    while (value := figure()) > most and time.monotonic() < until:
        time.sleep(0.05)
    return value


class Held:
    """What a process has at a time, of what it must give back."""

    FIGURES = ("connections", "watchers", "file descriptors")

    def __init__(self, server):
        self._figures = (lambda: server.metric("registryd_open_connections"),
                         lambda: server.metric("registryd_config_watchers"), server.open_files)
        self._values = [figure() for figure in self._figures]

    def not_given_back(self):
        """A sentence for each figure that stays greater than it was."""
        for name, figure, before in zip(self.FIGURES, self._figures, self._values):
            after = await_at_most(figure, before)
            if after > before:
                yield f"{name}: {before:.0f} before, {after:.0f} after"


class Run:
    def __init__(self, server, target, options):
        self._server, self._target = server, target
        self._connections, self._streams = options.connections, options.streams
        self._total = options.connections * options.streams
        self.rows, self.faults = [], []
        self._held = 0

    def round(self, number):
        server, faults = self._server, []
        before, idle = Held(server), usage(server.pid)[1]
        self._row(number, "nobody else", lambda: time.sleep(1), idle)
        peers = self._row(number, "open", self._open, idle)
        if peers.behind(1):
            faults.append(f"{peers.behind(1)} streams were sent nothing")
        held = usage(server.pid)[1]
        for change in range(CHANGES):
            if not self._row(number, f"change {change + 1}", lambda at=change: self._change(peers, number, at), idle):
                faults.append(f"change {change + 1} did not reach {peers.behind(self._version)} streams")
        faults += self._row(number, f"{MORE} more", self._ask_for_more, idle)
        if peers.ended():
            faults.append(f"{peers.ended()} streams were ended")
        peers.close()
        faults += before.not_given_back()
        if number == ROUNDS and held > self._held * MEMORY_SLACK:
            faults.append(f"held {held:.0f} MiB, and {self._held:.0f} the time before")
        self._held = held
        self.faults += [f"round {number}: {fault}" for fault in faults]

    def _row(self, number, what, action, idle):
        """Does something while somebody else calls. Returns what it returned."""
        witness = Witness(self._target)
        begin = time.monotonic()
        result = action()
        elapsed = time.monotonic() - begin
        latencies = witness.result()
        resident = usage(self._server.pid)[1]
        self.rows.append((str(number), what, f"{elapsed:.2f}", *latencies.cells(), f"{resident:.0f}",
                          f"{1024 * (resident - idle) / self._total:.1f}"))
        print(f"streams: round {number}, {what}: {elapsed:.2f} s", file=sys.stderr, flush=True)
        if latencies.failures:
            self.faults.append(f"round {number}: {what}: {latencies.failures} calls of somebody else failed")
        if latencies.at(1) > 1000 * QUICK:
            self.faults.append(f"round {number}: {what}: a call of somebody else took {latencies.at(1):.0f} ms")
        return result

    def _open(self):
        peers = watchers.Watchers(self._target, self._connections, self._streams)
        peers.await_version(1, PATIENCE)
        return peers

    def _change(self, peers, number, change):
        """Whether it reached every stream."""
        admin = Caller(self._target)
        self._version = watchers.change_mirrors(admin, CHANGES * number + change)
        admin.close()
        return peers.await_version(self._version, PATIENCE)

    def _ask_for_more(self):
        """What is wrong with the answers."""
        caller, statuses = Caller(self._target), set()
        for _ in range(MORE):
            try:
                caller.ask(watchers.METHOD, frames.message(b""))
                statuses.add(0)
            except CallFailed as refusal:
                statuses.add(refusal.status)
        caller.close()
        return [] if statuses == {RESOURCE_EXHAUSTED} else [f"streams more ended with the codes {statuses}"]


def show(rows, markdown):
    if markdown:
        print("| " + " | ".join(COLUMNS) + " |")
        print("|" + "|".join("---" if i < 2 else "--:" for i in range(len(COLUMNS))) + "|")
        for row in rows:
            print("| " + " | ".join(row) + " |")
        return
    widths = [max(len(row[i]) for row in [COLUMNS, *rows]) for i in range(len(COLUMNS))]
    for row in [COLUMNS, *rows]:
        print("  ".join(cell.ljust(width) if i < 2 else cell.rjust(width)
                        for i, (cell, width) in enumerate(zip(row, widths))))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("registryd")
    parser.add_argument("--connections", type=int, default=100)
    parser.add_argument("--streams", type=int, default=100, help="of each connection")
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "socket")
        server = Registryd(options.registryd, os.path.join(folder, "log"), "--listen", "unix:" + path,
                           "--metrics-listen", "127.0.0.1:0", "--max-watchers",
                           str(options.connections * options.streams))
        try:
            run = Run(server, ("unix", path), options)
            Caller(("unix", path)).call()
            for number in range(1, ROUNDS + 1):
                run.round(number)
            if not server.alive():
                run.faults.append("registryd ended")
        finally:
            server.stop()
    show(run.rows, options.markdown)
    for fault in run.faults:
        print("FAILED:", fault)
    return 1 if run.faults else 0


if __name__ == "__main__":
    sys.exit(main())
