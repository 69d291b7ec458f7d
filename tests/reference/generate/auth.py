"""Scenarios of logins: challenges, token servers, answers and refusals of every shape."""
import json

from generate.parts import BASIC, ERROR_BODIES, HOST, STATUSES, error_answer, maybe, text, served

SCOPES = [
    "repository:a/b:pull", "repository:a/b:pull,push", "registry:catalog:*", "repository:a:pull repository:b:push",
    "repository:a:pull repository:a:pull", " ", "repository:é:pull", "a%20b"
]

REALMS = ["http://{{host}}/token"] * 12 + [
    "http://{{host}}/token?a=b",
    "http://{{host}}/token?service=mine&scope=repository:r:pull",
    "http://{{host}}/token?account=bob",
    "http://{{host}}/token?a=%20b&c=d+e&f",
    "http://{{host}}/token?a;b=c",
    "http://{{host}}/token?a=%zz&b=c",
    "http://{{host}}/token?",
    "http://{{host}}/token#part",
    "http://{{host}}/token/",
    "http://{{host}}/a/../token",
    "http://{{host}}//token",
    "http://{{host}}",
    "http://{{host}}/",
    "HTTP://{{host}}/token",
    "http://{{host}}/%74oken",
    "http://{{host}}/tok%2Fen",
    "http://{{host}}/to ken",
    "http://{{host}}/é",
    "http://{{host}}/token?q=é",
    "http://{{host}}/v2/token",
    "http://{{host}}?x=y",
    "https://{{host}}/token",
    "/token",
    "token",
    "//{{host}}/token",
    "{{host}}/token",
    "ftp://{{host}}/token",
    ":",
    "http://",
    "http://%zz/token",
    "http://{{host}}:x/token",
    "http://ann:pw@{{host}}/token",
    "http://{{host}}/%zz",
    " http://{{host}}/token",
    "http://{{host}}/token ",
    "http://[::1/token",
    "http://127.0.0.1:1/token",
    "http:///token",
    "http:{{host}}/token",
    "?a=b",
]


def address(rng):
    if maybe(rng, 0.6):
        return HOST
    return rng.choice([
        "http://{{host}}", "https://{{host}}", "https://{{host}}/v1/", "http://{{host}}/v2/", "{{host}}/",
        "{{host}}/a/b?c=d#e", "https://{{host}}?a=b", "https://{{host}}#x", "ann:pw@{{host}}",
        "https://ann@{{host}}/", "ftp://{{host}}", "ftp://{{host}}", "//{{host}}", "https:///v2/", "http://%zz",
        "https://{{host}}/%zz", " {{host}}", "{{host}} ", "a b", "https://[::1", "127.0.0.1:1", "127.0.0.1:99999",
        "127.0.0.1:", "[::1]:1", "http://", "https://", "-127.0.0.1:1", "127.0.0.1:port", "https://{{host}}\\x",
        "{{host}}:1", "http://{{host}}/\t"
    ])


def credentials(rng):
    auth = {"serveraddress": address(rng), "username": BASIC[0], "password": BASIC[1]}
    kind = rng.randint(0, 17)
    if kind == 0:
        auth["password"] = ""
    elif kind == 1:
        auth["username"] = ""
    elif kind == 2:
        auth.update(username="", password="")
    elif kind in (3, 4, 5):
        auth = {"serveraddress": auth["serveraddress"], "identitytoken": "idtok"}
    elif kind in (6, 7):
        auth["identitytoken"] = rng.choice(["idtok", "a b+c&d=é", "next"])
    elif kind == 8:
        auth["registrytoken"] = "regtok"
    elif kind == 9:
        auth.update(auth="YW5uOnMzY3JldA==", username="", password="")
    elif kind == 10:
        auth.update(username=text(rng), password=text(rng))
    elif kind == 11:
        auth.update(username="a:b", password=":")
    elif kind == 12:
        auth["email"] = "ann@example.com"
    return auth


def quoted(rng, value):
    kind = rng.randint(0, 11)
    if kind == 0 and value and all(c.isalnum() or c in "-_." for c in value):
        return value
    if kind == 1 and value:
        return '"' + value[0] + "\\" + value[1:] + '"' if len(value) > 1 else '"\\' + value + '"'
    if kind == 2:
        return rng.choice(["", '"' + value, "'" + value + "'", '""']) if maybe(rng, 0.3) else '"' + value + '"'
    return '"' + value + '"'


