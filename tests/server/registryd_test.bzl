"""Tests that run the real registryd."""

load("//tools/build:copts.bzl", "COPTS")

def registryd_test(name, deps, tags = [], data = [], env = {}):
    """A test, NAME.cc, whose $REGISTRYD names the binary of //server:registryd."""
    native.cc_test(
        name = name,
        size = "medium",
        srcs = [name + ".cc"],
        copts = COPTS,
        data = ["//server:registryd"] + data,
        tags = tags,
        env = dict(env, REGISTRYD = "$(rootpath //server:registryd)"),
        deps = [
            "//tests/server:registryd_fixture",
            "@googletest//:main",
        ] + deps,
    )
