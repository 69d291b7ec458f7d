"""Warnings that every file of this project is compiled with."""

COPTS = [
    "-Wall",
    "-Wextra",
    "-Werror",
    "-Wno-unused-parameter",
    "-Wnon-virtual-dtor",
    "-Woverloaded-virtual",
    # Headers of dependencies are not ours to mend.
    "-Wno-deprecated-declarations",
]