def bearer(rng):
    realm = rng.choice(REALMS)
    pairs = []
    if not maybe(rng, 0.04):
        pairs.append(("realm", realm))
    if not maybe(rng, 0.15):
        pairs.append(("service", rng.choice(["fake.service"] * 4 + [text(rng), "", " "])))
    if maybe(rng, 0.4):
        pairs.append(("scope", rng.choice(SCOPES)))
    if maybe(rng, 0.15):
        pairs.append(("scope", rng.choice(SCOPES)))
    if maybe(rng, 0.1):
        pairs.append(("error", rng.choice(["invalid_token", "insufficient_scope", "x"])))
    if maybe(rng, 0.05):
        pairs.append(("realm", "http://{{host}}/token"))
    if maybe(rng, 0.2):
        rng.shuffle(pairs)
    glue = "," if maybe(rng, 0.7) else rng.choice([", ", " , ", ",\t", " ", ",,", ";", ", ,"])
    equals = "=" if maybe(rng, 0.92) else rng.choice([" = ", "= ", " =", ""])
    scheme = "Bearer" if maybe(rng, 0.8) else rng.choice(["bearer", "BEARER", "bEaReR", "Bearer ", " Bearer"])
    name = (lambda n: n) if maybe(rng, 0.85) else str.upper
    gap = " " if maybe(rng, 0.93) else rng.choice(["", "\t", "  ", ", ", "="])
    return scheme + gap + glue.join(name(k) + equals + quoted(rng, v) for k, v in pairs)


def basic(rng):
    return rng.choice(['Basic realm="r"'] * 4 + [
        "Basic", "basic", "BASIC realm=r", 'Basic realm="a,b"', 'Basic realm="r", charset="UTF-8"', "Basic realm",
        'Basic realm="r",Bearer realm="http://{{host}}/token"', "Basic\trealm=x", "Basic,", "Basic/x"
    ])


def challenges(rng):
    kind = rng.randint(0, 19)
    if kind < 10:
        return [bearer(rng)]
    if kind < 13:
        return [basic(rng)]
    if kind == 13:
        return [bearer(rng), basic(rng)]
    if kind == 14:
        return [basic(rng), bearer(rng)]
    if kind == 15:
        return [bearer(rng), bearer(rng)]
    if kind == 16:
        return []
    if kind == 17:
        return [bearer(rng) + ", " + basic(rng)]
    if kind == 18:
        return [basic(rng), basic(rng)]
    return [
        rng.choice([
            "Digest realm=\"r\"", "", " ", "Negotiate", ",", "=", "\"", "Token x", "Bearer", "é", "Basicc",
            "NTLM, Basic"
        ]),
        bearer(rng)
    ]


def token_answer(rng):
    """What a token server says when it is content, or nearly."""
    answer = {}
    if not maybe(rng, 0.15):
        answer["token"] = rng.choice(["good"] * 6 + ["", None, 7, "other", "go od", "gööd", "good\n"])
    if maybe(rng, 0.4):
        answer["access_token"] = rng.choice(["good"] * 5 + ["", None, 7, "other", []])
    if maybe(rng, 0.4):
        answer["expires_in"] = rng.choice(
            [0, -5, 1, 59, 60, 300, 3600, 10**10, 10**25, 1.5, 6e1, "60", None, True, "", []])
    if maybe(rng, 0.3):
        answer["issued_at"] = rng.choice([
            "2024-01-02T03:04:05Z", "2024-01-02T03:04:05.123456789+02:00", "2099-01-01T00:00:00Z", "", None, 0,
            "yesterday", "2024-01-02", "2024-01-02 03:04:05Z", "2024-01-02t03:04:05z", "0001-01-01T00:00:00Z",
            "2024-13-02T03:04:05Z", "2024-01-02T03:04:05", "2024-02-30T00:00:00Z", "2024-01-02T24:00:00Z",
            "2024-01-02T03:04:60Z", "2024-01-02T03:04:05+24:00", "2024-01-02T3:04:05Z", "2024-01-02T03:04:05,5Z"
        ])
    if maybe(rng, 0.35):
        answer["refresh_token"] = rng.choice(["next"] * 3 + ["idtok", "", None, 7, "é"])
    if maybe(rng, 0.1):
        answer["scope"] = rng.choice(["a", None, 7])
    if maybe(rng, 0.1):
        answer[rng.choice(["extra", "details", "ACCESS_TOKEN", "Token", "refresh-token",
                           "Refresh_Token"])] = rng.choice(["good", "x", 1])
    return answer


def token_body(rng):
    kind = rng.randint(0, 14)
    if kind == 0:
        return rng.choice([
            "", " ", "null", "[]", '"good"', "7", "true", "{", "<html>", "{}", '{"token":"good"',
            '{"token":"good"} x', "good", "{'token':'good'}", '{"token":"good",}', '\ufeff{"token":"good"}',
            '{"token":"a","token":"good"}', '{"TOKEN":"good"}', '[{"token":"good"}]', '{"token":"g\\u006fod"}',
            '{"token":"\\ud800"}', '{"token":"good"}{"token":"x"}',
            '{"token":"good","x":' + "[" * 40 + "]" * 40 + "}", '{"to\\u006ben":"good"}',
            '{"token":"good","token":null}', '\n\t{"token" : "good"}\n', '{"token":{"a":1},"access_token":"good"}',
            '{"token":"good","expires_in":60.0}', '{"token":"good","expires_in":6e1}',
            '{"token":"good","expires_in":01}', '{"token":"go\tod"}'
        ])
    return json.dumps(token_answer(rng), ensure_ascii=maybe(rng, 0.5))


