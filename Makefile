# The front door. `make help` lists the targets.
.DEFAULT_GOAL := help
.PHONY: help setup build run demo test stubs conformance wire lint bench check-long

BAZEL ?= bazel
VECTORS ?= tests/conformance/vectors
SCENARIOS ?= tests/wire/scenarios.json
ARGS ?=
# Caches are in it; some services and containers have none.
HOME ?= $(shell getent passwd "$$(id -u)" | cut -d: -f6)
export HOME
# Where Bazel unpacks them.
DOCKER_REGISTRY = $$($(BAZEL) info output_base)/external/docker_registry/root/usr/bin/docker-registry
NGINX = $$($(BAZEL) info output_base)/external/nginx/root/usr/sbin/nginx

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

setup:  ## install the Debian packages that a build needs, and set up the build cache
	@tools/setup

build: setup  ## compile registryd and registryctl
	$(BAZEL) build //server:registryd //client/registryctl

run: build  ## start registryd in the foreground; ARGS="..." passes it flags
	@exec bazel-bin/server/registryd $(ARGS)

demo: build  ## start a server, take the README's tour, stop it
	@$(BAZEL) build @docker_registry//:docker_registry
	@DOCKER_REGISTRY=$(DOCKER_REGISTRY) tools/demo

test: setup  ## run every test; ends with "N passed, M failed"
	@tools/test

stubs: setup  ## generate the clients' committed code and docs/api.md again
	@tools/stubs

conformance: setup  ## compare with the reference implementation's answers: VECTORS=DIR
	@$(BAZEL) build //tests/conformance
	@bazel-bin/tests/conformance/conformance $(VECTORS)

wire: setup  ## compare requests to registries with the reference implementation's: SCENARIOS=FILE
	@$(BAZEL) build //server:registryd //tests/wire:wire_call
	@REGISTRYD=bazel-bin/server/registryd tests/wire/wire.py $(SCENARIOS) bazel-bin/tests/wire/wire_call

lint: setup  ## format, static analysis, API lint and shell lint
	@tools/lint

bench: setup  ## time the service beside its peers; ARGS="--only core" narrows it
	@$(BAZEL) build //server:registryd //tests/bench:core_bench //tests/bench/load:load \
	  //tests/bench/load:echo_server //tests/bench/wire:ask_bench //tests/bench/wire:layer_bench \
	  @docker_registry//:docker_registry @nginx//:nginx
	@DOCKER_REGISTRY=$(DOCKER_REGISTRY) NGINX=$(NGINX) tests/bench/run.py $(ARGS)

check-long: setup  ## hours of fuzzing, attacks and load; ARGS="fuzz" narrows it
	@tools/check-long $(ARGS)
