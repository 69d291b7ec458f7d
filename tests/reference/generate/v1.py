"""Scenarios of V1 sessions: every step, and a registry that keeps, redirects, cuts and refuses."""
import base64
import hashlib
import io
import json
import tarfile

from generate.auth import redirect
from generate.parts import BASIC, ERROR_BODIES, HOST, STATUSES, maybe, text, served
from generate.search import BODIES, search_body

ID = hashlib.sha256(b"image").hexdigest()
REGISTRY = "http://{{host}}/v1/"
STANDALONE = ["1", "0", "true", "TRUE", "True", "false", "", " 1", "x", "yes", "tRuE "]
PING_BODIES = [
    "", "x", "{}", "[]", "null", "true", "{\"standalone\":false}", "{\"standalone\":true}",
    "{\"standalone\":\"x\"}", "{\"standalone\":null}", "{\"version\":\"0.9\",\"standalone\":false}",
    "{\"version\":7,\"standalone\":false}", "{\"STANDALONE\":false}", "{\"standalone\":false} x",
    "{\"version\":null}", "{\"standalone\":false,\"version\":7}", "{\"Version\":\"1\"}", "{\"version\":\"\\u00e9\"}"
]
ENDPOINTS = [
    "r1.example.com", "r1.example.com, r2.example.com:5000", "a,b,c", "", ",", " x ", "https://r.example.com",
    "{{host}}", "a;b", "[::1]:5000", "a b"
]
REPOSITORIES = ["{{host}}/foo/bar"] * 6 + [
    "{{host}}/solo", "foo/bar", "solo", "library/solo", "{{host}}/a/b/c", "{{host}}/library/x", "docker.io/foo/bar",
    "index.docker.io/solo", "{{host}}/foo/bar:tag", "{{host}}/foo/bar@sha256:" + "0" * 64
]
BAD_REPOSITORIES = ["{{host}}/FOO", "", "-x/y", "http://x/y", "a" * 64]
IDS = [ID] * 60 + ["x", "a/b", "%2e", "a b", "é", "..", "", "a?b=c", "a#b", "A" * 100]


def answered(rng, path, body, **rule):
    """A rule for one step's request: content most of the time."""
    kind = rng.randint(0, 11)
    answer = {"path": path, "status": 200, "body": body, **rule}
    if kind == 0:
        answer["status"] = rng.choice(STATUSES)
    elif kind == 1:
        answer.update(status=rng.choice([400, 401, 403, 404, 409, 500, 503]),
                      body=rng.choice(ERROR_BODIES + ['{"error":"Image already exists"}']))
    elif kind == 2:
        answer["body"] = rng.choice(BODIES)
    elif kind == 3:
        answer["headers"] = answer.get("headers", []) + [[
            "X-Docker-Token", rng.choice(["t1", "signature=a,repository=\"x\",access=write", ""])
        ]]
    elif kind == 4:
        answer["headers"] = answer.get("headers", []) + [[
            "Set-Cookie",
            rng.choice([
                "s=1", "s=1; Path=/v1", "s=1; Path=/other", "s=; Max-Age=0", "s=1; Secure",
                "s=2; Domain=example.com"
            ])
        ]]
    elif kind == 5:
        answer["when"] = {"authorization": rng.choice(["^Basic ", "^Token ", "."])}
    return answer


def ping_rules(rng):
    rule = {"path": "/v1/_ping", "status": 200, "headers": [], "body": rng.choice(PING_BODIES)}
    if maybe(rng, 0.5):
        rule["headers"].append(["X-Docker-Registry-Standalone", rng.choice(STANDALONE)])
    if maybe(rng, 0.3):
        rule["headers"].append(["X-Docker-Registry-Version", rng.choice(["0.9.1", "", "é", "2"])])
    if maybe(rng, 0.15):
        rule["status"] = rng.choice(STATUSES)
    if maybe(rng, 0.1):
        rule["headers"] += [["X-Docker-Token", "pingtoken"], ["Set-Cookie", "p=1; Path=/"]]
    if maybe(rng, 0.04):
        rule["cut"] = rng.randint(0, 5)
    if maybe(rng, 0.06):
        return [
            redirect(rng, "/v1/_ping", rng.choice(["/v1/other", "/v1/_ping"]), times=1), rule, {
                **rule, "path": "/v1/other"
            }
        ]
    return [rule]


