"""Scenarios of searches: terms, limits, filters, credentials, and an index that says odd things."""
import json

from generate.auth import redirect, token_rules, unauthorized
from generate.parts import BASIC, HOST, STATUSES, error_answer, maybe, text, served

TERMS = ["{{host}}/foo"] * 10 + [
    "{{host}}/a/b/c",
    "{{host}}/library/foo",
    "{{host}}/",
    "{{host}}",
    "{{host}}/foo bar",
    "{{host}}/é?&=#+%",
    "{{host}}//foo",
    "{{host}}/%zz",
    "{{host}}/foo:tag",
    "{{host}}/foo@sha256:ab",
    "http://{{host}}/foo",
    "{{host}}/http://x",
    "a://b",
    "-127.0.0.1:1/foo",
    "127.0.0.1:1/foo",
    "127.0.0.1-/x",
    "{{host}}-/x",
    "[::1]:1/x",
    "127.0.0.1:99999/x",
    "127.0.0.1:/x",
    "127.0.0.1:port/x",
    "a b.c/x",
    "{{host}}/" + "a" * 500,
    "{{host}}/\n",
    "{{host}}/\u0000",
    "%zz.x/foo",
    "{{host}}?a=b/foo",
    "ann:pw@{{host}}/foo",
    "{{host}}#f/foo",
    "127.0.0.1:1\\x/foo",
    "./foo",
    ".../foo",
    ":/foo",
    "a:b:c/foo",
]

RESULTS = [
    {
        "name": "foo",
        "description": "d1",
        "star_count": 10,
        "is_official": True,
        "is_automated": False
    },
    {
        "name": "a/foo",
        "description": "<b>&",
        "star_count": 2,
        "is_official": False,
        "is_automated": True
    },
    {
        "name": "b/foo",
        "description": "",
        "star_count": 0,
        "is_official": False
    },
    {
        "name": "c/foo",
        "star_count": -3
    },
    {
        "name": "é",
        "description": "日本\n\t\u0001",
        "star_count": 5,
        "is_official": True,
        "extra": [1, {
            "a": None
        }]
    },
    {},
    {
        "name": None,
        "description": None,
        "star_count": None,
        "is_official": None
    },
    {
        "name": "d",
        "star_count": 2**31
    },
    {
        "name": "e",
        "trusted": True,
        "is_trusted": True,
        "star_count": 3
    },
    {
        "NAME": "upper",
        "Star_Count": 4,
        "Is_Official": True
    },
]

BAD_RESULTS = [{
    "name": 7
}, {
    "star_count": "3"
}, {
    "star_count": 1.5
}, {
    "is_official": "true"
}, {
    "is_official": 1
}, {
    "description": {}
}, "x", 7, [], {
    "star_count": 2**63
}, {
    "star_count": 1e2
}]

BODIES = [
    "", "null", "[]", "{}", "7", '"x"', "<html>", "{", '{"results":null}', '{"results":{}}', '{"results":"x"}',
    '{"results":[]}', '{"results":[null]}', '{"results":[]} trailing', '{"results":[],"results":[{"name":"z"}]}',
    '{"Results":[{"name":"z"}]}', '{"num_results":"x","results":[]}',
    '{"num_results":null,"query":null,"results":[]}', '{"query":7,"results":[]}',
    '{"results":[{"name":"\\ud83d\\ude00 \\ud800"}]}', '\ufeff{"results":[]}',
    '{"results":[{"name":"a","name":"b"}]}', '{"results":[{"name":"z"}],"results":null}', '{"results":[' + "[" * 30,
    '{"num_results":1.5,"results":[]}', '{"results":[{"name":"a"}],"page":' + "[" * 60 + "]" * 60 + "}",
    '{"results":[{"name":"z","star_count":01}]}', '{"results":[{"name":"\t"}]}', "\n",
    '{"results":[{"name":"a"},]}', '{"results":[{"name":"a"}]',
    '{"results":[{"name":"a"},{"name":"b"}],"results":[{"description":"c"}]}'
]

FILTERS = {
    "is-official": ["true", "false", "1", "0", "True", "TRUE", "t", "f", "maybe", "", "yes", " true"],
    "is-automated": ["true", "false", "1", "0", "maybe", "", "True"],
    "stars": [
        "0", "1", "2", "5", "10", "11", "-4", "+3", "03", "x", "", "1.5", "1e1", "9223372036854775808",
        "2147483648", " 2", "1_0", "0x2"
    ],
    "label": ["x"],
    "Stars": ["1"],
    "": ["x"],
    "is_official": ["true"],
    "stars ": ["1"],
}


def filters(rng):
    chosen = {}
    names = [n for n in FILTERS if n not in ("label", "Stars", "", "is_official", "stars ")]
    for name in rng.sample(names, rng.randint(1, 2)) + (rng.sample(list(FILTERS), 1) if maybe(rng, 0.15) else []):
        good = {
            "is-official": ["true", "false", "1", "0"],
            "is-automated": ["false", "0", "true"],
            "stars": ["0", "2", "3", "5"]
        }.get(name, FILTERS[name])
        values = good if maybe(rng, 0.6) else FILTERS[name]
        # A set in the reference: a value that is named twice is there once.
        chosen[name] = sorted({rng.choice(values) for _ in range(1 if maybe(rng, 0.75) else rng.randint(0, 3))})
    return {name: values for name, values in chosen.items() if values}


