#!/bin/sh
# Fetches and unpacks one Debian source package at a pinned version.
#
# usage: fetch_source.sh PACKAGE VERSION DSC_SHA256 DESTINATION CACHE
#
# The machine's own apt sources are copied into a private apt configuration as
# deb-src entries, so apt checks the archive's signatures as it always does and
# nothing on the machine is changed. The .dsc must have the pinned digest; it
# names the digests of the tarballs, which dpkg-source checks while unpacking.
# What was fetched once is kept in CACHE and is not asked for again.
set -eu
# Of what apt says, a line is read.
export LC_ALL=C

package=$1 version=$2 dsc_sha256=$3 destination=$4 cache=$5

fail() {
  printf 'fetch_source: %s\n' "$*" >&2
  exit 1
}

for tool in apt-get dpkg-source sha256sum flock; do
  command -v "$tool" >/dev/null || fail "'$tool' is missing; run 'make setup' first"
done

# deb_src_entries DIRECTORY: writes the machine's binary entries as deb-src.
deb_src_entries() {
  for file in /etc/apt/sources.list.d/*.sources; do
    [ -f "$file" ] && sed 's/^Types:.*/Types: deb-src/' "$file" >"$1/$(basename "$file")"
  done
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [ -f "$file" ] && sed -n 's/^deb \{1,\}/deb-src /p' "$file" >"$1/$(basename "$file")"
  done
  return 0
}

# download: brings the package's files into the current folder.
download() {
  apt_home="$cache/apt"
  # A source that the machine no longer has is not asked either.
  rm -rf "$apt_home/sources.d"
  mkdir -p "$apt_home/lists/partial" "$apt_home/cache/archives/partial" "$apt_home/sources.d"
  deb_src_entries "$apt_home/sources.d"
  set -- -q -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$apt_home/sources.d" \
    -o "Dir::State::Lists=$apt_home/lists" -o "Dir::Cache=$apt_home/cache" \
    -o APT::Sandbox::User="$(id -un)"
  if [ -z "$(find "$apt_home/stamp" -mmin -60 2>/dev/null)" ]; then
    apt-get "$@" update >&2 || fail "apt-get update failed; see above"
    touch "$apt_home/stamp"
  fi
  apt-get "$@" source --download-only "$package=$version" >&2 && return
  rm -f "$apt_home/stamp"
  fail "version $version of source package '$package' is not in the archives that this machine's apt uses.
  They offer: $(apt-cache "$@" showsrc "$package" 2>/dev/null | sed -n 's/^Version: //p' | sort -u | tr '\n' ' ')
  Either put an offered version and the sha256 of its .dsc into third_party/repositories.bzl,
  run 'make test' and commit; or add an archive that still has $version (Debian keeps
  every version at its snapshot service) to /etc/apt/sources.list.d and build again."
}

mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9

folder="$cache/${package}_${version}"
if [ ! -e "$folder/complete" ]; then
  rm -rf "$folder"
  mkdir -p "$folder"
  (cd "$folder" && download)
  touch "$folder/complete"
fi

set -- "$folder"/*.dsc
[ -f "$1" ] || fail "no .dsc in $folder; remove that folder and build again"
actual=$(sha256sum "$1" | cut -d' ' -f1)
[ "$actual" = "$dsc_sha256" ] || fail "$1 has sha256 $actual, but third_party/repositories.bzl pins $dsc_sha256;
  remove $folder if it is damaged, and do not change the pin without knowing why it differs"

rm -rf "$destination"
dpkg-source --no-check --extract "$1" "$destination" >&2