def ping(rng, step, rules):
    pass


def history(rng, step, rules):
    body = rng.choice([
        '["a","b"]', "[]", '[""]', '["' + ID + '"]', '["a",7]', '[null,"a"]', '"x"', '["é","\\u00e9"]', '["a"] x',
        '["a",]', "null", '{"a":"b"}', '["a","a"]'
    ])
    rules.append(answered(rng, ".*/ancestry", body))


def lookup(rng, step, rules):
    rules.append(answered(rng, ".*/json", "{}"))


def image_json(rng, step, rules):
    headers = [[
        "X-Docker-Size",
        rng.choice([
            "0", "7", "-1", "10240", "x", "", " 7", "+7", "1e3", "9223372036854775807", "9223372036854775808",
            "1_0", "0x10", "007"
        ])
    ]] if maybe(rng, 0.6) else []
    rules.append(
        answered(rng,
                 ".*/json",
                 rng.choice(['{"id":"x"}', "", "not json", "null", "é", "{}\n", "\u0000", "a" * 5000]),
                 headers=headers))


def layer(rng, step, rules):
    content = bytes(rng.randrange(256) for _ in range(rng.choice([0, 1, 100, 2000])))
    step["size"] = rng.choice([len(content)] * 5 + [0, -1, len(content) + 1, max(0, len(content) - 1), 10**6])
    rule = {"path": ".*/layer", "status": 200, "body_base64": base64.b64encode(content).decode(), "headers": []}
    if maybe(rng, 0.5):
        rule["headers"].append(["Accept-Ranges", rng.choice(["bytes", "bytes", "none", "Bytes", "bytes "])])
    kind = rng.randint(0, 9)
    if kind == 0:
        rule["status"] = rng.choice(STATUSES)
    elif kind == 1:
        rule["cut"] = rng.randint(0, len(content))
    elif kind == 2 and content:
        rules.append({**rule, "cut": rng.randint(0, len(content)), "times": 1})
        rule["ranges"] = maybe(rng, 0.8)
    rules.append(rule)


def tag(rng, step, rules):
    step["tag"] = rng.choice(["latest", "v1", "a b", "%2f", "é", "..", "a/b", "a?b", ""])
    some_registries(rng, step, rules)
    rules.append(
        answered(
            rng, ".*/tags/.*",
            rng.choice(['"' + ID + '"', '"x"', "x", "null", "7", '["x"]', '{"a":"b"}', '"\\u00e9"', '"x" y',
                        '""'])))


def tags(rng, step, rules):
    some_registries(rng, step, rules)
    rules.append(
        answered(
            rng, ".*/tags",
            rng.choice([
                '{"latest":"a","v1":"b"}', "{}", "null", "[]", '{"a":7}', '{"a":null}', '{"a":"1","a":"2"}',
                '{"é":"\\u00e9","":"x"}', '{"a":"b"} x', '{"a":{"b":"c"}}', '["x"]', '[{"layer":"x","name":"a"}]',
                '"x"'
            ])))


def some_registries(rng, step, rules):
    count = rng.choice([1, 1, 1, 2, 3, 0])
    step["registries"] = [
        rng.choice([REGISTRY, "http://{{host}}/one/", "http://{{host}}/two/v1/"]) for _ in range(count)
    ]
    for number in ("one", "two"):
        if maybe(rng, 0.7):
            rules.insert(
                0, {
                    "path": "/" + number + "/.*",
                    "status": rng.choice([500, 503, 401, 403, 404, 302, 204, 201]),
                    "body": rng.choice(["", "x"])
                })
    if maybe(rng, 0.08):
        step["registries"].insert(
            0,
            rng.choice([
                "http://127.0.0.1:1/v1/", "http://{{host}}/v1", "{{host}}/v1/", "", "ftp://{{host}}/", "http://%zz/"
            ]))


