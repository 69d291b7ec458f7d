"""A registryd as a process, and what can be seen of it from outside."""

import json
import os
import re
import subprocess
import time
import urllib.request

_PATIENCE = 40


class Registryd:
    """Serves from when the constructor returns. Ports are of the kernel's choice: "127.0.0.1:0"."""

    def __init__(self, program, log, *arguments):
        self._log = log
        with open(log, "wb") as output:
            self._process = subprocess.Popen([program, *arguments], stderr=output, stdout=output)
        deadline = time.monotonic() + _PATIENCE
        while len(self._addresses()) < arguments.count("--listen"):
            if time.monotonic() > deadline or self._process.poll() is not None:
                with open(log, encoding="utf-8", errors="replace") as text:
                    raise RuntimeError("registryd does not serve: " + text.read()[-2000:])
            time.sleep(0.05)

    @property
    def pid(self):
        return self._process.pid

    def port(self):
        """The TCP port on which gRPC is served."""
        return next(int(address.rpartition(":")[2]) for address in self._addresses() if not address.startswith("unix:"))

    def metric(self, name):
        """The sum over all labels of a metric that --metrics-listen serves."""
        port = next(record["port"] for record in self._records() if record.get("message") == "serving metrics")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=_PATIENCE) as page:
            text = page.read().decode()
        samples = re.findall(rf"^{name}(?:{{.*}})? (\S+)$", text, re.MULTILINE)
        return sum(map(float, samples))

    def open_files(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def alive(self):
        return self._process.poll() is None

    def stop(self):
        self._process.terminate()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _addresses(self):
        return [record["address"] for record in self._records() if record.get("message") == "listening"]

    def _records(self):
        with open(self._log, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                try:
                    yield json.loads(line)
                except ValueError:
                    continue


def usage(pid):
    """Processor seconds and resident MiB of a process."""
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
        fields = stat.read().rpartition(")")[2].split()
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:
        resident = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), resident / 1024
