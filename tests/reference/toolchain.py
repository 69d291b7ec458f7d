"""Builds the reference's programs with Go, into the user's cache."""
import os
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "registryd", "go")


def program(module, name):
    return os.path.join(CACHE, f"{module}-{name}")


def wire(module):
    return program(module, "wire")


def build(name):
    """Builds the program `name` of each version of the reference; false, and why, without Go."""
    if not shutil.which("go"):
        print("skipped: tests/reference: go is missing")
        return False
    os.makedirs(CACHE, exist_ok=True)
    for module in ("v27", "v19"):
        folder = os.path.join(HERE, module)
        if os.path.isdir(os.path.join(folder, name)):
            subprocess.run(["go", "build", "-o", program(module, name), "./" + name], cwd=folder, check=True)
    return True