def repository_data(rng, step, rules):
    headers = [["X-Docker-Endpoints", rng.choice(ENDPOINTS)] for _ in range(rng.choice([0, 1, 1, 2]))]
    if maybe(rng, 0.5):
        headers += [["X-Docker-Token",
                     rng.choice(["t9", "signature=1,repository=\"foo/bar\",access=read"])]
                    for _ in range(rng.choice([1, 1, 2]))]
    rules.append(
        answered(rng,
                 ".*/images",
                 rng.choice([
                     '[{"id":"a","checksum":"c","Tag":"t"},{"id":"b"}]', "[]", "null", "{}",
                     '[{"id":"a"},{"id":"a","checksum":"2"}]', '[{}]', '[{"id":7}]', '[{"ID":"a","TAG":"t"}]',
                     '["a"]', '[{"id":"a","tag":"t","checksum":null}]', '[{"id":"a","extra":[1]}] x',
                     '[{"id":"","checksum":"c"}]', '[{"id":"é"}]'
                 ]),
                 headers=headers))


def push_checksum(rng, step, rules):
    step["checksum"] = rng.choice(["tarsum+sha256:1", "", "c"])
    step["checksum_payload"] = rng.choice(["sha256:2", "", "é"])
    if maybe(rng, 0.2):
        del step["checksum_payload"]
    rules.append(pushed(rng, ".*/checksum"))


def pushed(rng, path, good=(200,)):
    """What a registry says to a write."""
    rule = answered(rng, path, rng.choice(["", '""', "{}", "true"]), method="PUT")
    if rule["status"] == 200:
        rule["status"] = rng.choice(good)
    if maybe(rng, 0.2):
        rule.update(status=rng.choice([400, 401, 409, 500, 200]),
                    body=rng.choice([
                        '{"error":"Image already exists"}', '{"error":"image already exists"}',
                        '{"Error":"Image already exists"}', '{"error":"Image already exists","x":"y"}',
                        '{"error":7}', '{"error":"Image already exists","x":7}', '{"error":"Wrong checksum"}',
                        '{"error":"Image already exists"} x', "Image already exists", '["Image already exists"]',
                        "null", ""
                    ]))
    return rule


def push_json(rng, step, rules):
    step["json"] = rng.choice(['{"id":"x"}', "{}", "", "not json", '{"é":1}', "a" * 5000])
    rules.append(pushed(rng, ".*/json"))


