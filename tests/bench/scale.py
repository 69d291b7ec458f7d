"""What registryd costs: memory, start-up, and throughput by the number of connections."""
import json
import os
import subprocess
import time

import rpc
import servers
import table

CONNECTIONS = (1, 10, 100, 1000)
REGISTRIES = 10000
QUIET_SECONDS = 1


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


def run(binaries, folder, seconds):
    load = rpc.Load(binaries["load"], seconds)
    with servers.registryd(binaries["registryd"], folder) as server:
        figures = {"listens_after_ms": server.seconds_to_listen * 1000, "idle_mib": _resident(server) / 1024,
                   "kib_per_connection": _per_connection(binaries, server)}
    with servers.registryd(binaries["registryd"], folder, "--config", _configuration(folder)) as server:
        figures["mib_per_10000_registries"] = _resident(server) / 1024 - figures["idle_mib"]
        figures["listens_after_ms_with_10000_registries"] = server.seconds_to_listen * 1000
    by_connections = {}
    for connections in CONNECTIONS:
        with servers.registryd(binaries["registryd"], folder) as server:
            result = load.put(server, "ResolveRepository", connections=connections, outstanding=max(64, connections))
            by_connections[connections] = result["per_second"]
    table.show("Cost of registryd", ["figure", "value"], list(figures.items()))
    table.show("ResolveRepository by connections, closed loop", ["connections", "calls/s"], list(by_connections.items()))
    return {**figures, "calls_per_second_by_connections": by_connections}
