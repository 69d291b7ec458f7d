#!/usr/bin/env python3
"""Counts the test cases of a Bazel run.

usage: test_summary.py TESTLOGS BAZEL_STATUS

Reads the test.xml of every test target that the repository has now, names what failed,
and ends with one line, "N passed, M failed". A target that did not run (its build failed,
it crashed or it timed out) counts as one failure. Exits 0 only when all passed.
"""

import pathlib
import subprocess
import sys
import xml.etree.ElementTree as ElementTree


def targets():
    """The labels of all test targets, or none when the build files cannot be read."""
    query = subprocess.run(
        ["bazel", "query", "--noshow_progress", "tests(//...)"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    return query.stdout.split()


def cases(report):
    """Yields (name, passed) of each case in a test.xml that was run."""
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        if case.get("status") == "notrun" or case.get("result") == "suppressed":
            continue
        failed = case.find("failure") is not None or case.find("error") is not None
        yield f"{case.get('classname', '')}.{case.get('name', '')}", not failed


def main():
    logs, bazel_status = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    passed, failures = 0, []
    for target in targets():
        report = logs / target.lstrip("/").replace(":", "/") / "test.xml"
        shards = sorted(report.parent.glob("shard_*/test.xml")) or [report]
        before = len(failures)
        for shard in shards:
            try:
                for name, ok in cases(shard):
                    if ok:
                        passed += 1
                    else:
                        failures.append(f"{target} {name}")
            except (OSError, ElementTree.ParseError):
                failures.append(f"{target} did not run to its end")
        cached = report.parent / "test.cache_status"
        if not cached.exists() and len(failures) == before:
            failures.append(f"{target} did not run")
    if bazel_status != 0 and not failures:
        failures.append(f"bazel ended with status {bazel_status}")
    for failure in failures:
        print("FAILED:", failure)
    print(f"{passed} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
