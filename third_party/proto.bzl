"""C++ from .proto files, by Debian's protoc and grpc_cpp_plugin."""

def cc_proto_gen(name, srcs, deps = [], grpc = False, root = "", imports = [], visibility = None):
    """A cc_library of the generated code, and NAME_descriptors, the descriptor set.

    Args:
      name: of the library.
      srcs: the .proto files, of this package.
      deps: other generated libraries, and gRPC where `grpc` is set.
      grpc: also generate services, with mock stubs.
      root: the folder, relative to this package, that import paths begin at.
      imports: labels of .proto files that the sources import.
      visibility: of the library.
    """
    here = native.package_name()
    external = "external/" + native.repository_name()[1:] if native.repository_name() != "@" else ""
    base = "/".join([part for part in [external, here, root] if part]) or "."
    outs = []
    for src in srcs:
        stem = src[:-len(".proto")]
        outs += [stem + ".pb.h", stem + ".pb.cc"]
        if grpc:
            outs += [stem + ".grpc.pb.h", stem + ".grpc.pb.cc", stem + "_mock.grpc.pb.h"]
    out_dir = "/".join([part for part in ["$(RULEDIR)", root] if part])
    plugin = ""
    if grpc:
        plugin = "--plugin=protoc-gen-grpc=/usr/bin/grpc_cpp_plugin --grpc_out=generate_mock_code=true:%s " % out_dir
    native.genrule(
        name = name + "_gen",
        srcs = srcs + imports,
        outs = outs,
        cmd = "/usr/bin/protoc -I%s -I%s -I/usr/include " % (base, "external/googleapis") +
              "--cpp_out=%s %s" % (out_dir, plugin) + " ".join(["$(execpaths %s)" % src for src in srcs]),
    )
    native.cc_library(
        name = name,
        srcs = [out for out in outs if out.endswith(".cc")],
        hdrs = [out for out in outs if out.endswith(".h")],
        copts = ["-w"],
        includes = [root or "."],
        visibility = visibility or ["//visibility:public"],
        deps = deps + ["@protobuf"],
    )
