"""What registryd costs: memory, start-up, throughput by the number of connections, and watchers."""
import json
import os
import statistics
import subprocess
import sys
import time

import rpc
import servers
import table

# HTTP/2 by hand, which the attacks speak: it holds thousands of streams in one thread.
sys.path.append(os.path.join(servers.HERE, "..", "attack"))
import frames
from connection import Caller
from watchers import Watchers, change_mirrors

CONNECTIONS = (1, 10, 100, 1000)
REGISTRIES = 10000
QUIET_SECONDS = 1
STARTS = 10
WATCHERS = 1000
CHANGES = 20
HEALTH_CHECK = "/grpc.health.v1.Health/Check"
# HealthCheckResponse{status: SERVING}
SERVING = b"\x08\x01"


def _resident(server):
    time.sleep(QUIET_SECONDS)
    return server.resident_kib()


def _configuration(folder):
    path = os.path.join(folder, "daemon.json")
    with open(path, "w") as file:
        json.dump({"insecure-registries": [f"registry-{i:05d}.example.com:5000" for i in range(REGISTRIES)]}, file)
    return path


def _per_connection(binaries, server):
    """KiB that each of 1,000 connections takes, once it has carried a call."""
    before = _resident(server)
    command = [binaries["load"], "--target", "unix:" + server.socket, "--method", "ResolveRepository", "--inputs",
               servers.INPUTS, "--connections", "1000", "--outstanding", "1000", "--rate", "1000", "--seconds", "4"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as load:
        time.sleep(4)
        during = server.resident_kib()
        load.wait()
    return (during - before) / 1000


def _serving_after_ms(binary, folder, *arguments):
    """From the process's start until its health is SERVING, the median."""
    taken = []
    for _ in range(STARTS):
        with servers.registryd(binary, folder, *arguments) as server:
            health = Caller(("unix", server.socket))
            while health.ask(HEALTH_CHECK, frames.message(b"")) != SERVING:
                time.sleep(0.001)
            taken.append(1000 * (time.monotonic() - server.started))
            health.close()
    return statistics.median(taken)


def _change_reaches_all_after_ms(server):
    """From before the call that changes the configuration until the last of 1,000 watchers, each on a
    connection of its own, has read it: the median and the longest. This process reads them all."""
    target = ("unix", server.socket)
    watchers = Watchers(target, WATCHERS, 1)
    watchers.await_version(1, servers.PATIENCE)
    admin, taken = Caller(target), []
    for change in range(CHANGES):
        begin = time.monotonic()
        if not watchers.await_version(change_mirrors(admin, change), servers.PATIENCE):
            raise RuntimeError("a change did not reach every watcher")
        taken.append(1000 * (time.monotonic() - begin))
    admin.close()
    watchers.close()
    return statistics.median(taken), max(taken)


def run(binaries, folder, seconds):
    load = rpc.Load(binaries["load"], seconds)
    binary, many = binaries["registryd"], ("--config", _configuration(folder))
    figures = {"serving_after_ms": _serving_after_ms(binary, folder),
               "serving_after_ms_with_10000_registries": _serving_after_ms(binary, folder, *many)}
    with servers.registryd(binary, folder) as server:
        figures["idle_mib"] = _resident(server) / 1024
        figures["kib_per_connection"] = _per_connection(binaries, server)
    with servers.registryd(binary, folder, *many) as server:
        figures["mib_per_10000_registries"] = _resident(server) / 1024 - figures["idle_mib"]
    with servers.registryd(binary, folder) as server:
        median, longest = _change_reaches_all_after_ms(server)
        figures["change_reaches_1000_watchers_after_ms"] = median
        figures["change_reaches_1000_watchers_after_ms_at_most"] = longest
    by_connections = {}
    for connections in CONNECTIONS:
        with servers.registryd(binary, folder) as server:
            result = load.put(server, "ResolveRepository", connections=connections, outstanding=max(64, connections))
            by_connections[connections] = result["per_second"]
    table.show("Cost of registryd", ["figure", "value"], list(figures.items()))
    table.show("ResolveRepository by connections, closed loop", ["connections", "calls/s"], list(by_connections.items()))
    return {**figures, "calls_per_second_by_connections": by_connections}
