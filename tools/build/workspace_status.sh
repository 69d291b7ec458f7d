#!/bin/sh
# What Bazel stamps binaries with: one "KEY value" a line. Bazel runs it in the
# workspace's root before each build (--workspace_status_command).
set -eu

commit=$(git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
if [ "$commit" != unknown ] && ! git diff --quiet HEAD -- 2>/dev/null; then
  commit=$commit-modified
fi
printf 'STABLE_GIT_COMMIT %s\n' "$commit"
