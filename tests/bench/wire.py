"""registryd and registries, beside Docker's Go package and beside curl."""
import json
import os
import shutil
import statistics
import subprocess

import servers
import table

SECONDS = 5
LAYER_MIB = 512
LAYER_ROUNDS = 5
PEERS = {"straight": "the same requests sent straight to docker-registry over kept connections, by nobody who looks at the answer",
         "Go": "github.com/docker/docker v27.0.3+incompatible, package registry, in its own process",
         "curl": "Debian's, to /dev/null"}


def _run(binary, *arguments, **environment):
    done = subprocess.run([binary, *map(str, arguments)], env={**os.environ, **environment}, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{os.path.basename(binary)}: {done.stdout}{done.stderr}")
    return json.loads(done.stdout)


def _asks(binaries):
    """Logins and pings, and how many tokens are asked for."""
    peer = servers.build_go("bench-ask", os.path.join("peer", "ask"))
    environment = {"GO_PEER": peer} if peer else {}
    asks = _run(binaries["ask_bench"], SECONDS, REGISTRYD=binaries["registryd"], **environment)
    rows = [[f"{row['scheme']}, {row['what']}, {row['by']}", row["per_second"], row["failed"], row["connections_per_1000"],
             row["processor_us"] or None] for row in asks["rows"]]
    table.show(f"Logins and pings, docker-registry, {asks['callers']} callers",
               ["what", "in a second", "failed", "connections per 1,000", "processor us each"], rows)
    flight = asks["single_flight"]
    table.show("Searches at once with one identity token", ["figure", "value"], list(flight.items()))
    return asks


def _layers(binaries):
    layers = _run(binaries["layer_bench"], LAYER_MIB, LAYER_ROUNDS, REGISTRYD=binaries["registryd"], CURL=shutil.which("curl") or "")
    middle = lambda downloads, figure: statistics.median(download[figure] for download in downloads) if downloads else None
    rows = []
    for row in layers["rows"]:
        curl, ours = (middle(row[by], "mib_per_second") for by in ("curl", "registryd"))
        row["of_curl"] = ours / curl if curl else None
        rows.append([row["scheme"], curl, ours, row["of_curl"], middle(row["curl"], "processor_seconds_per_gib"),
                     middle(row["registryd"], "processor_seconds_per_gib")])
    table.show(f"A layer of {LAYER_MIB} MiB from nginx", ["scheme", "curl MiB/s", "registryd MiB/s", "of curl", "curl s/GiB",
                                                       "registryd s/GiB"], rows)
    return layers


def run(binaries):
    asks, layers = _asks(binaries), _layers(binaries)
    there = {row["by"] for row in asks["rows"]} | {by for row in layers["rows"] for by in PEERS if row.get(by)}
    return {"peers": {by: what for by, what in PEERS.items() if by in there}, "asks": asks, "layers": layers}
