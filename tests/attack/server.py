"""A registryd with every kind of listener, for as long as an attack takes."""

import os
import socket
import subprocess
import time

from registryd import Registryd

_PATIENCE = 20
_NGHTTPX_CONFIGURATION = "server/nghttpx/nghttpx.conf"


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


class _Nghttpx:
    """The nghttpx `program` in front of the Unix socket `path`, as the configuration that we ship has it."""

    def __init__(self, program, folder, path):
        listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = listener.getsockname()[1]
        own = {"frontend": f"127.0.0.1,{self.port}", "backend": f"unix:{path};;proto=h2", "user": None,
               "private-key-file": os.path.join(folder, "server.key"),
               "certificate-file": os.path.join(folder, "server.pem")}
        configuration, log = os.path.join(folder, "nghttpx.conf"), os.path.join(folder, "nghttpx.log")
        with open(_NGHTTPX_CONFIGURATION, encoding="utf-8") as shipped, \
                open(configuration, "w", encoding="utf-8") as file:
            for line in shipped:
                name = line.partition("=")[0]
                if name not in own:
                    file.write(line)
                elif own[name]:
                    file.write(f"{name}={own[name]}\n")
        with open(log, "wb") as output:
            # How it takes sockets over from the nghttpx before it, when it is replaced.
            self._process = subprocess.Popen(
                [program, "--conf=" + configuration], stdout=output, stderr=output, pass_fds=[listener.fileno()],
                env=dict(os.environ, NGHTTPX_ACCEPT_1=f"tcp,{listener.fileno()}"))
        listener.close()
        deadline = time.monotonic() + _PATIENCE
        while b"Created worker thread" not in (said := open(log, "rb").read()):
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise RuntimeError("nghttpx does not serve: " + said.decode(errors="replace"))
            time.sleep(0.05)

    def pids(self):
        """Its own, and its worker's."""
        with open(f"/proc/{self._process.pid}/task/{self._process.pid}/children", encoding="ascii") as children:
            return [self._process.pid, *map(int, children.read().split())]

    def alive(self):
        return self._process.poll() is None

    def stop(self):
        self._process.terminate()
        self._process.wait(_PATIENCE)


class Server:
    """Three processes: one with a Unix socket and loopback in plain text, one with mutual TLS on
    loopback, since TLS is for every TCP address of a process, and one with a Unix socket alone that
    `nghttpx` is in front of, unless that is None."""

    def __init__(self, registryd, nghttpx, folder):
        make_certificates(folder)
        path = lambda name: os.path.join(folder, name)
        start = lambda name, *arguments: Registryd(registryd, path(name + ".log"), "--metrics-listen", "off",
                                                   "--listen", "unix:" + path(name), *arguments)
        plain = start("plain", "--listen", "127.0.0.1:0")
        tls = start("tls", "--listen", "127.0.0.1:0", "--tls-cert", path("server.pem"), "--tls-key",
                    path("server.key"), "--tls-client-ca", path("ca.pem"))
        self._processes = [plain, tls]
        authority = path("ca.pem")
        self.unix, self.tcp = ("unix", path("plain")), ("tcp", plain.port())
        self.stranger = ("tls", tls.port(), authority, None, None)
        self.peer = ("tls", tls.port(), authority, path("client.pem"), path("client.key"))
        self.front = None
        # Those who serve a target, by their ids, and where somebody else's calls go meanwhile.
        self._pids = {self.unix: [plain.pid], self.tcp: [plain.pid], self.stranger: [tls.pid], self.peer: [tls.pid]}
        self._beside = {self.unix: self.unix, self.tcp: self.unix, self.stranger: ("unix", path("tls")),
                        self.peer: ("unix", path("tls"))}
        if nghttpx:
            behind = start("behind")
            front = _Nghttpx(nghttpx, folder, path("behind"))
            self._processes += [front, behind]
            self.front = ("tls", front.port, authority, None, None)
            self._pids[self.front] = [behind.pid, *front.pids()]
            self._beside[self.front] = self.front

    def pids(self, target):
        return self._pids[target]

    def beside(self, target):
        """What somebody else calls, while `target` is under attack: the same process."""
        return self._beside[target]

    def alive(self):
        return all(process.alive() for process in self._processes)

    def stop(self):
        for process in self._processes:
            process.stop()
