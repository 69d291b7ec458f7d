"""Prints src/registryd/v1/__init__.py: the names that the generated modules beside it define.

usage: generate_package.py FOLDER    where FOLDER/v1 holds the modules
"""

import importlib
import pathlib
import sys
import types
from collections.abc import Iterator

HEADER = '''"""Messages and stubs of the API `registry.v1`. Generated; do not edit."""

'''


def names(module: str) -> list[str]:
    """What a user of a generated module wants of it."""
    messages = importlib.import_module(f"registryd.v1.{module.replace('_grpc', '')}").DESCRIPTOR
    if module.endswith("_grpc"):
        return [
            service + suffix
            for service in sorted(messages.services_by_name)
            for suffix in ("Servicer", "Stub")
        ]
    values = (value.name for enum in messages.enum_types_by_name.values() for value in enum.values)
    return sorted([*messages.message_types_by_name, *messages.enum_types_by_name, *values])


def lines(folder: pathlib.Path) -> Iterator[str]:
    """The package's module, line by line."""
    everything = []
    for module in sorted(path.stem for path in folder.glob("*_pb2*.py")):
        defined = names(module)
        everything += defined
        yield f"from registryd.v1.{module} import ("
        yield from (f"    {name}," for name in defined)
        yield ")"
    yield ""
    yield "__all__ = ["
    yield from (f'    "{name}",' for name in sorted(everything))
    yield "]"


if __name__ == "__main__":
    # The package is imported without its __init__.py, which imports what is not there yet.
    package = types.ModuleType("registryd")
    package.__path__ = [sys.argv[1]]
    sys.modules["registryd"] = package
    print(HEADER + "\n".join(lines(pathlib.Path(sys.argv[1]) / "v1")))