def tar(rng):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer,
                      mode="w",
                      format=rng.choice([tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])) as archive:
        for number in range(rng.randint(0, 4)):
            entry = tarfile.TarInfo(
                rng.choice(["a", "etc/passwd", "é", "x" * 90 + "/" + "z" * 20, "dir"]) + str(number))
            entry.mode, entry.uid, entry.gid = rng.choice([0o644, 0o755, 0o4755]), rng.choice(
                [0, 1000, 2**21 + 5 if archive.format != tarfile.USTAR_FORMAT else 7]), rng.choice([0, 50])
            entry.mtime, entry.uname, entry.gname = rng.choice([0, 1700000000
                                                               ]), rng.choice(["",
                                                                               "root"]), rng.choice(["", "staff"])
            entry.type = rng.choice(
                [tarfile.REGTYPE] * 4 +
                [tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
            content = bytes(
                rng.randrange(256)
                for _ in range(rng.choice([0, 1, 511, 512, 700]))) if entry.type == tarfile.REGTYPE else b""
            if entry.type in (tarfile.SYMTYPE, tarfile.LNKTYPE):
                entry.linkname = rng.choice(
                    ["a", "../b", "y" * (99 if archive.format == tarfile.USTAR_FORMAT else 110)])
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def push_layer(rng, step, rules):
    content = tar(rng)
    kind = rng.randint(0, 9)
    if kind == 0:
        content = b""
    elif kind == 1:
        content = content[:rng.randint(0, len(content))]
    elif kind == 2:
        content = b"not a tar" * rng.choice([1, 100])
    elif kind == 3:
        content += b"\0" * rng.choice([1, 512, 5000]) + (b"junk" if maybe(rng, 0.5) else b"")
    elif kind == 4 and content:
        spot = rng.randrange(len(content))
        content = content[:spot] + bytes([rng.randrange(256)]) + content[spot + 1:]
    step["layer_base64"] = base64.b64encode(content).decode()
    step["json"] = rng.choice(['{"id":"x"}', "", "é"])
    rules.append(pushed(rng, ".*/layer"))


def push_tag(rng, step, rules):
    step["revision"] = rng.choice([ID, "x", "", 'q"uote', "é"])
    step["tag"] = rng.choice(["v1", "latest", "a b", "é", "%41"])
    rules.append(pushed(rng, ".*/tags/.*", good=(200, 201, 204)))


def push_index(rng, step, rules):
    step["images"] = [
        image for image in ({
            "id": "a",
            "checksum": "c1"
        }, {
            "id": "b"
        }, {
            "id": "c",
            "Tag": "t"
        }, {
            "id": "d",
            "checksum": "<&>é",
            "Tag": "é"
        }, {
            "id": ""
        }) if maybe(rng, 0.5)
    ]
    step["validate"] = maybe(rng, 0.5)
    if maybe(rng, 0.2):
        step["registries"] = rng.choice([[], [REGISTRY, "http://r2.example.com/v1/"], ["a"]])
    path = ".*/images" if step["validate"] else ".*/repositories/.*/"
    headers = [["X-Docker-Endpoints", rng.choice(ENDPOINTS)] for _ in range(rng.choice([0, 1, 1, 1, 2]))]
    if maybe(rng, 0.4):
        headers.append(["X-Docker-Token", "t5"])
    rule = pushed(rng, path, good=(204, 204, 200) if step["validate"] else (200, 201, 202))
    rule["headers"] = rule.get("headers", []) + headers
    if maybe(rng, 0.2):
        # The reference follows nothing but a whole address, and what is not redirected for good it asks for ever.
        rules.append({
            "path": path,
            "method": "PUT",
            "times": rng.choice([1, 2]),
            "status": rng.choice([301, 302, 303, 307, 308, 300, 304]),
            "headers": [[
                "Location", "http://{{host}}/v1/repositories/moved/" + ("images" if step["validate"] else "")
            ]]
        })
    rules.append(rule)


def search(rng, step, rules):
    step["term"] = rng.choice(["foo", "a/b", "é&?", "", "library/foo", "a b+c"])
    step["limit"] = rng.choice([25, 1, 100, 101, 0, -1, 50])
    rules.append(answered(rng, ".*/search", search_body(rng)))


STEPS = {
    "Ping": ping,
    "GetRemoteHistory": history,
    "LookupRemoteImage": lookup,
    "GetRemoteImageJSON": image_json,
    "GetRemoteImageLayer": layer,
    "GetRemoteTag": tag,
    "GetRemoteTags": tags,
    "GetRepositoryData": repository_data,
    "PushImageChecksumRegistry": push_checksum,
    "PushImageJSONRegistry": push_json,
    "PushImageLayerRegistry": push_layer,
    "PushRegistryTag": push_tag,
    "PushImageJSONIndex": push_index,
    "SearchRepositories": search
}


def add_step(rng, steps, rules):
    method = rng.choice(list(STEPS))
    step = {
        "method": method,
        "image_id": rng.choice(IDS),
        "registry": REGISTRY,
        "registries": [REGISTRY],
        "repository": rng.choice(BAD_REPOSITORIES) if maybe(rng, 0.03) else rng.choice(REPOSITORIES)
    }
    if maybe(rng, 0.05):
        step["registry"] = rng.choice([
            "http://{{host}}/other/", "http://{{host}}/v1", "http://127.0.0.1:1/v1/", "", "https://{{host}}/v1/",
            "{{host}}/v1/", "http://{{host}}/a b/"
        ])
    if maybe(rng, 0.12) and method not in ("Ping", "PushImageJSONIndex", "PushImageLayerRegistry"):
        rules.append(
            redirect(rng, ".*/v1/[ir].*", rng.choice(["/moved/json", "/v1/images/x/json", "/moved/x"]), times=1))
    STEPS[method](rng, step, rules)
    steps.append(step)


def scenario(rng):
    rules, steps = ping_rules(rng), []
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        add_step(rng, steps, rules)
    given = {"auth": None, "steps": steps}
    kind = rng.randint(0, 9)
    if kind < 4:
        given["auth"] = {"username": BASIC[0], "password": BASIC[1]}
    elif kind == 4:
        given["auth"] = {"username": BASIC[0], "password": ""}
    elif kind == 5:
        given["auth"] = {"username": "", "password": BASIC[1]}
    elif kind == 6:
        given["auth"] = {"username": text(rng), "password": text(rng)}
    if maybe(rng, 0.03):
        given["secure"] = True
    return {"call": "v1", "in": given, "server": served(rules)}
