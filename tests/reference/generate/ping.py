"""Scenarios of pings: statuses, challenges, addresses and redirects."""
from generate.auth import basic, bearer, challenges, redirect
from generate.parts import ERROR_BODIES, STATUSES, maybe, text, served

URLS = ["http://{{host}}"] * 8 + [
    "http://{{host}}/",
    "http://{{host}}//",
    "http://{{host}}/pre",
    "http://{{host}}/pre/",
    "http://{{host}}/a/b///",
    "http://{{host}}/a%20b",
    "http://{{host}}/%2F/x",
    "http://{{host}}/é",
    "http://{{host}}/a/../b",
    "http://{{host}}/./a",
    "HTTP://{{host}}",
    "http://{{host}}?q=1",
    "http://{{host}}/?q=1/",
    "http://{{host}}#f",
    "http://{{host}}/x#f",
    "http://ann:pw@{{host}}",
    "http://ann@{{host}}/x",
    "http://{{host}}/a b",
    "https://{{host}}",
    "http://127.0.0.1:1",
    "http://%zz",
    "{{host}}",
    "",
    "ftp://{{host}}",
    "//{{host}}",
    "http://",
    "http:///x",
    "/",
    "http://[::1]:1",
    "http://{{host}}/v2",
    "http://{{host}}/v2/",
    "http://{{host}}/;a=b",
    "http://{{host}}/~a!$&'()*+,;=:@",
    "http://{{host}}/%zz",
    "http://{{host}}/a\\b",
    "http://{{host}}:x",
    " http://{{host}}",
    "http://{{host}} ",
    "http://{{host}}/%41%7e",
    "http://{{host}}/\"",
    "mailto:a@b",
    "http:{{host}}",
]


def header_value(rng):
    kind = rng.randint(0, 7)
    if kind < 3:
        return bearer(rng)
    if kind < 5:
        return basic(rng)
    if kind == 5:
        return rng.choice(challenges(rng) or [""])
    name = rng.choice(["Digest", "token", "Negotiate", "X", "a/b", "[", "é", "Hawk-1.1", "AWS4"])
    pairs = [
        rng.choice(["realm", "REALM", "x-y", "a b", "", "qop", "nonce"]) + rng.choice(["=", " = ", "", "=="]) +
        rng.choice(['"' + text(rng) + '"',
                    text(rng), '"a\\"b"', '"', '"a', "", '"\\', '"a\\']) for _ in range(rng.randint(0, 4))
    ]
    return name + rng.choice([" ", "", "\t", ",", "  "]) + rng.choice([",", ", ", " ,", " ", ";"]).join(pairs)


def scenario(rng):
    headers = [[rng.choice(["WWW-Authenticate", "www-authenticate", "WWW-AUTHENTICATE"]),
                header_value(rng)] for _ in range(rng.randint(0, 4))]
    if maybe(rng, 0.5):
        headers.append(
            ["Docker-Distribution-Api-Version",
             rng.choice(["registry/2.0", "registry/1.0 registry/2.0", "", "x"])])
    if maybe(rng, 0.1):
        headers.append(["Retry-After", "1"])
    status = 401 if maybe(rng, 0.75) else rng.choice(STATUSES)
    answer = {"path": ".*", "status": status, "headers": headers, "body": rng.choice(ERROR_BODIES)}
    rules = [answer]
    if maybe(rng, 0.05):
        answer["cut"] = rng.randint(0, 3)
    if maybe(rng, 0.2):
        rules.insert(
            0, redirect(rng, ".*/v2/", rng.choice(["/v2/", "/pre/v2/", "/login", "/v2/x"]), times=rng.randint(1,
                                                                                                              3)))
    given = {"url": rng.choice(URLS)}
    if maybe(rng, 0.5):
        given["user_agent"] = rng.choice(["agent/1.0", "é", "x"])
    return {"call": "ping", "in": given, "server": served(rules)}
