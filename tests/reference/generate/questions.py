"""Random questions in the form of the conformance vectors: a function an op, the arguments and options of a line."""
import base64

from generate.ping import header_value
from generate.parts import maybe
from generate.v1 import tar

HEX = "0123456789abcdef"
HOSTS = [
    "docker.io", "index.docker.io", "registry-1.docker.io", "localhost", "localhost:5000", "registry.internal",
    "registry.internal:5000", "dual.internal:443", "hub-mirror.internal", "127.0.0.1", "127.0.0.1:5000",
    "127.9.9.9:80", "10.1.2.3", "10.1.2.3:5000", "192.168.7.7:443", "8.8.8.8", "[::1]", "[::1]:5000", "::1",
    "fd00::9", "[fd00::9]:443", "fe80::1%eth0", "example.com", "example.com:8080", "EXAMPLE.com",
    "Registry.Internal", "reg", "my_reg.example.com", "-bad.com", "bad-.com", "bad..com", "host:abc", "host:99999",
    "host:", ":5000", "", " ", "010.1.2.3", "1.2.3", "0x7f.1", "::ffff:10.1.2.3", "a b", "example.com.",
    "docker.io:443", "xn--e1afmkfd.example", "é.example", "999.1.1.1", "[::1", "::1]", "[docker.io]", "docker.io.",
    "127.0.0.1.", "65536.example:65536", "a:1:2"
]
NETWORKS = [
    "10.0.0.0/8", "10.1.2.3/8", "fd00::/8", "::/0", "0.0.0.0/0", "192.168.7.7/32", "127.0.0.0/8",
    "::ffff:10.0.0.0/104", "10.0.0.0/33", "10.0.0/8", "010.0.0.0/8", "10.0.0.0/", "fe80::%eth0/64", "10.0.0.0/-1",
    "10.0.0.0/08", "::1/128", "8.8.8.8/0", "10.0.0.0/8 ", "/8"
]
MIRRORS = [
    "https://mirror.example.com", "https://mirror.example.com/", "http://hub-mirror.internal:5000",
    "https://m/path", "https://m/path//", "HTTPS://m", "ftp://m", "m", "//m", "", "https://m?q", "https://m/?",
    "https://m#f", "https://m#", "https://ann:pw@m", "https://ann@m/", "https://m/%zz", "https://m/%20", "https://",
    "https:///x", "https:m", "http://[::1]:5000", "http://[::1", "https://m:port", "https://m:", "https://é/é",
    "https://a b", "https://m/a b", " https://m", "https://m ", "https://m\\x", "https://::1", "https://%41",
    "https://m/\t", "https://m/?q=a;b", "https://[fe80::1%25eth0]", "https://m:99999/", "://m", ":",
    "https://m/../x", "https://m?", "https://@m", "https://:@m", "https://m/[x]", "https://m/^|`{}", "1http://m",
    "ht-tp://m"
]


def word(rng, alphabet="abcdefghijklmnopqrstuvwxyz0123456789", size=8):
    return "".join(rng.choice(alphabet) for _ in range(rng.randint(1, size)))


def host(rng):
    if maybe(rng, 0.65):
        return rng.choice(HOSTS)
    name = ".".join(word(rng, "abcxyz019-_A", 6) for _ in range(rng.randint(1, 4)))
    return name + (":" + str(rng.randint(0, 70000)) if maybe(rng, 0.4) else "")


GOOD_HOSTS = [
    "localhost:5000", "registry.internal", "registry.internal:5000", "dual.internal", "10.1.2.3:5000", "docker.io",
    "index.docker.io", "[::1]:5000", "fd00::9", "example.com", "example.com:8080", "8.8.8.8", "127.0.0.1", "::1"
]
GOOD_NETWORKS = [
    "10.0.0.0/8", "10.1.2.3/8", "fd00::/8", "::/0", "0.0.0.0/0", "192.168.7.7/32", "8.8.8.8/30", "::1/128"
]


def listed(rng):
    """An entry of a list of registries."""
    if maybe(rng, 0.9):
        return rng.choice([rng.choice(GOOD_HOSTS), rng.choice(GOOD_NETWORKS)])
    return rng.choice([host(rng), rng.choice(NETWORKS)])


def options(rng):
    chosen = {}
    if maybe(rng, 0.3):
        chosen["allow-nondistributable-artifacts"] = [listed(rng) for _ in range(rng.randint(1, 3))]
    if maybe(rng, 0.5):
        chosen["registry-mirrors"] = [
            rng.choice(MIRRORS[:4] if maybe(rng, 0.95) else MIRRORS) for _ in range(rng.randint(1, 3))
        ]
    if maybe(rng, 0.6):
        schemes = [""] * 30 + ["http://", "https://", "HTTP://", "Https://", "ftp://", "http:/"]
        chosen["insecure-registries"] = [rng.choice(schemes) + listed(rng) for _ in range(rng.randint(1, 3))]
    return chosen


def path(rng):
    parts = []
    for _ in range(rng.choice([1, 1, 1, 2, 2, 3, 5])):
        parts.append(
            rng.choice([
                "library", "ubuntu", "foo_bar", "foo__bar", "foo.bar", "a-b", "a--b", "a---b", "a___b", "a..b",
                "Foo", "-x", "x-", "x_", ".x", "", "é", "a b",
                word(rng)
            ]) if maybe(rng, 0.7) else word(rng, "abc019._-A", 8))
    return "/".join(parts)


