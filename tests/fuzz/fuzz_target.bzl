"""Fuzz targets: one source, run by `make test` for a second and by libFuzzer for hours."""

load("//tools/build:copts.bzl", "COPTS")

def fuzz_target(name, deps, runs = 20000, copts = []):
    """Makes NAME_test, and NAME for `--config=fuzz`, of NAME.cc and the seeds in corpus/NAME.

    Args:
      name: of the source, which defines registryd::FuzzOne.
      deps: of the source.
      runs: mutations that NAME_test tries: what takes a second or two.
      copts: beside the usual ones.
    """
    native.cc_library(
        name = name + "_target",
        testonly = True,
        srcs = [name + ".cc"],
        copts = COPTS + copts,
        deps = deps + [
            ":fuzz",
            ":input",
            "@com_google_absl//absl/strings",
        ],
    )
    native.cc_test(
        name = name + "_test",
        size = "small",
        args = [str(runs), "%s/corpus/%s" % (native.package_name(), name)],
        data = native.glob(["corpus/%s/*" % name]),
        deps = [
            ":driver",
            ":%s_target" % name,
        ],
    )
    native.cc_binary(
        name = name,
        testonly = True,
        linkopts = ["-fsanitize=fuzzer"],
        # Links with clang alone.
        tags = ["manual"],
        deps = [
            ":libfuzzer",
            ":%s_target" % name,
        ],
    )
