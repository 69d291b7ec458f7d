"""Programs out of Debian binary packages, unpacked and not installed."""

def _debian_program_impl(ctx):
    cache = ctx.os.environ.get("XDG_CACHE_HOME") or ctx.os.environ["HOME"] + "/.cache"
    result = ctx.execute(
        [
            ctx.path(ctx.attr._fetch),
            ctx.attr.package,
            str(ctx.path("root")),
            cache + "/registryd/debian-programs",
        ],
        timeout = 600,
        quiet = True,
    )
    if result.return_code != 0:
        fail("\n" + result.stderr)
    ctx.file("BUILD.bazel", """
filegroup(
    name = "{name}",
    srcs = ["root/{path}"],
    visibility = ["//visibility:public"],
)
""".format(name = ctx.name, path = ctx.attr.path))

debian_program = repository_rule(
    implementation = _debian_program_impl,
    doc = "Unpacks a Debian package; @NAME//:NAME is the program in it.",
    environ = ["HOME", "XDG_CACHE_HOME"],
    attrs = {
        "package": attr.string(mandatory = True, doc = "Name of the binary package."),
        "path": attr.string(mandatory = True, doc = "The program within it: usr/bin/PROGRAM."),
        "_fetch": attr.label(default = "//third_party/debian:fetch_program.sh"),
    },
)
