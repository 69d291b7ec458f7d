"""Collects this repository's own headers that a set of libraries shows its users."""

def _public_headers_impl(ctx):
    headers = depset(transitive = [dep[CcInfo].compilation_context.headers for dep in ctx.attr.deps])
    own = [header for header in headers.to_list() if header.owner.workspace_name == "" and header.is_source]
    return [DefaultInfo(files = depset(own), runfiles = ctx.runfiles(own))]

public_headers = rule(
    implementation = _public_headers_impl,
    doc = "The headers of this repository that `deps` and all that they depend on offer.",
    attrs = {"deps": attr.label_list(providers = [CcInfo])},
)
