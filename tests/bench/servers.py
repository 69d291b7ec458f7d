"""The servers that load is put on, one at a time, each on the same processor."""
import os
import shutil
import socket
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
INPUTS = os.path.join(HERE, "inputs.json")
TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE = 20

# The server has the first processor and the load the others, where there are several.
PROCESSORS = sorted(os.sched_getaffinity(0))
SERVER_PROCESSORS = PROCESSORS[:1]
LOAD_PROCESSORS = PROCESSORS[1:] or PROCESSORS


def pinned(processors):
    return lambda: os.sched_setaffinity(0, processors)


def build_go(name, folder):
    """The path of the Go program whose source is in `folder`, or None without Go."""
    if not shutil.which("go"):
        return None
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    binary = os.path.join(cache, "registryd", "go", name)
    subprocess.run(["go", "build", "-o", binary, "."], cwd=os.path.join(HERE, folder), check=True)
    return binary


class Server:
    """A process that listens on a Unix socket, as a context."""

    def __init__(self, name, command, folder, processors=None):
        self.name = name
        self.socket = os.path.join(folder, "s")
        self._command = [part.replace("SOCKET", self.socket) for part in command]
        self._processors = processors or SERVER_PROCESSORS

    def __enter__(self):
        if os.path.exists(self.socket):
            os.remove(self.socket)
        self.started = time.monotonic()
        # Without settings that the caller's own registryd may have.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("REGISTRYD_")}
        self.process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        env=environment, preexec_fn=pinned(self._processors))
        while not self._listens():
            if self.process.poll() is not None or time.monotonic() - self.started > PATIENCE:
                raise RuntimeError(f"{self.name} does not listen: {' '.join(self._command)}")
            time.sleep(0.001)
        self.seconds_to_listen = time.monotonic() - self.started
        return self

    def _listens(self):
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(self.socket) == 0

    def __exit__(self, *unused):
        self.process.terminate()
        self.process.wait()

    def processor_seconds(self):
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def resident_kib(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def registryd(binary, folder, *arguments, processors=None):
    certs = tempfile.mkdtemp(dir=folder)
    return Server("registryd", [binary, "--listen", "unix:SOCKET", "--metrics-listen", "off", "--certs-dir", certs,
                                *arguments], folder, processors)


def echo(binary, folder):
    return Server("echo", [binary, "unix:SOCKET"], folder)


def go(binary, folder):
    return Server("Go", [binary, "SOCKET", INPUTS], folder)
