"""A registryd with every kind of listener, for as long as an attack takes."""

import json
import os
import subprocess
import time


def _openssl(folder, *arguments):
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def make_certificates(folder):
    """ca.pem, server.pem and client.pem with their keys, good for a day."""
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    _openssl(folder, "req", "-x509", *curve, "-days", "1", "-subj", "/CN=ca", "-keyout", "ca.key", "-out", "ca.pem")
    for name in ("server", "client"):
        with open(os.path.join(folder, name + ".ext"), "w", encoding="ascii") as extensions:
            extensions.write("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        _openssl(folder, "req", "-new", *curve, "-subj", "/CN=" + name, "-keyout", name + ".key", "-out", name + ".csr")
        _openssl(folder, "x509", "-req", "-days", "1", "-in", name + ".csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                 "-CAcreateserial", "-extfile", name + ".ext", "-out", name + ".pem")


class Server:
    """Two processes: one with a Unix socket and loopback in plain text, one with mutual TLS on
    loopback, since TLS is for every TCP address of a process."""

    def __init__(self, registryd, folder):
        make_certificates(folder)
        self._processes = []
        path = lambda name: os.path.join(folder, name)
        self.unix = ("unix", path("socket"))
        ports = self._start(registryd, path("plain.log"), "--listen", "unix:" + path("socket"),
                            "--listen", "127.0.0.1:0")
        self.tcp = ("tcp", ports[-1])
        ports = self._start(registryd, path("tls.log"), "--listen", "unix:" + path("tls-socket"),
                            "--listen", "127.0.0.1:0", "--tls-cert", path("server.pem"), "--tls-key",
                            path("server.key"), "--tls-client-ca", path("ca.pem"))
        self.tls_unix = ("unix", path("tls-socket"))
        self.stranger = ("tls", ports[-1], path("ca.pem"), None, None)
        self.peer = ("tls", ports[-1], path("ca.pem"), path("client.pem"), path("client.key"))

    def _start(self, registryd, log, *arguments):
        with open(log, "wb") as output:
            process = subprocess.Popen([registryd, "--metrics-listen", "off", *arguments], stderr=output, stdout=output)
        self._processes.append(process)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and process.poll() is None:
            ports = list(_ports(log))
            if ports:
                return ports
            time.sleep(0.05)
        with open(log, encoding="utf-8", errors="replace") as text:
            raise RuntimeError("registryd does not listen: " + text.read()[-2000:])

    def pid(self, target):
        """Of the process that serves `target`."""
        return self._processes[0 if target in (self.unix, self.tcp) else 1].pid

    def alive(self):
        return all(process.poll() is None for process in self._processes)

    def stop(self):
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _ports(log):
    """The TCP ports that the log says are listened on."""
    with open(log, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            try:
                address = str(json.loads(line).get("address", ""))
            except ValueError:
                continue
            if address.startswith("127.0.0.1:"):
                yield int(address.rpartition(":")[2])


def usage(pid):
    """Processor seconds and resident MiB of a process."""
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
        fields = stat.read().rpartition(")")[2].split()
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:
        resident = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), resident / 1024
