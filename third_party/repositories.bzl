"""How each dependency is found or built. docs/adr/ says why each was chosen."""

load("//third_party/debian:program.bzl", "debian_program")
load("//third_party/debian:source.bzl", "debian_source")
load("//third_party/debian:system.bzl", "debian_jar_protos", "debian_library")

def registryd_dependencies():
    """Declares every repository that the build uses, and the ones Bazel itself would download."""
    _bazel_itself()
    _built_from_source()
    _from_dev_packages()
    _programs_for_tests()

def _bazel_itself():
    native.local_repository(name = "rules_cc", path = "third_party/rules_cc")
    native.local_repository(name = "remote_coverage_tools", path = "third_party/remote_coverage_tools")
    native.local_repository(name = "rules_java", path = "/usr/share/bazel/rules/java")
    native.local_repository(name = "platforms", path = "/usr/share/bazel/tools/platforms")
    native.local_repository(name = "bazel_skylib", path = "/usr/share/bazel/tools/skylib")

def _built_from_source():
    debian_source(
        name = "boringssl",
        package = "android-platform-external-boringssl",
        version = "13.0.0+r24-2",
        dsc_sha256 = "7da1c07f669b05f417cbf3e0a784a1a9d844ce138616e02b3a228fc20645ef37",
        build_file = "//third_party:boringssl.BUILD",
    )
    debian_source(
        name = "com_github_grpc_grpc",
        package = "grpc",
        version = "1.51.1-3",
        dsc_sha256 = "b402e403c08b74110390391bd384704c8018db88e8ae5277dc8c864e060720a0",
        build_file = "//third_party:grpc.BUILD",
    )
    debian_source(
        name = "com_google_absl",
        package = "abseil",
        version = "20220623.1-1+deb12u2",
        dsc_sha256 = "ba731eaced569332fa4ce802a7ff2615ae57ac25beaf2d02f634ef908f2e62c2",
        keep_build_files = True,
    )
    debian_source(
        name = "curl",
        package = "curl",
        version = "7.88.1-10+deb12u15",
        dsc_sha256 = "2744f12e3aef161c0361743fa1b318296b122e566e47f381e4a63320fbcc23f4",
        build_file = "//third_party:curl.BUILD",
    )
    debian_source(
        name = "prometheus_cpp",
        package = "prometheus-cpp",
        version = "1.0.1-1",
        dsc_sha256 = "a6ef99880202a8e9d09041d1740662da4f6a6435922ae77f6437888641d6250f",
        build_file = "//third_party:prometheus_cpp.BUILD",
    )

def _from_dev_packages():
    debian_library(
        name = "protobuf",
        package = "libprotobuf-dev",
        headers = ["google/protobuf"],
        libraries = ["libprotobuf.a"],
        linkopts = ["-lpthread"],
        deps = ["@zlib"],
    )
    debian_library(name = "zlib", package = "zlib1g-dev", headers = ["zlib.h", "zconf.h"], libraries = ["libz.a"])
    debian_library(name = "nghttp2", package = "libnghttp2-dev", headers = ["nghttp2"], libraries = ["libnghttp2.a"])
    debian_library(name = "re2", package = "libre2-dev", headers = ["re2"], libraries = ["libre2.a"], linkopts = ["-lpthread"])
    debian_library(
        name = "libevent",
        package = "libevent-dev",
        headers = ["event2", "event.h", "evhttp.h", "evutil.h"],
        libraries = ["libevent_extra.a", "libevent_core.a"],
    )
    debian_library(name = "nlohmann_json", package = "nlohmann-json3-dev", headers = ["nlohmann"])
    debian_library(name = "cli11", package = "libcli11-dev", headers = ["CLI"])
    debian_library(
        name = "spdlog",
        package = "libspdlog-dev",
        headers = ["spdlog", "fmt"],
        defines = ["SPDLOG_FMT_EXTERNAL", "FMT_HEADER_ONLY"],
        linkopts = ["-lpthread"],
    )
    native.new_local_repository(
        name = "googletest",
        path = "/usr/src/googletest",
        build_file = "//third_party:googletest.BUILD",
    )
    debian_jar_protos(
        name = "googleapis",
        jar = "/usr/share/java/proto-google-common-protos.jar",
        package = "libgoogle-common-protos-java",
        additions = {"//third_party/googleapis:error_info.proto": "google/rpc/error_info.proto"},
        build_file = "//third_party:googleapis.BUILD",
    )
    # Its -dev package has no static library; it brings no TLS.
    debian_library(name = "benchmark", package = "libbenchmark-dev", headers = ["benchmark"], linkopts = ["-lbenchmark", "-lpthread"])

def _programs_for_tests():
    debian_program(name = "docker_registry", package = "docker-registry", path = "usr/bin/docker-registry")
    debian_program(name = "nginx", package = "nginx", path = "usr/sbin/nginx")
    debian_program(
        name = "nghttpx",
        package = "nghttp2-proxy",
        path = "usr/sbin/nghttpx",
        libraries = ["libev4", "libjemalloc2"],
    )
