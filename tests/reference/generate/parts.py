"""What scenarios of every kind are made of.

A generator draws from a random.Random, so that a seed and a number name a scenario for good.
"""

BASIC = ("ann", "s3cret pass")
HOST = "{{host}}"

# Values that are quoted into headers, queries, paths and JSON.
ODD_TEXTS = [
    "a",
    "x y",
    "a,b",
    "a=b",
    "a&b",
    "a+b",
    "a%20b",
    "%zz",
    "é",
    "日本",
    "a/b",
    "a\\b",
    "a;b",
    "<b>",
    "'",
    "~!*()",
    "#",
    "repository:a/b:pull",
    "0",
    "-1",
    "null",
    "a" * 300,
]

STATUSES = [
    200, 201, 202, 204, 206, 300, 304, 400, 401, 402, 403, 404, 405, 409, 410, 418, 422, 429, 451, 499, 500, 502,
    503, 504, 599
]

ERROR_BODIES = [
    "",
    "x",
    "null",
    "[]",
    "{}",
    "<html>no</html>",
    '{"errors":[]}',
    '{"errors":null}',
    '{"errors":{}}',
    '{"errors":[{"code":"UNAUTHORIZED","message":"authentication required","detail":null}]}',
    '{"errors":[{"code":"DENIED","message":"no access","detail":[{"Type":"repository"}]}]}',
    '{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]}',
    '{"errors":[{"code":"UNKNOWN"},{"code":"UNAUTHORIZED"}]}',
    '{"errors":[{"code":"MADE_UP","message":"m"}]}',
    '{"errors":[{"code":7}]}',
    '{"errors":["x"]}',
    '{"errors":[{}]}',
    '{"details":"incorrect username or password"}',
    '{"details":""}',
    '{"details":7}',
    '{"details":null}',
    '{"Details":"upper"}',
    '{"details":"a","details":"b"}',
    '{"details":"d","errors":[{"code":"DENIED"}]}',
    '{"error":"invalid_grant","error_description":"bad"}',
    '{"message":"m"}',
    '{"details":"é"} trailing',
    ' {"details":"s"} ',
    '{"errors":[{"code":"unauthorized","message":"lower"}]}',
]

CONTENT_TYPES = [
    None, "application/json", "application/json; charset=utf-8", "APPLICATION/JSON", "application/vnd.api+json",
    "text/plain", "text/html; charset=utf-8", "application/problem+json", "", ";", "application/json;;",
    "application/json; charset", "a/b/c", "json"
]


def maybe(rng, chance):
    return rng.random() < chance


def text(rng):
    """A short text: plain most of the time."""
    if maybe(rng, 0.4):
        return rng.choice(ODD_TEXTS)
    return "".join(rng.choice("abcxyz019-_.") for _ in range(rng.randint(1, 8)))


def error_answer(rng, path, statuses=None, **rule):
    """A rule that refuses, with a body that explains it in one of many forms."""
    headers = []
    content_type = rng.choice(CONTENT_TYPES) if maybe(rng, 0.5) else "application/json"
    if content_type is not None:
        headers.append(["Content-Type", content_type])
    if maybe(rng, 0.15):
        headers.append(
            ["Retry-After",
             rng.choice(["1", "0", "-5", "soon", "Fri, 31 Dec 1999 23:59:59 GMT", "99999999999"])])
    if maybe(rng, 0.2):
        headers.append([
            "WWW-Authenticate",
            rng.choice([
                'Bearer error="invalid_token"', 'Bearer error="insufficient_scope",error_description="no"', "Basic",
                'Bearer realm="r"', 'Bearer error="invalid_token",error_description="expired token"',
                'Bearer error="invalid_request"', 'Basic error="invalid_token"'
            ])
        ])
    return {
        "path": path,
        "status": rng.choice(statuses or [400, 401, 401, 403, 404, 429, 500, 503]),
        "headers": headers,
        "body": rng.choice(ERROR_BODIES),
        **rule
    }


def served(rules):
    """The rules as HTTP can carry them: headers in Latin-1, and no body behind a 204 or 304."""
    for rule in rules:
        if rule.get("status") in (204, 304):
            for part in ("body", "body_base64", "cut"):
                rule.pop(part, None)
        if "headers" in rule:
            rule["headers"] = [
                [name, value.encode("latin-1", "ignore").decode("latin-1")] for name, value in rule["headers"]
            ]
    return rules
