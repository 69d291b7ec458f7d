#!/usr/bin/env python3
"""Counts the test cases of a Bazel run, and those of the clients in other languages.

usage: test_summary.py EVENTS BAZEL_STATUS [CLIENT.log ...]

EVENTS is the build event protocol's JSON file of the run. Every case of every test.xml
that this run reports counts; a target that failed without a report (its build failed, it
crashed or it timed out) counts as one failure. A skipped case is named, and counts as
neither.

CLIENT.log is what a client's tests printed: lines "FAILED: ..." and "skipped: ...", and at
the end "N passed, M failed". A line "status S" follows where they ended with a status other
than 0; 77 means that the language's tools are missing, any other without a count is a failure.

Names what failed and ends with one line, "N passed, M failed". Exits 0 only when there are
tests and all of them passed.
"""

import json
import os
import re
import sys
import urllib.parse
import xml.etree.ElementTree as ElementTree


def cases(report):
    """Yields (name, passed) of each case in a test.xml that was run; passed is None for a skipped one."""
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        if case.get("status") == "notrun" or case.get("result") == "suppressed":
            continue
        failed = case.find("failure") is not None or case.find("error") is not None
        skipped = not failed and (case.find("skipped") is not None or case.get("result") == "skipped")
        yield f"{case.get('classname', '')}.{case.get('name', '')}", None if skipped else not failed


def client_cases(path):
    """Prints what a client's tests left out. Returns how many passed, and what failed."""
    name = os.path.splitext(os.path.basename(path))[0]
    with open(path, encoding="utf-8", errors="replace") as log:
        lines = log.read().splitlines()
    for line in lines:
        if line.startswith("skipped: "):
            print(line)
    status = 0
    if lines and (ended := re.fullmatch(r"status (\d+)", lines[-1])):
        status = int(ended[1])
        lines.pop()
    if status == 77:
        return 0, []
    count = re.fullmatch(r"(\d+) passed, (\d+) failed", lines[-1]) if lines else None
    if not count:
        return 0, [f"{name}: ended with status {status} and no count"]
    failures = [f"{name}: {line.removeprefix('FAILED: ')}" for line in lines if line.startswith("FAILED: ")]
    failures = failures[:int(count[2])]
    unnamed = int(count[2]) - len(failures)
    failures += [f"{name}: a test, see above"] * unnamed
    if status != 0 and not failures:
        failures.append(f"{name}: ended with status {status}")
    return int(count[1]), failures


def main():
    reports, failed_targets = {}, set()
    with open(sys.argv[1], encoding="utf-8") as events:
        for line in events:
            event = json.loads(line)
            identity = event["id"]
            if "testResult" in event:
                key = identity["testResult"]
                label = key["label"]
                if event["testResult"].get("status") != "PASSED":
                    failed_targets.add(label)
                for output in event["testResult"].get("testActionOutput", []):
                    if output["name"] == "test.xml":
                        path = urllib.parse.unquote(urllib.parse.urlparse(output["uri"]).path)
                        reports[label, key.get("shard", 0)] = path
            elif "completed" in event and not event["completed"].get("success"):
                failed_targets.add(identity["targetCompleted"]["label"])
            elif "aborted" in event and "targetCompleted" in identity:
                failed_targets.add(identity["targetCompleted"]["label"])

    passed, failures = 0, []
    explained = set()
    for (label, _), path in sorted(reports.items()):
        try:
            for name, ok in cases(path):
                if ok is None:
                    print("skipped:", label, name)
                elif ok:
                    passed += 1
                else:
                    failures.append(f"{label} {name}")
                    explained.add(label)
        except (OSError, ElementTree.ParseError) as error:
            failures.append(f"{label}: no readable report: {error}")
            explained.add(label)
    failures += [f"{label} did not build or did not run to its end"
                 for label in sorted(failed_targets - explained)]
    if int(sys.argv[2]) != 0 and not failures:
        failures.append(f"bazel ended with status {sys.argv[2]}")
    for path in sys.argv[3:]:
        # The pattern itself, where there is no log.
        if os.path.exists(path):
            client_passed, client_failures = client_cases(path)
            passed += client_passed
            failures += client_failures
    if passed == 0 and not failures:
        failures.append("no test was run")
    for failure in failures:
        print("FAILED:", failure)
    print(f"{passed} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
