#!/bin/sh
# The C++ client's example, against a service with one mirror.
# usage: example_test.sh RUN.PY EXAMPLE
set -eu

got=$("$1" --serve "$2")
want='docker.io/library/ubuntu
https://mirror.example/
https://registry-1.docker.io'
[ "$got" = "$want" ] || {
  printf 'want:\n%s\ngot:\n%s\n' "$want" "$got" >&2
  exit 1
}
# Without a service it says so, and fails.
if error=$(REGISTRYD_ADDRESS=unix:/nonexistent "$2" 2>&1); then
  echo "it succeeded without a service" >&2
  exit 1
fi
[ -n "$error" ]
