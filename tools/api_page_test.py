#!/usr/bin/env python3
"""Tests of tools/api-page: small .proto files through protoc, and what the page says of them."""

import os
import subprocess
import tempfile
import unittest

import api_page
import api_page_descriptors

HEAD = 'syntax = "proto3";\npackage x.v1;\nimport "google/protobuf/duration.proto";\n'


def files_of(proto, head=HEAD):
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "x.proto"), "w", encoding="utf-8") as file:
            file.write(head + proto)
        output = os.path.join(folder, "set")
        subprocess.run(["protoc", f"--proto_path={folder}", "--include_source_info", f"--descriptor_set_out={output}",
                        "x.proto"], check=True, stderr=subprocess.DEVNULL)
        with open(output, "rb") as file:
            return api_page_descriptors.read_files(file.read())


def page_of(proto, reasons=(), head=HEAD):
    return api_page.render(files_of(proto, head), set(reasons))


class BlocksTest(unittest.TestCase):
    CASES = {
        "lines are joined": (" one\n two\n", [(False, "one two")]),
        "paragraphs stay apart": (" one\n\n two\n", [(False, "one"), (False, "two")]),
        "bullets": (" any of\n   - one,\n     more;\n   - two.\n",
                    [(False, "any of"), (True, "one, more;"), (True, "two.")]),
        "text behind bullets": ("   - one.\n After.\n", [(True, "one."), (False, "After.")]),
        "errors": (" ABORTED (A): one\n more.\n NOT_FOUND: two.\n", [(True, "ABORTED (A): one more."), (True, "NOT_FOUND: two.")]),
        "a code within prose": (" It ends with\n ABORTED at once.\n", [(False, "It ends with ABORTED at once.")]),
        "a word like a code": (" ABORTEDLY\n so.\n", [(False, "ABORTEDLY so.")]),
        "nothing": ("", []),
    }

    def test_table(self):
        for name, (comment, want) in self.CASES.items():
            with self.subTest(name):
                self.assertEqual(api_page.blocks(comment), want)


class PageTest(unittest.TestCase):
    def test_services(self):
        page = page_of("""
            // About it.
            service Watcher {
              // Watches. And more.
              //
              // ABORTED (OLD, ODD): too old.
              rpc Watch(WatchRequest) returns (stream WatchResponse);
              // Sends.
              rpc Send(stream WatchRequest) returns (WatchResponse);
            }
            // A request.
            message WatchRequest {}
            // A response.
            message WatchResponse {}
            """, ["OLD"])
        for want in ["\n| [Watch](#watcherwatch) | Watches. |\n",
                     "\n## Watcher\n\nAbout it.\n",
                     "\n### Watcher.Watch\n\n[WatchRequest](#watchrequest) → stream [WatchResponse](#watchresponse)\n",
                     "\nWatches. And more.\n\n- ABORTED ([OLD](errors.md#old), ODD): too old.\n",
                     "\nstream [WatchRequest](#watchrequest) → [WatchResponse](#watchresponse)\n\nSends.\n",
                     "\n### WatchRequest\n\nA request.\n\n### WatchResponse\n"]:
            self.assertIn(want, page)

    def test_fields(self):
        page = page_of("""
            // A thing.
            message Thing {
              // A name | `a|b`, <b>*.
              string name = 1;
              // Many.
              repeated Thing things = 2;
              // By name.
              map<string, Thing> by_name = 3;
              // How long.
              google.protobuf.Duration lasts = 4;
              // May be unset.
              optional bool set = 5;
              // Exactly one.
              oneof choice {
                // Left.
                bytes left = 20;
                // Right.
                //
                // Or not.
                Kind right = 21;
              }
            }
            // A kind.
            enum Kind {
              // None.
              KIND_UNSPECIFIED = 0;
              // Some, of a large number.
              KIND_LARGE = 70000;
            }
            """)
        for want in ["| `name` | string | A name \\| `a\\|b`, \\<b>\\*. |\n",
                     "| `things` | repeated [Thing](#thing) | Many. |\n",
                     "| `by_name` | map of string to [Thing](#thing) | By name. |\n",
                     "| `lasts` | [google.protobuf.Duration](https://protobuf.dev/reference/protobuf/google.protobuf/#duration) | How long. |\n",
                     "| `set` | bool | May be unset. |\n",
                     "\n`choice`, a oneof: Exactly one.\n",
                     "| `left` | bytes, one of `choice` | Left. |\n",
                     "| `right` | [Kind](#kind), one of `choice` | Right.<br>Or not. |\n",
                     "\n### Kind\n\nA kind.\n",
                     "| `KIND_UNSPECIFIED` | 0 | None. |\n| `KIND_LARGE` | 70000 | Some, of a large number. |\n"]:
            self.assertIn(want, page)

    def test_comment_of_the_file(self):
        page = page_of("message Thing {}\n", head="// What is shared.\n" + HEAD)
        self.assertIn("\n## Shared messages\n\nWhat is shared.\n", page)

    def test_what_has_no_place_is_refused(self):
        for name, proto in {"message": "message A { message B {} }", "enum": "message A { enum B { C = 0; } }",
                            "anchors": "message AB {} message Ab {}"}.items():
            with self.subTest(name), self.assertRaises(ValueError):
                page_of(proto)

    def test_reasons(self):
        self.assertEqual(api_page.reasons_of("# Errors\n\n### OLD_ONE\n\n## Not\n### NEW\n"), {"OLD_ONE", "NEW"})


if __name__ == "__main__":
    unittest.main()
