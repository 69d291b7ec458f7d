#!/usr/bin/env python3
"""Counts the test cases of a Bazel run.

usage: test_summary.py EVENTS BAZEL_STATUS

EVENTS is the build event protocol's JSON file of the run. Every case of every test.xml
that this run reports counts; a target that failed without a report (its build failed, it
crashed or it timed out) counts as one failure. A skipped case is named, and counts as
neither. Names what failed and ends with one line, "N passed, M failed". Exits 0 only when there are tests and all of them passed.
"""

import json
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
    if passed == 0 and not failures:
        failures.append("no test was run")
    for failure in failures:
        print("FAILED:", failure)
    print(f"{passed} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
