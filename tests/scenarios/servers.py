"""The servers that scenarios and examples talk to. Each is real, listens on loopback on a port
that the kernel picks, and ends with its `with` block.
"""

import contextlib
import json
import os
import re
import socket
import subprocess
import tempfile
import time

# bcrypt, as docker-registry wants it, of USER's PASSWORD.
HTPASSWD = "ann:$2y$05$registrydregistrydregeQNqShJqEiu5U/p2rm2zidNm7WXcTWTW\n"
USER, PASSWORD = "ann", "s3cret pass"
# The name in a client certificate whose holder is an admin.
ADMIN = "spiffe://fleet.example/operator"

START_SECONDS = 30
STOP_SECONDS = 15


def program(variable):
    """The path in an environment variable that names a program."""
    path = os.environ.get(variable, "")
    if not os.access(path, os.X_OK):
        raise SystemExit(f"{variable} does not name a program: {path!r}")
    return os.path.abspath(path)


@contextlib.contextmanager
def process(command, log, ready):
    """Runs a command until the block ends. Yields what `ready` finds in its log, once it does."""
    # Without settings that the caller's own registryd may have.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("REGISTRYD_")}
    # Names of these scenarios exist nowhere; a name server that does not even say so is not waited for.
    environment["RES_OPTIONS"] = "timeout:1 attempts:1"
    with open(log, "wb") as output:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment)
    try:
        deadline = time.monotonic() + START_SECONDS
        while True:
            with open(log, encoding="utf-8", errors="replace") as file:
                text = file.read()
            found = ready(text)
            if found:
                break
            if child.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{os.path.basename(command[0])} does not start:\n{text[-2000:]}")
            time.sleep(0.02)
        yield found
    finally:
        child.terminate()
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def certificate(folder, name, authority, *extensions):
    """Writes NAME.pem and NAME.key, signed by `authority` or, where that is None, by itself."""
    path = os.path.join(folder, name)
    signer = ["-CA", f"{authority}.pem", "-CAkey", f"{authority}.key"] if authority else []
    if not authority:
        extensions = ("basicConstraints=critical,CA:TRUE",)
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", f"/CN={name}", "-keyout", f"{path}.key", "-out", f"{path}.pem", *signer,
            *(word for extension in extensions for word in ("-addext", extension)))
    return path


@contextlib.contextmanager
def registryd(folder, configuration):
    """A registryd on a Unix socket, on plain TCP and on TCP with mutual TLS. Yields the connections
    by name: an address, and the files that TLS needs. `configuration` is the object of daemon.json.
    """
    servers = certificate(folder, "server-authority", None)
    clients = certificate(folder, "client-authority", None)
    server = certificate(folder, "server", servers, "subjectAltName=IP:127.0.0.1",
                         "basicConstraints=critical,CA:FALSE")
    operator = certificate(folder, "operator", clients, f"subjectAltName=URI:{ADMIN}",
                           "basicConstraints=critical,CA:FALSE")
    config = os.path.join(folder, "daemon.json")
    with open(config, "w", encoding="utf-8") as file:
        json.dump(configuration, file)

    def listening(count):
        def ready(log):
            records = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
            found = [record["address"] for record in records if record.get("message") == "listening"]
            return found if len(found) == count else None
        return ready

    def serve(name, addresses, *flags):
        state = os.path.join(folder, f"state-{name}")
        os.mkdir(state)
        command = [program("REGISTRYD"), "--config", config, "--certs-dir", os.path.join(folder, "certs.d"),
                   "--allow-plaintext-credentials", "127.0.0.1", "--metrics-listen", "off",
                   "--drain-timeout", "2s", "--state-dir", state, *flags]
        for address in addresses:
            command += ["--listen", address]
        return process(command, os.path.join(folder, f"{name}.log"), listening(len(addresses)))

    unix = f"unix:{folder}/registryd.sock"
    # Where there are TLS files every TCP listener has them: plain text takes a second process.
    with serve("tls", ["127.0.0.1:0"], "--tls-cert", f"{server}.pem", "--tls-key", f"{server}.key",
               "--tls-client-ca", f"{clients}.pem", "--admin", ADMIN) as (tls,):
        with serve("plain", [unix, "127.0.0.1:0"]) as addresses:
            tcp = next(address for address in addresses if not address.startswith("unix:"))
            yield {
                "unix": {"address": unix},
                "tcp": {"address": tcp},
                "tls": {"address": tls, "ca": f"{servers}.pem", "cert": f"{operator}.pem",
                        "key": f"{operator}.key"},
                "tls-anonymous": {"address": tls, "ca": f"{servers}.pem"},
            }


@contextlib.contextmanager
def docker_registry(folder):
    """Debian's docker-registry, which lets USER in and nobody else. Yields HOST:PORT."""
    htpasswd = os.path.join(folder, "htpasswd")
    with open(htpasswd, "w", encoding="utf-8") as file:
        file.write(HTPASSWD)
    config = os.path.join(folder, "registry.yml")
    with open(config, "w", encoding="utf-8") as file:
        json.dump({"version": "0.1", "log": {"formatter": "json", "accesslog": {"disabled": True}},
                   "storage": {"inmemory": {}}, "http": {"addr": "127.0.0.1:0"},
                   "auth": {"htpasswd": {"realm": "test", "path": htpasswd}}}, file)

    def listening(log):
        return re.findall(r'listening on (127\.0\.0\.1:\d+)', log)
    command = [program("DOCKER_REGISTRY"), "serve", config]
    with process(command, os.path.join(folder, "docker-registry.log"), listening) as found:
        yield found[0]


@contextlib.contextmanager
def stalled():
    """A listener that never answers: connections stay in its queue. Yields HOST:PORT."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield "127.0.0.1:%d" % server.getsockname()[1]


@contextlib.contextmanager
def everything(configuration):
    """All of the above. Yields what a scenario program is told: {"connections", "values"}."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        registry = stack.enter_context(docker_registry(folder))
        silent = stack.enter_context(stalled())
        connections = stack.enter_context(registryd(folder, configuration))
        yield {"connections": connections, "values": {
            "registry": registry, "stalled": silent, "user": USER, "password": PASSWORD}}