def redirect(rng, path, to, **rule):
    status = rng.choice([301, 302, 303, 307, 308])
    target = rng.choice(["http://{{host}}" + to] * 3 + [
        to,
        to.lstrip("/"), "//{{host}}" + to, "http://{{host}}" + to + "?x=y", to +
        "#f", "", "http://%zz", "http://ann:pw@{{host}}" + to, "./" + to.strip("/"), "?q=1"
    ])
    headers = [["Location", target]] if not maybe(rng, 0.05) else []
    if maybe(rng, 0.1):
        headers.append(["Set-Cookie", "c=1; Path=/"])
    return {"path": path, "status": status, "headers": headers, **rule}


def token_rules(rng):
    """The token server's rules, refusing in one case of four."""
    path = "/[^v].*|/|/v2/token|"
    kind = rng.randint(0, 11)
    if kind == 0:
        return [error_answer(rng, path)]
    if kind == 1:
        return [error_answer(rng, path, statuses=STATUSES)]
    if kind == 2:
        return [{
            "path": path,
            "status": 401,
            "when": {
                "authorization": None
            }
        }, {
            "path": path,
            "body": token_body(rng)
        }]
    if kind == 3:
        return [redirect(rng, "/token", "/moved"), {"path": path, "body": token_body(rng)}]
    content_type = rng.choice([[["Content-Type", "application/json"]], [], [["Content-Type", "text/html"]]])
    rule = {"path": path, "status": 200, "headers": content_type, "body": token_body(rng)}
    if maybe(rng, 0.1):
        rule["status"] = rng.choice([200, 201, 202, 203, 204, 206, 300, 304, 399])
    if maybe(rng, 0.1):
        rule["method"] = rng.choice(["GET", "POST"])
    if maybe(rng, 0.05):
        rule["cut"] = rng.randint(0, 10)
    return [rule]


def unauthorized(rng, path, **rule):
    headers = [["WWW-Authenticate", challenge] for challenge in challenges(rng)]
    if maybe(rng, 0.6):
        headers.append(["Docker-Distribution-Api-Version", rng.choice(["registry/2.0", "registry/3", ""])])
    return {"path": path, "status": 401, "headers": headers, "body": rng.choice(ERROR_BODIES), **rule}


def v2_rules(rng):
    welcome = {"path": "/v2/", "when": {"authorization": rng.choice(["^Bearer ", "^B", "^Basic "])}, "status": 200}
    kind = rng.randint(0, 19)
    if kind == 0:
        welcome["status"] = rng.choice(STATUSES)
    elif kind == 1:
        welcome = error_answer(rng, "/v2/", when=welcome["when"])
    elif kind == 2:
        welcome = redirect(rng, "/v2/", rng.choice(["/v2/", "/v2/x", "/login", "/v1/x"]), when=welcome["when"])
    elif kind == 3:
        welcome["when"] = {"authorization": "^Bearer good$"}
    ping = unauthorized(rng, rng.choice(["/v2/.*", "/v2/"]))
    kind = rng.randint(0, 15)
    if kind == 0:
        return [{"path": "/v2/", "status": rng.choice(STATUSES), "headers": ping["headers"]}, welcome, ping]
    if kind == 1:
        return [{
            "path": "/v2/",
            "status": rng.choice(STATUSES),
            "headers": ping["headers"],
            "times": 1
        }, welcome, ping]
    if kind == 2:
        return [
            redirect(rng, "/v2/", rng.choice(["/v2/", "/v2/x", "/login", "/other/v2/"]), times=1), {
                **welcome, "path": ".*"
            }, {
                **ping, "path": ".*"
            }
        ]
    if kind == 3:
        return [redirect(rng, "/v2/", "/v2/a"), {**welcome, "path": "/v2/.*"}, {**ping, "path": "/v2/.*"}]
    if kind == 4:
        return [error_answer(rng, "/v2/")]
    if kind == 5:
        return [welcome, unauthorized(rng, "/v2/", times=1), {"path": "/v2/", "status": 200}]
    if kind == 6:
        return [{"path": "/v2/", "status": 200}]
    return [welcome, ping]


def scenario(rng):
    rules = v2_rules(rng)
    # A realm may lead back to the registry's own paths, which come first.
    rules += token_rules(rng)
    given = {"auth": credentials(rng)}
    if maybe(rng, 0.8):
        given["user_agent"] = rng.choice(["agent/1.0", "docker/27.0.3 go/go1.21 (linux)", "é", "a  b"])
    return {"call": "auth", "in": given, "server": served(rules)}
