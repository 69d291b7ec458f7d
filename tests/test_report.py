"""The report of a test that is no GoogleTest, in the form that Bazel reads."""

import os
from xml.sax.saxutils import quoteattr


def write(name, cases, failures):
    """Writes $XML_OUTPUT_FILE, where there is one. `cases` are names, `failures` texts by name."""
    path = os.environ.get("XML_OUTPUT_FILE")
    if not path:
        return
    with open(path, "w", encoding="utf-8") as xml:
        xml.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n<testsuite name={quoteattr(name)}>\n')
        for case in cases:
            failure = f"<failure message={quoteattr(failures[case])}/>" if case in failures else ""
            xml.write(f'<testcase classname={quoteattr(name)} name={quoteattr(case)} status="run">{failure}</testcase>\n')
        xml.write("</testsuite>\n</testsuites>\n")
