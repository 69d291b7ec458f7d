"""Repositories made from what Debian's -dev packages install."""

_LIB = "/usr/lib/%s-linux-gnu"

def _debian_library_impl(ctx):
    machine = ctx.execute(["uname", "-m"]).stdout.strip()
    for header in ctx.attr.headers:
        source = "/usr/include/" + header
        if not ctx.path(source).exists:
            fail("%s is missing; run 'make setup' (Debian package %s)" % (source, ctx.attr.package))
        ctx.symlink(source, "include/" + header)
    for library in ctx.attr.libraries:
        source = (_LIB % machine) + "/" + library
        if not ctx.path(source).exists:
            fail("%s is missing; run 'make setup' (Debian package %s)" % (source, ctx.attr.package))
        ctx.symlink(source, "lib/" + library)
    for name, source in ctx.attr.files.items():
        ctx.symlink(source, name)
    lines = ["package(default_visibility = [\"//visibility:public\"])"]
    for library in ctx.attr.libraries:
        lines.append("cc_import(name = %r, static_library = %r)" % (library, "lib/" + library))
    lines.append("""
cc_library(
    name = %r,
    hdrs = glob(["include/**"], allow_empty = True),
    includes = ["include"],
    defines = %r,
    linkopts = %r,
    deps = %r,
)
exports_files(%r)
""" % (ctx.name, ctx.attr.defines, ctx.attr.linkopts, [":" + x for x in ctx.attr.libraries] + ctx.attr.deps, ctx.attr.files.keys()))
    ctx.file("BUILD.bazel", "\n".join(lines))

debian_library = repository_rule(
    implementation = _debian_library_impl,
    doc = "A static library (or headers alone) of a Debian -dev package, as the target @NAME.",
    local = True,
    attrs = {
        "package": attr.string(mandatory = True, doc = "The Debian package, for the error message."),
        "headers": attr.string_list(doc = "Files or folders below /usr/include."),
        "libraries": attr.string_list(doc = "Static libraries in the machine's library folder."),
        "files": attr.string_dict(doc = "Other files: name in the repository to path."),
        "defines": attr.string_list(),
        "linkopts": attr.string_list(),
        "deps": attr.string_list(),
    },
)

def _debian_jar_protos_impl(ctx):
    if not ctx.path(ctx.attr.jar).exists:
        fail("%s is missing; run 'make setup' (Debian package %s)" % (ctx.attr.jar, ctx.attr.package))

    # Bazel unpacks a jar only under a name that it knows.
    ctx.symlink(ctx.attr.jar, "protos.jar")
    ctx.extract("protos.jar")
    for label, name in ctx.attr.additions.items():
        ctx.symlink(label, name)
    ctx.symlink(ctx.attr.build_file, "BUILD.bazel")

debian_jar_protos = repository_rule(
    implementation = _debian_jar_protos_impl,
    doc = "The .proto files that a Debian Java package carries in its jar.",
    local = True,
    attrs = {
        "package": attr.string(mandatory = True, doc = "The Debian package, for the error message."),
        "jar": attr.string(mandatory = True, doc = "Path of the jar."),
        "additions": attr.label_keyed_string_dict(allow_files = True, doc = "More files, by the name to give them."),
        "build_file": attr.label(mandatory = True, allow_single_file = True),
    },
)
