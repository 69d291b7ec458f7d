import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { defaultAddress } from "@registryd/client";
import { chooseAddress, parseAddress } from "../dist/address.js";

describe("parseAddress understands", () => {
  const cases: [name: string, text: string, target: string, unixSocket: boolean, local: boolean][] =
    [
      ["unix", "unix:/run/x.sock", "unix:/run/x.sock", true, true],
      ["unix URI", "unix:///run/x.sock", "unix:/run/x.sock", true, true],
      ["unix, relative", "unix:x.sock", "unix:x.sock", true, true],
      ["unix, odd bytes", "unix:/a b%20#?[", "unix:/a b%20#?[", true, true],
      ["loopback", "127.0.0.1:50051", "dns:///127.0.0.1:50051", false, true],
      ["loopback's block", "127.9.8.7:1", "dns:///127.9.8.7:1", false, true],
      ["IPv4", "10.0.0.1:65535", "dns:///10.0.0.1:65535", false, false],
      ["below loopback's block", "126.255.255.255:1", "dns:///126.255.255.255:1", false, false],
      ["localhost", "LocalHost:1", "dns:///LocalHost:1", false, true],
      [
        "localhost within a name",
        "localhost.example:1",
        "dns:///localhost.example:1",
        false,
        false,
      ],
      ["IPv6 loopback", "[::1]:50051", "dns:///[::1]:50051", false, true],
      ["IPv6 loopback, long", "[0:0:0:0:0:0:0:1]:1", "dns:///[0:0:0:0:0:0:0:1]:1", false, true],
      ["IPv6", "[2001:db8::1]:1", "dns:///[2001:db8::1]:1", false, false],
      ["IPv4 within IPv6", "[::ffff:127.0.0.1]:1", "dns:///[::ffff:127.0.0.1]:1", false, false],
      ["name", "a.example.com:443", "dns:///a.example.com:443", false, false],
    ];
  for (const [name, text, target, unixSocket, local] of cases) {
    test(name, () => assert.deepEqual(parseAddress(text), { target, unixSocket, local }));
  }

  test("the longest socket path", () => {
    assert.ok(parseAddress(`unix:/${"a".repeat(106)}`).unixSocket);
  });
});

test("a socket that may not be looked at is none", () => {
  const file = join(mkdtempSync(join(tmpdir(), "registryd-")), "file");
  writeFileSync(file, "");
  // Below a file there is nothing to look at, whoever asks.
  assert.equal(chooseAddress(undefined, [join(file, "registryd.sock")]), "127.0.0.1:50051");
});

describe("parseAddress refuses", () => {
  const cases: [name: string, text: string, why: RegExp][] = [
    ["empty", "", /HOST:PORT/],
    ["no port", "host", /HOST:PORT/],
    ["empty port", "host:", /HOST:PORT/],
    ["port 0", "host:0", /from 1 to 65535/],
    ["port too large", "host:65536", /from 1 to 65535/],
    ["port with a sign", "host:+80", /HOST:PORT/],
    ["port with a space", "host: 80", /HOST:PORT/],
    ["port too long", "host:000080", /HOST:PORT/],
    ["port in other digits", "host:٨٠", /HOST:PORT/],
    ["no host", ":80", /HOST:PORT/],
    ["bare IPv6", "::1:50051", /in brackets/],
    ["bad IPv6", "[::g]:1", /IPv6/],
    ["IPv6 with a zone", "[fe80::1%lo]:1", /IPv6/],
    ["half a bracket", "[::1:1", /in brackets/],
    ["URL", "http://host:80", /without a scheme/],
    ["path", "host/a:80", /without a scheme/],
    ["not ASCII", "hôst:80", /without a scheme/],
    ["abstract socket", "unix-abstract:x:1", /HOST:PORT/],
    ["unix, empty", "unix:", /missing/],
    ["unix, host", "unix://host/x", /on this machine/],
    ["unix, NUL", "unix:/a\0b", /NUL/],
    ["unix, too long", `unix:/${"a".repeat(107)}`, /at most 107/],
    ["unix, too long in bytes", `unix:/${"ü".repeat(54)}`, /at most 107/],
  ];
  for (const [name, text, why] of cases) {
    test(name, () => assert.throws(() => parseAddress(text), { name: "TypeError", message: why }));
  }
});

describe("defaultAddress", () => {
  test("prefers the variable", (t) => {
    const before = { ...process.env };
    t.after(() => (process.env = before));
    process.env["REGISTRYD_ADDRESS"] = "host:1";
    assert.equal(defaultAddress(), "host:1");
  });

  test("falls back to the port", () => {
    assert.equal(chooseAddress(undefined, ["/missing"]), "127.0.0.1:50051");
    assert.equal(chooseAddress("", ["/missing"]), "127.0.0.1:50051");
  });

  test("uses the first socket that exists", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "registryd-"));
    const before = { ...process.env };
    t.after(() => {
      process.env = before;
      rmSync(folder, { recursive: true });
    });
    mkdirSync(join(folder, "registryd"));
    const path = join(folder, "registryd", "registryd.sock");
    const listener = createServer().listen(path);
    t.after(() => listener.close());
    await once(listener, "listening");
    writeFileSync(join(folder, "plain"), "");
    assert.equal(chooseAddress(undefined, [join(folder, "plain"), path]), `unix:${path}`);
    delete process.env["REGISTRYD_ADDRESS"];
    process.env["XDG_RUNTIME_DIR"] = folder;
    assert.equal(defaultAddress(), `unix:${path}`);
  });
});
