"""Differences from the reference that are meant. README.md says why of each.

A rule names a difference and tells whether it explains how a scenario went: from the scenario, what the reference did
(`want`) and what registryd did (`got`), each an outcome and the requests that were seen.
"""
import json
import re


def reason(scenario, want, got):
    """The name of the rule that explains the difference, or None."""
    return next((name for name, explains in RULES if explains(scenario, want, got)), None)


def refusal(pattern, flags=0):
    """A rule: registryd refused, in words that match."""
    return lambda scenario, want, got: bool(re.search(pattern, error(got), flags))


def error(played):
    """The text of an outcome's errors; empty without one."""
    outcome = played["outcome"]
    texts = [outcome.get("error"), outcome.get("endpoint_error"), outcome.get("session_error")]
    texts += [step.get("error") for step in outcome.get("steps") or []]
    return "\n".join(text for text in texts if text)


def schemes(rule):
    values = [value for name, value in rule.get("headers", []) if name.lower() == "www-authenticate"]
    return {match[0].lower() for match in (re.match(r"[^\s,=\"/]+", value) for value in values) if match}


def bearer_and_basic(scenario, want, got):
    return any({"bearer", "basic"} <= schemes(rule) for rule in scenario["server"])


def auth_field(scenario, want, got):
    return bool((scenario["in"].get("auth") or {}).get("auth"))


def search_endpoint(scenario, want, got):
    return (scenario["call"] == "search" and
            want["outcome"].get("error", "").startswith("invalid registry endpoint") and
            got["outcome"].get("code") in ("UNAVAILABLE", "FAILED_PRECONDITION"))


def large_star_count(scenario, want, got):
    return "2147483647" in json.dumps(got) and "2147483648" in json.dumps(want)


def named_twice(scenario, want, got):
    """An object of an answer has a member twice, perhaps in another case."""
    def pairs(members):
        names = [name.lower() for name, _ in members]
        return {"twice": len(set(names)) < len(names) or any(twice(value) for _, value in members)}

    def twice(value):
        return any(map(twice, value)) if isinstance(value, list) else isinstance(value, dict) and value["twice"]

    for rule in scenario["server"]:
        try:
            value, _ = json.JSONDecoder(object_pairs_hook=pairs,
                                        strict=False).raw_decode(rule.get("body", "").strip())
        except ValueError:
            continue
        if twice(value):
            return True
    return False


def raw_query(scenario, want, got):
    return any("token?q=\u00e9" in value for rule in scenario["server"] for _, value in rule.get("headers", []))


def endless(scenario, want, got):
    return len(want["requests"]) > 10 or "stopped after 10 redirects" in json.dumps(want["outcome"])


def kept_connection(scenario, want, got):
    """Only requests that were repeated, each because a kept connection broke."""
    asked = [
        request for index, request in enumerate(got["requests"])
        if index == 0 or request != got["requests"][index - 1]
    ]
    return len(asked) < len(got["requests"]) and len(asked) == len(want["requests"]) and "EOF" in json.dumps(
        want["outcome"])


def no_hosts(scenario, want, got):
    """An index names what is no host, or nothing between two commas."""
    refused = refusal(r"X-Docker-Endpoints names what is no host")
    return refused(scenario, want, got) or "http:///v1/" in json.dumps(want["outcome"])


def no_registries(scenario, want, got):
    return any(
        step["method"] in ("GetRemoteTag", "GetRemoteTags") and not step["registries"] for step in steps(scenario))


def quoted_revision(scenario, want, got):
    return any('"' in step.get("revision", "") for step in steps(scenario))


def layer_sent(scenario, want, got):
    return any(step["method"] == "PushImageLayerRegistry" for step in steps(scenario))


def v1_ping_body(scenario, want, got):
    return scenario["call"] == "v1" and any(
        "cut" in rule for rule in scenario["server"] if rule["path"] == "/v1/_ping")


def behind_json(scenario, want, got):
    return scenario["call"] == "v1" and any(
        read_whole(rule) and rule.get("body", "").endswith((" x", " y")) for rule in scenario["server"])


def read_whole(rule):
    """The older package reads it by json.Unmarshal: a ping, and why an image's checksum or JSON is not taken."""
    if rule["path"] in ("/v1/_ping", "/v1/other"):
        return True
    return rule.get("method") == "PUT" and rule["path"].endswith(
        ("/checksum", "/json")) and rule.get("status", 200) != 200


def loose_registry(scenario, want, got):
    """A registry without a scheme or a '/' at its end, or none."""
    named = [name for step in steps(scenario) for name in [step["registry"], *step["registries"]]]
    return any(not re.fullmatch(r"https?://.*/", name) for name in named)


def cookie_twice(scenario, want, got):
    return any(re.fullmatch(r"(.+); \1", str(request["headers"].get("cookie", ""))) for request in want["requests"])


def steps(scenario):
    return scenario["in"].get("steps", [])


RULES = [
    ("user information in a URL", refusal(r"user information")),
    ("a query or fragment in an address", refusal(r"query (and|or a) fragment|has a query")),
    ("headers that the service sets", refusal(r"is set by the service itself")),
    ("where a realm may lead", refusal(r"token realm|sends logins to|realm .* (refused|neither)")),
    ("where a redirect may lead", refusal(r"redirect from .* refused|redirects? ")),
    ("Bearer and Basic together", bearer_and_basic),
    ("the auth field is read", auth_field),
    ("a search's endpoint that cannot be reached", search_endpoint),
    ("stars beyond 32 bits", large_star_count),
    ("a JSON member that is there twice", named_twice),
    ("bytes beyond ASCII in a realm's query", raw_query),
    ("redirects without an end", endless),
    ("arguments of V1 calls are checked",
     refusal(r"is no (image's id|tag|registry's base URL)|^\S+ is missing$|invalid reference format",
             re.MULTILINE)),
    ("endpoints that are no hosts", no_hosts),
    ("no registries means the session's own", no_registries),
    ("a revision is quoted", quoted_revision),
    ("layers are sent as they come", layer_sent),
    ("a V1 ping whose body is cut", v1_ping_body),
    ("what follows JSON that is read whole", behind_json),
    ("how a V1 registry may be named", loose_registry),
    ("a cookie that is there twice", cookie_twice),
    ("connections are kept", kept_connection),
]
