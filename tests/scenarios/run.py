#!/usr/bin/env python3
"""Runs scenarios through a client, and compares what it prints with what they want, byte for byte.

usage: run.py [--record] [--only SCENARIO.json] COMMAND [ARG ...]
       run.py --serve COMMAND [ARG ...]

COMMAND is a scenario program of one language (README.md beside this file says what it prints). It
is called once a scenario, with two more arguments: a file with addresses and values, and a file
with the scenario. Ends with "N passed, M failed", a step of a scenario being one.
--record writes what COMMAND printed into the scenarios instead, to be read before it is committed.
--serve starts a registryd, runs COMMAND with REGISTRYD_ADDRESS, and ends with its status.
The environment names programs: REGISTRYD, DOCKER_REGISTRY.
"""

import argparse
import glob
import itertools
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.dirname(HERE))

import servers
import test_report
SECONDS = 300


def line(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def fill(value, values):
    """`value` with {{NAME}} replaced in every string."""
    if isinstance(value, str):
        for name, text in values.items():
            value = value.replace("{{" + name + "}}", text)
        return value
    if isinstance(value, list):
        return [fill(item, values) for item in value]
    if isinstance(value, dict):
        return {key: fill(item, values) for key, item in value.items()}
    return value


def printed(scenario, command):
    """What the command printed of a scenario, a line each, the values of this run named again."""
    asked = {**scenario, "steps": [{key: item for key, item in step.items() if key != "want"}
                                   for step in scenario["steps"]]}
    with servers.everything(scenario.get("configuration", {})) as context, \
            tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as told, \
            tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as script:
        json.dump(context, told)
        told.flush()
        json.dump(asked, script, ensure_ascii=False)
        script.flush()
        run = subprocess.run([*command, told.name, script.name], stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, encoding="utf-8", timeout=SECONDS, check=False)
        if run.returncode != 0:
            print(f"{scenario['name']}: {command[0]} ended with status {run.returncode}", file=sys.stderr)
        return run.stdout.splitlines(), context["values"]


def compare(path, command):
    """Runs one scenario. Returns the names of its steps, and what is wrong with some of them."""
    with open(path, encoding="utf-8") as file:
        scenario = json.load(file)
    lines, values = printed(scenario, command)
    names, failures = [f"{scenario['name']}/{step['name']}" for step in scenario["steps"]], {}
    for name, step, got in itertools.zip_longest(names, scenario["steps"], lines):
        if step is None:
            failures[names[-1]] = f"one line too many: {got}"
            continue
        want = line({"step": step["name"], **fill(step["want"], values)})
        if want != got:
            failures[name] = f"want {want}\n  got  {got}"
    return names, failures


def record(path, command):
    with open(path, encoding="utf-8") as file:
        scenario = json.load(file)
    lines, values = printed(scenario, command)
    names = {text: "{{" + name + "}}" for name, text in values.items() if name in ("registry", "stalled")}
    for step, text in zip(scenario["steps"], lines, strict=True):
        for value, name in names.items():
            text = text.replace(value, name)
        step["want"] = {key: item for key, item in json.loads(text).items() if key != "step"}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(scenario, file, indent=1, ensure_ascii=False)
        file.write("\n")


def serve(command):
    with servers.everything({"registry-mirrors": ["https://mirror.example"]}) as context:
        environment = {**os.environ, "REGISTRYD_ADDRESS": context["connections"]["unix"]["address"]}
        return subprocess.run(command, env=environment, timeout=SECONDS, check=False).returncode


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--only")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    if not options.command:
        parser.error("which command?")
    if options.serve:
        return serve(options.command)
    paths = [options.only] if options.only else sorted(glob.glob(os.path.join(HERE, "*.json")))
    if options.record:
        for path in paths:
            record(path, options.command)
        return 0
    names, failures = [], {}
    for path in paths:
        steps, wrong = compare(path, options.command)
        names += steps
        failures.update(wrong)
    for name, failure in failures.items():
        print(f"FAILED: {name}\n  {failure}")
    test_report.write("scenarios", names, failures)
    print(f"{len(names) - len(failures)} passed, {len(failures)} failed")
    return int(bool(failures) or not names)


if __name__ == "__main__":
    sys.exit(main())