def credentials(rng):
    kind = rng.randint(0, 11)
    if kind == 0:
        return {}
    if kind < 4:
        return {"username": BASIC[0], "password": BASIC[1]}
    if kind == 4:
        return {"username": BASIC[0]}
    if kind == 5:
        return {"password": BASIC[1]}
    if kind == 6:
        return {"identitytoken": "idtok"}
    if kind == 7:
        return {"username": BASIC[0], "password": BASIC[1], "identitytoken": "idtok"}
    if kind == 8:
        return {"username": text(rng), "password": text(rng)}
    if kind == 9:
        return {"username": BASIC[0], "registrytoken": "r", "serveraddress": "http://other.example", "email": "e"}
    return {"username": BASIC[0], "identitytoken": "idtok"}


def ping_rule(rng):
    kind = rng.randint(0, 9)
    rule = {"path": "/v1/_ping", "status": 200, "body": '{"version":"0.9","standalone":true}'}
    if kind == 0:
        rule.update(status=rng.choice(STATUSES))
    elif kind == 1:
        rule.update(body=rng.choice(["", "x", "true", "null", "[]", '{"standalone":"x"}', '{"standalone":false}']))
    elif kind == 2:
        rule.update(headers=[[
            "X-Docker-Registry-Standalone",
            rng.choice(["1", "true", "TRUE", "0", "false", "", " 1", "x"])
        ]])
    elif kind == 3:
        return redirect(rng, "/v1/_ping", rng.choice(["/v1/other", "/ping", "/v1/_ping"]), times=1)
    elif kind == 4:
        rule.update(headers=[["Set-Cookie", "s=1"], ["X-Docker-Token", "early"]])
    elif kind == 5:
        rule.update(cut=rng.randint(0, 5))
    return rule


def search_body(rng):
    if maybe(rng, 0.25):
        return rng.choice(BODIES)
    results = [rng.choice(RESULTS) for _ in range(rng.randint(0, 5))]
    if maybe(rng, 0.08):
        results.append(rng.choice(BAD_RESULTS))
    return json.dumps({
        "num_results": len(results),
        "query": "foo",
        "results": results
    },
                      ensure_ascii=maybe(rng, 0.5))


def search_rules(rng):
    path = "/v1/search"
    kind = rng.randint(0, 12)
    answer = {"path": path, "status": 200, "body": search_body(rng)}
    if kind == 0:
        return [error_answer(rng, path)]
    if kind == 1:
        return [{**answer, "status": rng.choice(STATUSES)}]
    if kind == 2:
        return [
            redirect(rng, path, rng.choice(["/v1/found", "/x", "/v1/search"]), times=rng.choice([1, 2])), {
                **answer, "path": ".*"
            }
        ]
    if kind == 3:
        cookie = rng.choice([
            "c=1", "c=1; Path=/", "c=1; Path=/v1", "c=1; Path=/other", "c=; Max-Age=0", "c=1; Secure",
            "c=1; Domain=example.com", "c=\"q\"", "é=1", "c=1; HttpOnly; SameSite=Lax"
        ])
        return [{
            "path": path,
            "status": 302,
            "headers": [["Location", "/v1/found"], ["Set-Cookie", cookie]]
        }, {
            **answer, "path": ".*"
        }]
    if kind == 4:
        return [{**answer, "headers": [["X-Docker-Token", "t1"], ["Content-Type", "text/plain"]]}]
    if kind == 5:
        return [{**answer, "cut": rng.randint(0, 40)}]
    if kind == 6:
        return [{
            **answer, "when": {
                "authorization": "^B"
            }
        }, {
            "path": path,
            "status": 401,
            "headers": [["WWW-Authenticate", 'Basic realm="x"']]
        }]
    return [answer]


def scenario(rng):
    given = {"term": rng.choice(TERMS)}
    if maybe(rng, 0.3):
        given["limit"] = rng.choice([0, 1, 25, 99, 100, 101, -1, 1000, -100])
    if maybe(rng, 0.4):
        given["filters"] = filters(rng)
    if maybe(rng, 0.6):
        given["auth"] = credentials(rng)
    if maybe(rng, 0.3):
        given["user_agent"] = rng.choice(["agent/2", "é", "a b"])
    if maybe(rng, 0.25):
        given["headers"] = {
            rng.choice(["X-Meta-Test", "x-meta-test", "X-META-TEST"]): [
                text(rng) for _ in range(rng.randint(1, 2))
            ]
        }
        if maybe(rng, 0.2):
            given["headers"]["X-Other"] = ["o"]
        if maybe(rng, 0.1):
            given["headers"][rng.choice(
                ["User-Agent", "Range", "Content-Type", "X-Docker-Token", "Cookie", "Authorization"])] = ["mine"]
    rules = [ping_rule(rng)] if not maybe(rng, 0.05) else []
    kind = rng.randint(0, 5)
    if kind < 4:
        rules.append(unauthorized(rng, "/v2/"))
    elif kind == 4:
        rules.append({"path": "/v2/", "status": rng.choice(STATUSES)})
    rules += search_rules(rng) + token_rules(rng)
    return {"call": "search", "in": given, "server": served(rules)}
