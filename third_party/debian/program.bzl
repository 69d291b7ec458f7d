"""Programs out of Debian binary packages, unpacked and not installed."""

def _debian_program_impl(ctx):
    cache = ctx.os.environ.get("XDG_CACHE_HOME") or ctx.os.environ["HOME"] + "/.cache"
    for package in [ctx.attr.package] + ctx.attr.libraries:
        result = ctx.execute(
            [
                ctx.path(ctx.attr._fetch),
                package,
                str(ctx.path("root")),
                cache + "/registryd/debian-programs",
            ],
            timeout = 600,
            quiet = True,
        )
        if result.return_code != 0:
            fail("\n" + result.stderr)
    program = "root/" + ctx.attr.path
    if ctx.attr.libraries:
        # It would look for them where they are not installed.
        ctx.file("run", _RUN.format(program = program), executable = True)
    ctx.file("BUILD.bazel", """
filegroup(
    name = "{name}",
    srcs = ["{entry}"],
    data = glob(["root/usr/lib/*-linux-gnu/*.so*"]) + ["{program}"],
    visibility = ["//visibility:public"],
)
""".format(name = ctx.name, entry = "run" if ctx.attr.libraries else program, program = program))

_RUN = """#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
LD_LIBRARY_PATH=$(echo "$here"/root/usr/lib/*-linux-gnu) exec "$here/{program}" "$@"
"""

debian_program = repository_rule(
    implementation = _debian_program_impl,
    doc = "Unpacks a Debian package; @NAME//:NAME is the program in it.",
    environ = ["HOME", "XDG_CACHE_HOME"],
    attrs = {
        "package": attr.string(mandatory = True, doc = "Name of the binary package."),
        "path": attr.string(mandatory = True, doc = "The program within it: usr/bin/PROGRAM."),
        "libraries": attr.string_list(doc = "Packages of shared libraries that it needs and that nothing else installs."),
        "_fetch": attr.label(default = "//third_party/debian:fetch_program.sh"),
    },
)
