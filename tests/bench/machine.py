"""What the figures were measured on and with."""
import os
import platform
import subprocess


def _first(path, prefix):
    with open(path) as lines:
        for line in lines:
            if line.startswith(prefix):
                return line.split(":" if ":" in line else "=", 1)[1].strip().strip('"')
    return ""


def _output(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def describe():
    return {
        "processor": _first("/proc/cpuinfo", "model name"),
        "processors": len(os.sched_getaffinity(0)),
        "memory": _first("/proc/meminfo", "MemTotal"),
        "kernel": platform.release(),
        "system": _first("/etc/os-release", "PRETTY_NAME"),
        "compiler": _output("g++", "--version").splitlines()[0],
        "go": _output("go", "version"),
        "commit": _output("git", "rev-parse", "--short", "HEAD"),
        "load_average_before": os.getloadavg()[0],
    }
