#!/bin/sh
# No header that crosses a folder may bring OpenSSL's or curl's names with it:
# only registry/tls/internal and the curl transport know those libraries.
set -eu

[ $# -ge 50 ] || {
  echo "only $# headers were given; the list is broken"
  exit 1
}
found=$(grep -nE '#[[:space:]]*include[[:space:]]*[<"](openssl|curl)/' "$@" |
  grep -vE '^registry/tls/internal/|^registry/net/curl(_|/)' || true)
[ -z "$found" ] || {
  echo "these headers include OpenSSL or curl:"
  echo "$found"
  exit 1
}
