"""Repositories made from Debian source packages."""

def _debian_source_impl(ctx):
    cache = ctx.os.environ.get("XDG_CACHE_HOME") or ctx.os.environ["HOME"] + "/.cache"
    result = ctx.execute(
        [
            ctx.path(ctx.attr._fetch),
            ctx.attr.package,
            ctx.attr.version,
            ctx.attr.dsc_sha256,
            str(ctx.path("source")),
            cache + "/registryd/debian-sources",
        ],
        timeout = 900,
        quiet = True,
    )
    if result.return_code != 0:
        fail("\n" + result.stderr)

    # The files become the root of the repository. Nested build files would cut
    # globs short; `keep_build_files` leaves a package that brings its own.
    commands = ["cd source", "cp -al . .."]
    if not ctx.attr.keep_build_files:
        commands.insert(1, "find . \\( -name BUILD -o -name BUILD.bazel -o -name 'WORKSPACE*' " +
                           "-o -name .bazelignore -o -name .bazelrc \\) -type f -delete")
    commands += ["cd ..", "rm -rf source"] + ctx.attr.commands
    result = ctx.execute(["sh", "-euc", "\n".join(commands)])
    if result.return_code != 0:
        fail("while preparing %s: %s" % (ctx.name, result.stderr))
    if ctx.attr.build_file:
        ctx.symlink(ctx.attr.build_file, "BUILD.bazel")

debian_source = repository_rule(
    implementation = _debian_source_impl,
    doc = "Fetches a Debian source package with apt's own signature check.",
    environ = ["HOME", "XDG_CACHE_HOME"],
    attrs = {
        "package": attr.string(mandatory = True, doc = "Name of the source package."),
        "version": attr.string(mandatory = True, doc = "Its Debian version."),
        "dsc_sha256": attr.string(mandatory = True, doc = "SHA-256 of its .dsc file."),
        "build_file": attr.label(allow_single_file = True, doc = "The BUILD file of the repository's root."),
        "keep_build_files": attr.bool(doc = "Keep the build files that the package brings."),
        "commands": attr.string_list(doc = "Shell commands run in the repository's root, last."),
        "_fetch": attr.label(default = "//third_party/debian:fetch_source.sh"),
    },
)
