#!/bin/sh
# The binaries need nothing of the machine but libc and its companions.
set -eu

for binary in "$@"; do
  libraries=$(ldd "$binary" | awk '{print $1}')
  for library in $libraries; do
    case $(basename "$library") in
      linux-vdso.so.* | ld-linux*.so.* | libc.so.* | libm.so.* | libdl.so.* | libpthread.so.* | librt.so.*) ;;
      libstdc++.so.* | libgcc_s.so.*) ;;
      *)
        echo "$binary needs $library"
        exit 1
        ;;
    esac
  done
done