def good_reference(rng):
    name = "/".join(word(rng, "abc019") for _ in range(rng.choice([1, 1, 2, 3])))
    registry = rng.choice([
        "", "", "docker.io/", "index.docker.io/", "localhost/", "localhost:5000/", "registry.internal:5000/",
        "10.1.2.3/", "example.com:8080/", "[fd00::9]:443/", "EXAMPLE.com/", "Reg/"
    ])
    tag = rng.choice(["", "", ":latest", ":V1_.-x", ":" + "t" * 128])
    return registry + name + tag + rng.choice(["", "", "@sha256:" + word(rng, HEX, 1) * 64, "@sha512:" + "0" * 128])


def reference(rng):
    if maybe(rng, 0.5):
        return good_reference(rng)
    text = (host(rng) + "/" if maybe(rng, 0.6) else "") + path(rng)
    if maybe(rng, 0.4):
        text += ":" + rng.choice(
            ["latest", "v1.0", "_x", "-x", ".x", "", "A", "a" * 128, "a" * 129, "a/b", "a:b", "é", "a b", "1"])
    if maybe(rng, 0.3):
        text += "@" + rng.choice([
            "sha256:" + word(rng, HEX, 1) * 64, "sha256:" + "a" * 63, "sha256:" + "A" * 64, "sha512:" + "b" * 128,
            "sha384:" + "c" * 96, "md5:" + "a" * 32, "sha256:" + "a" * 65, "sha256", "sha256:",
            "SHA256:" + "a" * 64, "sha256+b64:" + "a" * 64, "a.b:" + "0" * 32, "sha256:" + "g" * 64, "x"
        ])
    if maybe(rng, 0.05):
        text = rng.choice([
            "a" * 64, "a" * 63, "A" * 64, "f" * 64 + ":tag", "a/" + "b" * 64, "x" * 255, "x" * 256,
            "a/" * 128 + "b", "", " ", "/", ":", "@", "docker.io/" + "a" * 64, "https://x/y", "index.docker.io",
            "docker.io", "docker.io/", "index.docker.io/library/ubuntu", "library/ubuntu", "localhost/x",
            "LOCALHOST/x", "a.b/c"
        ])
    return text


def parse_reference(rng):
    return {"reference": reference(rng)}, None


def resolve_repository(rng):
    return {"reference": reference(rng)}, options(rng)


def is_insecure_registry(rng):
    return {"hostname": host(rng)}, options(rng)


def lookup_pull_endpoints(rng):
    return {"hostname": host(rng)}, options(rng)


def lookup_push_endpoints(rng):
    return {"hostname": host(rng)}, options(rng)


def service_config(rng):
    return {}, options(rng)


def validate_mirror(rng):
    return {
        "mirror": rng.choice(MIRRORS)
                  if maybe(rng, 0.4) else rng.choice(["http://", "https://", "", "HTTP://", "http:"]) + host(rng) +
                  rng.choice(["", "/", "/v1", "/%zz", "/a%20b/", "/é", "?x=y", "#f"])
    }, None


def validate_index_name(rng):
    return {"name": rng.choice(["", "", "-", "a-"]) + host(rng) + rng.choice(["", "", "-", "/x"])}, None


def convert_to_hostname(rng):
    return {
        "url": rng.choice(["", "http://", "https://", "HTTP://", "ftp://", "http:/", "https//", "http://http://"]) +
               host(rng) + rng.choice(["", "/", "/v1/", "//", "?x", "#y"])
    }, None


def parse_search_index_info(rng):
    return {"name": reference(rng)}, None


def parse_challenges(rng):
    return {
        "www_authenticate": [
            header_value(rng).replace("{{host}}", "auth.example") for _ in range(rng.randint(0, 3))
        ]
    }, None


def resolve_auth_config(rng):
    name = host(rng)
    keys = {
        rng.choice(["", "http://", "https://", "ftp://", "HTTPS://"]) + rng.choice([name, host(rng)]) +
        rng.choice(["", "/", "/v1/", "/v2/x"]) for _ in range(rng.randint(0, 2))
    }
    if maybe(rng, 0.3):
        keys.add(rng.choice(["https://index.docker.io/v1/", "index.docker.io", "docker.io"]))
    # Of several keys that fit, the reference takes any.
    fits = sorted(key for key in keys if key.removeprefix("http://").removeprefix("https://").split("/")[0] == name)
    keys -= set(fits[1:])
    return {"auth_config_keys": sorted(keys), "index": {"name": name, "official": maybe(rng, 0.2)}}, None


def tarsum_v0(rng):
    content = tar(rng)
    kind = rng.randint(0, 9)
    if kind == 0:
        content = content[:rng.randint(0, len(content))]
    elif kind == 1:
        content += b"\0" * rng.choice([1, 512, 5000])
    elif kind == 2:
        spot = rng.randrange(len(content))
        content = content[:spot] + bytes([rng.randrange(256)]) + content[spot + 1:]
    elif kind == 3:
        content = rng.choice([b"", b"\0" * 1024, b"not a tar" * 100, b"\0" * 512 + content])
    return {"json": rng.choice(["", '{"id":"x"}', "é"]), "tar_base64": base64.b64encode(content).decode()}, None


OPS = [
    parse_reference, resolve_repository, is_insecure_registry, lookup_pull_endpoints, lookup_push_endpoints,
    service_config, validate_mirror, validate_index_name, convert_to_hostname, parse_search_index_info,
    parse_challenges, resolve_auth_config, tarsum_v0
]
