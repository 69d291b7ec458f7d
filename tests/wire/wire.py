#!/usr/bin/env python3
"""Compares registryd's requests to registries with what Docker's own package sent.

usage: wire.py SCENARIOS.json COMMAND [ARG ...]

SCENARIOS.json holds calls, scripted answers of a registry, and what the reference did (README.md). A scenario in which
registryd differs on purpose is listed in differences.json beside this file, with the reason and what registryd does
instead, and is held against that. Ends with "N passed, M failed".
"""
import json
import os
import re
import subprocess
import sys
import tempfile
from xml.sax.saxutils import quoteattr

HERE = os.path.dirname(os.path.abspath(__file__))


def write_xml(path, names, failures):
    """What a test runner reads: a case for each scenario."""
    with open(path, "w", encoding="utf-8") as xml:
        xml.write('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n<testsuite name="wire">\n')
        for name in names:
            failure = f"<failure message={quoteattr(failures[name])}/>" if name in failures else ""
            xml.write(f'<testcase classname="wire" name={quoteattr(name)} status="run">{failure}</testcase>\n')
        xml.write("</testsuite>\n</testsuites>\n")


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        scenarios = json.load(file)
    with open(os.path.join(HERE, "differences.json"), encoding="utf-8") as file:
        differences = {difference["name"]: difference for difference in json.load(file)}
    for scenario in scenarios:
        difference = differences.get(scenario["name"])
        if difference:
            scenario["want"] = difference["want"]
            print(f"differs on purpose: {scenario['name']}: {difference['reason']}")

    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(scenarios, file)
        file.flush()
        command = [sys.executable, os.path.join(HERE, "run_wire.py"), file.name, *sys.argv[2:]]
        run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    sys.stdout.write(run.stdout)
    report = os.environ.get("XML_OUTPUT_FILE")
    if report and re.search(r"^\d+ passed, \d+ failed$", run.stdout, re.M):
        failures = dict(re.findall(r"^differs: (.*?) \| (.*)$", run.stdout, re.M))
        write_xml(report, [scenario["name"] for scenario in scenarios], failures)
    return run.returncode


if __name__ == "__main__":
    sys.exit(main())
