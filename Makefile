# The front door. `make help` lists the targets.
.DEFAULT_GOAL := help
.PHONY: help setup build run demo test conformance lint bench check-long

BAZEL ?= bazel
VECTORS ?= tests/conformance/vectors
ARGS ?=

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

setup:  ## install the Debian packages that a build needs, and set up the build cache
	@tools/setup

build: setup  ## compile registryd and registryctl
	$(BAZEL) build //server:registryd //client/registryctl

run: build  ## start registryd in the foreground; ARGS="..." passes it flags
	@exec bazel-bin/server/registryd $(ARGS)

demo: build  ## start a server, take the README's tour, stop it
	@tools/demo

test: setup  ## run every test; ends with "N passed, M failed"
	@tools/test

conformance: setup  ## compare with the reference implementation's answers: VECTORS=DIR
	@$(BAZEL) build //tests/conformance
	@bazel-bin/tests/conformance/conformance $(VECTORS)

lint: setup  ## format, static analysis, API lint and shell lint
	@tools/lint

bench:  ## time the service beside its peers
	@echo "bench: there are no benchmarks yet"

check-long:  ## hours of fuzzing, soak and attacks
	@echo "check-long: there are no long checks yet"
