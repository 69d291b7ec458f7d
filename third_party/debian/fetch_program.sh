#!/bin/sh
# Fetches one Debian binary package and unpacks it, without installing it: a server
# that tests use would otherwise be started as a service of the machine.
#
# usage: fetch_program.sh PACKAGE DESTINATION CACHE
#
# The version is the one that the machine's apt would install; apt checks the
# archive's signatures as it always does. What was fetched once is kept in CACHE.
set -eu
# Of what apt says, a line is read.
export LC_ALL=C

package=$1 destination=$2 cache=$3

fail() {
  printf 'fetch_program: %s\n' "$*" >&2
  exit 1
}

for tool in apt-get apt-cache dpkg-deb flock; do
  command -v "$tool" >/dev/null || fail "'$tool' is missing; run 'make setup' first"
done

mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9

version=$(apt-cache policy "$package" | sed -n 's/^ *Candidate: //p')
case $version in
  "" | "(none)") fail "this machine's apt knows no package '$package'; run 'apt-get update' as root, and build again" ;;
esac

folder="$cache/${package}_$version"
if [ ! -e "$folder/complete" ]; then
  rm -rf "$folder"
  mkdir -p "$folder"
  (cd "$folder" && apt-get -q -o APT::Sandbox::User="$(id -un)" download "$package=$version" >&2) ||
    fail "$package $version has left the archive; run 'apt-get update' as root, and build again"
  touch "$folder/complete"
fi
dpkg-deb --extract "$folder"/*.deb "$destination"
